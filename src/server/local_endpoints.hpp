#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sluice::local {
class Endpoint;
}

namespace sluice::server {

/// The local AWS endpoints of this process, one per state folder. Thread-safe.
class LocalEndpoints {
 public:
  explicit LocalEndpoints(Clock& clock);
  ~LocalEndpoints();
  LocalEndpoints(LocalEndpoints const&) = delete;

  /// Where the folder's endpoint listens. Started here where no process serves the folder, and then
  /// named in FOLDER/endpoint.json for the others, as long as this lives.
  Result<std::string> url_of(std::string const& folder);

 private:
  struct Served;
  Result<std::string> start(std::string const& folder);

  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Served>> served_;  ///< under mutex_, by folder
};

}  // namespace sluice::server
