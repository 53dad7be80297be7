#include "local/wire/lambda_paths.hpp"

#include <array>

#include "base/strings.hpp"
#include "net/http.hpp"

namespace sluice::local {
namespace {

struct Entry {
  std::string_view method;
  std::string_view path;  ///< a segment {Member} stands for one escaped segment of the request
  std::string_view operation;
  int status = 200;
};

// The API version differs per family; operations the model refuses are here so that they are
// refused by name. "F" stands for /2015-03-31/functions.
constexpr std::array entries = std::to_array<Entry>({
    {"POST", "F", "CreateFunction", 201},
    {"GET", "F", "ListFunctions"},
    {"GET", "F/{FunctionName}", "GetFunction"},
    {"DELETE", "F/{FunctionName}", "DeleteFunction", 204},
    {"GET", "F/{FunctionName}/configuration", "GetFunctionConfiguration"},
    {"PUT", "F/{FunctionName}/configuration", "UpdateFunctionConfiguration"},
    {"PUT", "F/{FunctionName}/code", "UpdateFunctionCode"},
    {"POST", "F/{FunctionName}/versions", "PublishVersion", 201},
    {"GET", "F/{FunctionName}/versions", "ListVersionsByFunction"},
    {"POST", "F/{FunctionName}/aliases", "CreateAlias", 201},
    {"GET", "F/{FunctionName}/aliases", "ListAliases"},
    {"GET", "F/{FunctionName}/aliases/{Name}", "GetAlias"},
    {"PUT", "F/{FunctionName}/aliases/{Name}", "UpdateAlias"},
    {"DELETE", "F/{FunctionName}/aliases/{Name}", "DeleteAlias", 204},
    {"POST", "F/{FunctionName}/invocations", "Invoke"},
    {"POST", "F/{FunctionName}/policy", "AddPermission", 201},
    {"GET", "F/{FunctionName}/policy", "GetPolicy"},
    {"DELETE", "F/{FunctionName}/policy/{StatementId}", "RemovePermission", 204},
    {"POST", "/2015-03-31/event-source-mappings", "CreateEventSourceMapping", 202},
    {"GET", "/2015-03-31/event-source-mappings", "ListEventSourceMappings"},
    {"GET", "/2015-03-31/event-source-mappings/{UUID}", "GetEventSourceMapping"},
    {"PUT", "/2015-03-31/event-source-mappings/{UUID}", "UpdateEventSourceMapping"},
    {"DELETE", "/2015-03-31/event-source-mappings/{UUID}", "DeleteEventSourceMapping"},
    {"POST", "/2014-11-13/functions/{FunctionName}/invoke-async", "InvokeAsync"},
    {"POST", "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
     "InvokeWithResponseStream"},
    {"GET", "/2016-08-19/account-settings", "GetAccountSettings"},
    {"POST", "/2017-03-31/tags/{Resource}", "TagResource", 204},
    {"DELETE", "/2017-03-31/tags/{Resource}", "UntagResource", 204},
    {"GET", "/2017-03-31/tags/{Resource}", "ListTags"},
    {"PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency"},
    {"DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency",
     204},
    {"GET", "/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency"},
    {"PUT", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
     "PutProvisionedConcurrencyConfig", 202},
    {"GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
     "GetProvisionedConcurrencyConfig"},
    {"DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
     "DeleteProvisionedConcurrencyConfig", 204},
    {"PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config",
     "PutFunctionEventInvokeConfig"},
    {"POST", "/2019-09-25/functions/{FunctionName}/event-invoke-config",
     "UpdateFunctionEventInvokeConfig"},
    {"GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config",
     "GetFunctionEventInvokeConfig"},
    {"DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config",
     "DeleteFunctionEventInvokeConfig"},
    {"GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list",
     "ListFunctionEventInvokeConfigs"},
    {"PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config",
     "PutFunctionCodeSigningConfig"},
    {"GET", "/2020-06-30/functions/{FunctionName}/code-signing-config",
     "GetFunctionCodeSigningConfig"},
    {"DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config",
     "DeleteFunctionCodeSigningConfig"},
    {"PUT", "/2021-07-20/functions/{FunctionName}/runtime-management-config",
     "PutRuntimeManagementConfig"},
    {"GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config",
     "GetRuntimeManagementConfig"},
    {"POST", "/2021-10-31/functions/{FunctionName}/url", "CreateFunctionUrlConfig", 201},
    {"GET", "/2021-10-31/functions/{FunctionName}/url", "GetFunctionUrlConfig"},
    {"PUT", "/2021-10-31/functions/{FunctionName}/url", "UpdateFunctionUrlConfig"},
    {"DELETE", "/2021-10-31/functions/{FunctionName}/url", "DeleteFunctionUrlConfig"},
    {"GET", "/2021-10-31/functions/{FunctionName}/urls", "ListFunctionUrlConfigs"},
    {"PUT", "/2024-08-31/functions/{FunctionName}/recursion-config", "PutFunctionRecursionConfig"},
    {"GET", "/2024-08-31/functions/{FunctionName}/recursion-config", "GetFunctionRecursionConfig"},
    {"PUT", "/2025-11-30/functions/{FunctionName}/function-scaling-config",
     "PutFunctionScalingConfig"},
    {"GET", "/2025-11-30/functions/{FunctionName}/function-scaling-config",
     "GetFunctionScalingConfig"},
    {"GET", "/2018-10-31/layers", "ListLayers"},
    {"POST", "/2018-10-31/layers/{LayerName}/versions", "PublishLayerVersion"},
    {"GET", "/2018-10-31/layers/{LayerName}/versions", "ListLayerVersions"},
    {"GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", "GetLayerVersion"},
    {"DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", "DeleteLayerVersion"},
});

/// The next segment of `path`, which begins with a slash; empty at the end. A slash at the very end
/// counts for nothing: ListFunctions and GetAccountSettings are sent with one.
std::string_view take_segment(std::string_view& path) {
  if (path.empty() || path == "/") {
    path = {};
    return {};
  }
  auto end = path.find('/', 1);
  auto segment = path.substr(1, end == std::string_view::npos ? end : end - 1);
  path.remove_prefix(segment.size() + 1);
  return segment;
}

std::optional<LambdaRoute> match(Entry const& entry, std::string_view path) {
  LambdaRoute route{
      .operation = std::string(entry.operation), .status = entry.status, .members = {}};
  std::string_view pattern = entry.path;
  if (pattern.front() == 'F') {
    constexpr std::string_view functions = "/2015-03-31/functions";
    if (!path.starts_with(functions)) return {};
    path.remove_prefix(functions.size());
    pattern.remove_prefix(1);
    if (!path.empty() && path.front() != '/') return {};
  }
  while (true) {
    auto wanted = take_segment(pattern);
    auto given = take_segment(path);
    if (wanted.empty() || given.empty()) {
      if (!wanted.empty() || !given.empty() || !path.empty()) return {};
      return route;
    }
    if (wanted.front() != '{') {
      if (wanted != given) return {};
      continue;
    }
    auto decoded = net::percent_decode(given);
    if (!decoded) return {};
    route.members.emplace_back(wanted.substr(1, wanted.size() - 2), std::move(*decoded));
  }
}

}  // namespace

std::optional<LambdaRoute> lambda_route(std::string_view method, std::string_view path,
                                        std::string_view query) {
  for (auto const& entry : entries) {
    if (entry.method != method) continue;
    auto route = match(entry, path);
    if (!route) continue;
    if (route->operation == "GetProvisionedConcurrencyConfig" &&
        query.find("List=ALL") != std::string_view::npos)
      route->operation = "ListProvisionedConcurrencyConfigs";
    return route;
  }
  return {};
}

}  // namespace sluice::local
