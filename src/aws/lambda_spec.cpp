#include "aws/lambda_spec.hpp"

#include "aws/decode.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

/// IAM checks these on the function itself, although they name an alias (seen in AWS's refusals;
/// Service Authorization Reference, AWS Lambda: resource type `function`).
bool is_about_alias(std::string_view operation) {
  return operation == "GetAlias" || operation == "CreateAlias" || operation == "UpdateAlias" ||
         operation == "DeleteAlias";
}

std::string arn_of(std::string_view operation, std::string const& region, std::string const& name,
                   std::string const& qualifier) {
  if (name.empty()) return "*";
  std::string arn = function_arn(region, name);
  if (qualifier.empty() || is_about_alias(operation)) return arn;
  // The next version has another number: naming this one would help once.
  bool version = qualifier.find_first_not_of("0123456789") == std::string::npos;
  return arn + ":" + (version ? "*" : qualifier);
}

}  // namespace

std::string function_arn(std::string const& region, std::string const& name,
                         std::string const& account) {
  auto parts = split(name, ':');
  if (name.starts_with("arn:")) {
    if (parts.size() > 7) parts.resize(7);
    return join(parts, ":");
  }
  bool partial = parts.size() > 2 && parts[1] == "function";
  std::string known = account.empty() ? "*" : account;
  return "arn:" + std::string(partition_of(region).id) + ":lambda:" + region + ":" +
         (partial ? parts[0] : known) + ":function:" + (partial ? parts[2] : parts[0]);
}

Spec function_spec(std::string operation, Kind kind, Lane lane, std::string const& region,
                   std::string const& name, std::string const& qualifier) {
  Spec spec;
  spec.service = Service::lambda;
  spec.arn = arn_of(operation, region, name, qualifier);
  spec.operation = std::move(operation);
  spec.kind = kind;
  spec.lane = lane;
  spec.region = region;
  spec.resource = qualifier.empty() ? name : name + ":" + qualifier;
  return spec;
}

std::vector<std::string> function_path(std::string const& name,
                                       std::vector<std::string> const& rest) {
  std::vector<std::string> path{"2015-03-31", "functions", name};
  path.insert(path.end(), rest.begin(), rest.end());
  return path;
}

void set_json_body(Spec& spec, json::Value const& body) {
  spec.headers.set("Content-Type", "application/json");
  spec.body = body.dump();
}

void add_qualifier(Spec& spec, std::string const& qualifier) {
  if (!qualifier.empty()) spec.query.emplace_back("Qualifier", qualifier);
}

Answer<json::Array> list_all(Caller const& caller, Spec spec, std::string_view member) {
  json::Array out;
  net::Pairs const query = spec.query;
  for (int page = 0; page < most_pages; ++page) {
    auto answer = call_json(caller, spec);
    if (!answer) return std::unexpected(std::move(answer.error()));
    json::Array const& items = (*answer)[member].items();
    out.insert(out.end(), items.begin(), items.end());
    std::string const& marker = (*answer)["NextMarker"].as_string();
    if (marker.empty()) return out;
    spec.query = query;
    spec.query.emplace_back("Marker", marker);
  }
  return unreadable(spec, "the list does not end");
}

}  // namespace sluice::aws
