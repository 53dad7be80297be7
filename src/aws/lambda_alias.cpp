#include "aws/decode.hpp"
#include "aws/lambda.hpp"
#include "aws/lambda_spec.hpp"

namespace sluice::aws {
namespace {

Answer<AliasRecord> call_alias(Caller const& caller, Spec const& spec) {
  auto answer = call_json(caller, spec);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return AliasRecord::from_json(*answer);
}

}  // namespace

AliasRecord AliasRecord::from_json(json::Value const& value) {
  AliasRecord out;
  out.arn = value["AliasArn"].as_string();
  out.name = value["Name"].as_string();
  out.function_version = value["FunctionVersion"].as_string();
  out.description = value["Description"].as_string();
  out.revision_id = value["RevisionId"].as_string();
  for (auto const& [version, weight] : value["RoutingConfig"]["AdditionalVersionWeights"].members())
    out.weights[version] = weight.as_double();
  return out;
}

Answer<AliasRecord> Lambda::get_alias(std::string const& name, std::string const& alias) {
  Spec spec = function_spec("GetAlias", Kind::read, lane_, region_, name, alias);
  spec.path = function_path(name, {"aliases", alias});
  return call_alias(caller_, spec);
}

Answer<AliasRecord> Lambda::create_alias(std::string const& name, std::string const& alias,
                                         std::string const& version,
                                         std::string const& description) {
  Spec spec = function_spec("CreateAlias", Kind::write, lane_, region_, name, alias);
  spec.method = "POST";
  spec.path = function_path(name, {"aliases"});
  json::Value body{{"Name", alias}, {"FunctionVersion", version}};
  if (!description.empty()) body.set("Description", description);
  set_json_body(spec, body);
  return call_alias(caller_, spec);
}

Answer<AliasRecord> Lambda::update_alias(std::string const& name, std::string const& alias,
                                         AliasUpdate const& update) {
  Spec spec = function_spec("UpdateAlias", Kind::write, lane_, region_, name, alias);
  spec.method = "PUT";
  spec.path = function_path(name, {"aliases", alias});
  json::Object weights;
  for (auto const& [version, weight] : update.weights) weights.emplace_back(version, weight);
  // UpdateAlias merges: only a call that names both says where all the traffic goes.
  json::Value routing{{"AdditionalVersionWeights", json::Value(std::move(weights))}};
  json::Value body{{"FunctionVersion", update.function_version}, {"RoutingConfig", routing}};
  if (!update.revision_id.empty()) body.set("RevisionId", update.revision_id);
  set_json_body(spec, body);
  return call_alias(caller_, spec);
}

Answer<AliasRecord> Lambda::describe_alias(std::string const& name, std::string const& alias,
                                           std::string const& description,
                                           std::string const& revision_id) {
  Spec spec = function_spec("UpdateAlias", Kind::write, lane_, region_, name, alias);
  spec.method = "PUT";
  spec.path = function_path(name, {"aliases", alias});
  json::Value body{{"Description", description}};
  if (!revision_id.empty()) body.set("RevisionId", revision_id);
  set_json_body(spec, body);
  return call_alias(caller_, spec);
}

Answer<void> Lambda::delete_alias(std::string const& name, std::string const& alias) {
  Spec spec = function_spec("DeleteAlias", Kind::write, lane_, region_, name, alias);
  spec.method = "DELETE";
  spec.path = function_path(name, {"aliases", alias});
  return call_only(caller_, spec);
}

Answer<std::vector<AliasRecord>> Lambda::list_aliases(std::string const& name) {
  Spec spec = function_spec("ListAliases", Kind::read, lane_, region_, name);
  spec.path = function_path(name, {"aliases"});
  auto items = list_all(caller_, std::move(spec), "Aliases");
  if (!items) return std::unexpected(std::move(items.error()));
  std::vector<AliasRecord> out;
  for (json::Value const& item : *items) out.push_back(AliasRecord::from_json(item));
  return out;
}

}  // namespace sluice::aws
