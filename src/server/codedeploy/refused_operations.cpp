#include "base/strings.hpp"
#include "server/codedeploy/limits.hpp"
#include "server/codedeploy/operations.hpp"

/// Operations that have nothing to do with functions, or that this server does not carry out.
namespace sluice::server::codedeploy {
namespace {

/// There is one page of nothing: no token can be of it.
Outcome<void> check_token(Request const& request) {
  if (request.text("nextToken").empty()) return {};
  return refuse("InvalidNextToken", "The next token is none of this list.");
}

Outcome<std::string> instance_name(std::string const& name) {
  if (name.empty()) return refuse("InstanceNameRequired", "The name of an instance is missing.");
  if (is_name(name)) return name;
  return refuse("InvalidInstanceName",
                "'" + printable(name.substr(0, 100)) + "' is no name for an instance.");
}

std::unexpected<Fault> not_registered(std::string const& name) {
  return refuse("InstanceNotRegistered", "The on-premises instance " + name +
                                             " is not registered: this server deploys Lambda "
                                             "functions, and has no instances.");
}

Outcome<std::vector<std::string>> instance_names(Request const& request) {
  std::vector<std::string> names;
  for (auto const& given : request.body["instanceNames"].items()) {
    auto name = instance_name(given.as_string());
    if (!name) return std::unexpected(name.error());
    names.push_back(std::move(*name));
  }
  if (names.empty()) return refuse("InstanceNameRequired", "At least one instance is needed.");
  return names;
}

}  // namespace

/// CloudFormation's own book-keeping, of which this server has none.
Answer delete_by_external_id(Request&) { return json::Value(json::Object{}); }

Answer list_github_tokens(Request& request) {
  if (auto fine = check_token(request); !fine) return std::unexpected(fine.error());
  return json::Value{{"tokenNameList", json::Array{}}};
}

Answer delete_github_token(Request& request) {
  std::string const& name = request.text("tokenName");
  if (name.empty())
    return refuse("GitHubAccountTokenNameRequired", "The name of the connection is missing.");
  return refuse("GitHubAccountTokenDoesNotExist",
                "No GitHub account connection found for name: " + printable(name.substr(0, 100)));
}

Answer list_instances(Request& request) {
  auto const& status = request.body["registrationStatus"];
  bool const fits = status.is_null() || status.as_string() == "Registered" ||
                    status.as_string() == "Deregistered";
  if (!fits)
    return refuse("InvalidRegistrationStatus",
                  "'" + printable(status.as_string().substr(0, 100)) +
                      "' is not valid. Valid values are [Registered, Deregistered]");
  if (auto fine = check_token(request); !fine) return std::unexpected(fine.error());
  return json::Value{{"instanceNames", json::Array{}}};
}

Answer batch_get_instances(Request& request) {
  auto names = instance_names(request);
  if (!names) return std::unexpected(names.error());
  if (names->size() > limits::batch_of_instances)
    return refuse("BatchLimitExceeded", "At most 25 instances can be asked for at once.");
  return json::Value{{"instanceInfos", json::Array{}}};
}

Answer use_instance(Request& request) {
  auto name = instance_name(request.text("instanceName"));
  if (!name) return std::unexpected(name.error());
  return not_registered(*name);
}

Answer use_instances(Request& request) {
  if (request.body["tags"].items().empty())
    return refuse("TagRequired", "At least one tag is needed.");
  auto names = instance_names(request);
  if (!names) return std::unexpected(names.error());
  return not_registered(names->front());
}

Answer register_instance(Request& request) {
  auto name = instance_name(request.text("instanceName"));
  if (!name) return std::unexpected(name.error());
  return refuse("OperationNotSupported",
                "The on-premises instance " + *name +
                    " cannot be registered: this server deploys Lambda functions.");
}

Answer refuse_deployments(Request&) {
  return refuse("OperationNotSupported",
                "This server keeps applications, deployment groups, configurations and revisions, "
                "and runs no deployments for clients of CodeDeploy yet: 'sluice deploy' does.");
}

}  // namespace sluice::server::codedeploy
