#include "server/world.hpp"

namespace sluice::server {

bool same_world(json::Value const& a, json::Value const& b) {
  return a["local_state"].as_string() == b["local_state"].as_string() &&
         a["endpoint"].as_string() == b["endpoint"].as_string();
}

std::string options_for(json::Value const& world) {
  if (auto const& local = world["local_state"].as_string(); !local.empty())
    return " --local-state " + local;
  if (auto const& url = world["endpoint"].as_string(); !url.empty())
    return " --endpoint-url " + url;
  return {};
}

}  // namespace sluice::server
