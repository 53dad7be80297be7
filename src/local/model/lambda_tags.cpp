#include "base/strings.hpp"
#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

/// Tags belong to functions, named by their full ARN.
Outcome<Function*> tagged_function(Call const& call) {
  auto const& arn = call.text("Resource");
  if (!arn.starts_with("arn:")) {
    Violations violations;
    violations.add("'" + arn + "'", "resource",
                   "Member must satisfy regular expression pattern: "
                   "arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:"
                   "\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?)");
    return std::unexpected(violations.result().error());
  }
  auto name = parse_name(call.data, call.operation, arn, {});
  if (!name) return std::unexpected(name.error());
  if (!name->qualifier.empty())
    return invalid(
        "Tags on function aliases and versions are not supported. Please specify a function ARN.");
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function);
  return function;
}

}  // namespace

Answer tag_resource(Call& call) {
  if (auto ok = check_types(call.request); !ok) return std::unexpected(ok.error());
  auto found = tagged_function(call);
  if (!found) return std::unexpected(found.error());
  auto const& given = call.request["Tags"];
  if (given.members().empty()) return invalid("TagResource needs at least one tag.");
  if (auto ok = check_tags(given); !ok) return std::unexpected(ok.error());
  auto tags = (*found)->tags;
  for (auto const& [key, value] : given.members()) tags[key] = value.as_string();
  if (tags.size() > max_tags) return too_many_tags();
  (*found)->tags = std::move(tags);
  (*found)->latest.revision_id = new_uuid(call.random);
  return json::Value(json::Object{});
}

Answer untag_resource(Call& call) {
  auto found = tagged_function(call);
  if (!found) return std::unexpected(found.error());
  auto const& keys = call.request["TagKeys"].items();
  if (keys.empty()) {
    Violations violations;
    violations.missing("tagKeys");
    return std::unexpected(violations.result().error());
  }
  for (auto const& key : keys) (*found)->tags.erase(key.as_string());
  (*found)->latest.revision_id = new_uuid(call.random);
  return json::Value(json::Object{});
}

Answer list_tags(Call& call) {
  auto found = tagged_function(call);
  if (!found) return std::unexpected(found.error());
  json::Object tags((*found)->tags.begin(), (*found)->tags.end());
  return json::Value{{"Tags", json::Value(std::move(tags))}};
}

}  // namespace sluice::local::lambda
