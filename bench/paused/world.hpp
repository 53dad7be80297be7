#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "aws/budget.hpp"
#include "engine/aws_access.hpp"
#include "forward_clock.hpp"
#include "local/direct_client.hpp"
#include "local/endpoint.hpp"
#include "samples.hpp"
#include "store/packages.hpp"

namespace sluice::bench {

/// The name of a function; all are equally long.
std::string function_name(std::size_t number);

/// One alias that was moved.
struct Shifted {
  std::size_t number = 0;  ///< the function's
  Time at{};               ///< on the world's clock, when the answer was there
  Instant instant;
};

/// The outside of the runs: the local endpoint in this process, without sockets and without
/// throttling. Two worlds that are furnished alike are alike, down to the RevisionIds.
class World {
 public:
  World(ForwardClock& clock, store::Packages& packages);
  ~World();

  /// Functions with code of both versions and an alias that gives the second one a tenth, as a
  /// release has left them. Answers the aliases' RevisionIds.
  std::vector<std::string> furnish(std::size_t functions, std::string const& before,
                                   std::string const& after);
  /// One function on its first version, before any release.
  void furnish_fresh(std::size_t number, std::string const& before);

  std::shared_ptr<engine::Services> services() { return services_; }
  /// The aliases that were moved since the functions were made.
  std::vector<Shifted> shifted();
  std::size_t shifts();

 private:
  class Front;

  ForwardClock& clock_;
  SeededRandom random_{1};
  std::unique_ptr<local::Endpoint> endpoint_;
  std::unique_ptr<Front> front_;
  aws::Budget budget_;
  std::unique_ptr<engine::SessionAws> aws_;
  std::shared_ptr<engine::Services> services_;
};

}  // namespace sluice::bench
