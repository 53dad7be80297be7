#include "server/codedeploy/platform.hpp"

#include "base/strings.hpp"

namespace sluice::server::codedeploy {

Outcome<std::string> platform_of(json::Value const& body) {
  if (!body.contains("computePlatform")) return "Server";
  std::string const& platform = body["computePlatform"].as_string();
  if (platform == "Server" || platform == "Lambda" || platform == "ECS") return platform;
  return refuse("InvalidComputePlatform", "ComputePlatform '" + printable(platform.substr(0, 100)) +
                                              "' is not valid. Valid values are [Lambda]");
}

Outcome<void> only_lambda(std::string const& platform, std::string const& what) {
  if (platform == "Lambda") return {};
  return refuse("InvalidComputePlatform",
                what + " of the compute platform '" + platform +
                    "' cannot be kept here: this server deploys Lambda functions. Send "
                    "computePlatform 'Lambda'.");
}

}  // namespace sluice::server::codedeploy
