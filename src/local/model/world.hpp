#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "local/model/lambda.hpp"

namespace sluice::local {

/// All of the local AWS: every service of every (account, Region) that was ever spoken to. One
/// owner, one lock around it; the services themselves are not thread-safe.
class World {
 public:
  /// The ports must outlive the world. `settings` are those of services made from now on.
  explicit World(LambdaPorts ports, LambdaSettings settings = {});

  /// Made at the first mention. Valid until the world ends or is restored.
  LambdaService& lambda(std::string const& account, std::string const& region);
  /// Changes existing and future services.
  void set_lambda_settings(LambdaSettings settings);

  /// Of all accounts and Regions. Read only: nothing is made by looking.
  struct Place {
    std::string function, account, region;
  };
  /// Where functions of that name are; an empty name: every function. At most `limit`.
  std::vector<Place> functions(std::string_view name, std::size_t limit) const;

  json::Value to_json() const;
  /// Replaces everything by what to_json gave; an Error leaves the world as it was.
  Result<void> restore(json::Value const& snapshot);

 private:
  using Home = std::pair<std::string, std::string>;  ///< account, Region

  LambdaPorts ports_;
  LambdaSettings settings_;
  std::map<Home, LambdaService> lambda_;
};

}  // namespace sluice::local
