#include "server/local_endpoints.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.hpp"
#include "base/random.hpp"
#include "local/endpoint.hpp"
#include "local/runtime/runner.hpp"
#include "store/file_system.hpp"

namespace sluice::server {
namespace {

std::filesystem::path information_of(std::string const& folder) {
  return std::filesystem::path(folder) / "endpoint.json";
}

/// What the process that serves the folder wrote about itself; empty where it wrote nothing.
std::string served_at(std::string const& folder) {
  std::ostringstream text;
  text << std::ifstream(information_of(folder), std::ios::binary).rdbuf();
  auto value = json::parse(text.str());
  return value ? (*value)["url"].as_string() : std::string();
}

}  // namespace

struct LocalEndpoints::Served {
  std::string folder;
  std::unique_ptr<local::Endpoint> endpoint;

  ~Served() {
    // While the folder is still ours: afterwards the file may be the next process's.
    std::error_code ignored;
    std::filesystem::remove(information_of(folder), ignored);
    endpoint->stop();
  }
};

LocalEndpoints::LocalEndpoints(Clock& clock) : clock_(clock) {}
LocalEndpoints::~LocalEndpoints() = default;

Result<std::string> LocalEndpoints::url_of(std::string const& folder) {
  std::error_code failure;
  auto place = std::filesystem::weakly_canonical(folder, failure);
  std::string key = failure ? folder : place.string();
  std::lock_guard lock(mutex_);
  if (auto known = served_.find(key); known != served_.end()) return known->second->endpoint->url();
  return start(key);
}

Result<std::string> LocalEndpoints::start(std::string const& folder) {
  if (auto ready = store::make_private_folder(folder); !ready)
    return fail(ready.error(), "start the local endpoint");
  local::EndpointSettings settings;
  settings.folder = folder;
  settings.runner = [](local::RunnerOptions options, Clock& clock) {
    return local::make_runner(std::move(options), clock);
  };
  auto endpoint = local::Endpoint::open(std::move(settings), clock_, system_random());
  if (!endpoint && endpoint.error().code == ErrorCode::conflict) {
    if (auto url = served_at(folder); !url.empty()) return url;
  }
  if (!endpoint) return std::unexpected(endpoint.error());
  if (auto started = (*endpoint)->start(); !started) return std::unexpected(started.error());
  std::string url = (*endpoint)->url();
  auto served = std::make_unique<Served>();
  served->folder = folder;
  served->endpoint = std::move(*endpoint);
  json::Value information{{"url", url}, {"pid", static_cast<std::int64_t>(::getpid())}};
  if (auto written = store::replace_file(information_of(folder), information.pretty() + "\n");
      !written)
    return std::unexpected(written.error());
  served_[folder] = std::move(served);
  return url;
}

}  // namespace sluice::server
