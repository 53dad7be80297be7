#include "server/schema_check.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"

namespace sluice::test {
namespace {

std::set<std::string> const known = {
    "$ref",  "type",    "properties", "required", "additionalProperties", "items",     "enum",
    "const", "minimum", "maximum",    "format",   "description",          "minLength", "maxLength"};

bool is_of(json::Value const& value, std::string const& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  return type == "null" && value.is_null();
}

bool fits(std::string const& pattern, std::string const& path) {
  auto wanted = split(pattern, '/');
  auto parts = split(path, '/');
  if (wanted.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!wanted[i].starts_with('{') && wanted[i] != parts[i]) return false;
  return true;
}

}  // namespace

json::Value const& SchemaCheck::resolve(json::Value const& value) const {
  if (!value.contains("$ref")) return value;
  json::Value const* found = &document_;
  for (auto const& part : split(value["$ref"].as_string().substr(2), '/')) found = &(*found)[part];
  return *found;
}

std::vector<std::string> SchemaCheck::mistakes(json::Value const& schema,
                                               json::Value const& value) const {
  std::vector<std::string> found;
  check(schema, value, {"", found});
  return found;
}

void SchemaCheck::check(json::Value const& schema, json::Value const& value, At const& at) const {
  if (schema.contains("$ref")) return check(resolve(schema), value, at);
  for (auto const& [keyword, ignored] : schema.members())
    if (!known.contains(keyword)) at.report("the schema has an unknown keyword " + keyword);
  check_type(schema, value, at);
  auto const& choices = schema["enum"].items();
  if (!choices.empty() && std::ranges::find(choices, value) == choices.end())
    at.report(value.dump() + " is none of " + schema["enum"].dump());
  if (schema.contains("const") && !(schema["const"] == value))
    at.report(value.dump() + " is not " + schema["const"].dump());
  if (schema.contains("minimum") && value.as_double() < schema["minimum"].as_double())
    at.report(value.dump() + " is too small");
  if (schema.contains("maximum") && value.as_double() > schema["maximum"].as_double())
    at.report(value.dump() + " is too large");
  if (value.is_object()) check_members(schema, value, at);
  if (schema.contains("items"))
    for (std::size_t i = 0; i < value.items().size(); ++i)
      check(schema["items"], value.items()[i], at.below(std::to_string(i)));
}

void SchemaCheck::check_type(json::Value const& schema, json::Value const& value,
                             At const& at) const {
  auto const& type = schema["type"];
  bool fine = type.is_null() || is_of(value, type.as_string()) ||
              std::ranges::any_of(type.items(), [&](json::Value const& one) {
                return is_of(value, one.as_string());
              });
  if (!fine) at.report(value.dump() + " is no " + type.dump());
}

void SchemaCheck::check_members(json::Value const& schema, json::Value const& value,
                                At const& at) const {
  for (auto const& name : schema["required"].items())
    if (!value.contains(name.as_string())) at.report("'" + name.as_string() + "' is missing");
  auto const& properties = schema["properties"];
  auto const& others = schema["additionalProperties"];
  bool listed = properties.is_object();
  for (auto const& [name, member] : value.members()) {
    if (properties.contains(name))
      check(properties[name], member, at.below(name));
    else if (others.is_object())
      check(others, member, at.below(name));
    else if (!others.as_bool(!listed))
      at.report("the member '" + name + "' is not described");
  }
}

json::Value const& SchemaCheck::operation_of(std::string const& method,
                                             std::string const& path) const {
  static json::Value const none;
  for (auto const& [pattern, operations] : document_["paths"].members())
    if (fits(pattern, path)) return operations[lower(method)];
  return none;
}

std::vector<std::string> SchemaCheck::mistakes(std::string const& method, std::string const& path,
                                               int status, std::string const& content_type,
                                               std::string const& body) const {
  auto const& operation = operation_of(method, path);
  auto const& responses = operation["responses"];
  std::string key = std::to_string(status);
  // What is asked of no resource is a problem like any other.
  json::Value const& declared = !operation.is_object()
                                    ? document_["components"]["responses"]["Problem"]
                                : responses.contains(key) ? resolve(responses[key])
                                                          : resolve(responses["default"]);
  auto const& content = declared["content"];
  std::string type(trim(content_type.substr(0, content_type.find(';'))));
  if (method == "HEAD") return {};  // the listener leaves the body out
  if (!content.is_object())
    return body.empty() ? std::vector<std::string>{} : std::vector<std::string>{"there is a body"};
  if (!content.contains(type)) return {key + ": the content type '" + type + "' is not described"};
  auto const& schema = content[type]["schema"];
  if (!type.ends_with("json")) return {};
  auto parsed = json::parse(body);
  if (!parsed) return {"the body is no JSON: " + parsed.error().message};
  return mistakes(schema, *parsed);
}

}  // namespace sluice::test
