#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::local {

/// What a request line asks of Lambda.
struct LambdaRoute {
  std::string operation;
  int status = 200;  ///< of the answer when all went well
  /// Members that stand in the path, decoded: FunctionName, Name, Resource, StatementId …
  std::vector<std::pair<std::string, std::string>> members;
};

/// None where Lambda has no such path and method, or an escape in the path is broken.
std::optional<LambdaRoute> lambda_route(std::string_view method, std::string_view path,
                                        std::string_view query);

}  // namespace sluice::local
