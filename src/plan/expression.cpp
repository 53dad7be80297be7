#include "plan/expression.hpp"

#include "base/strings.hpp"

namespace sluice::plan {

json::Value to_json(Expression const& expression) {
  return json::Value{
      {"$expr", json::Value{{"language", expression.language}, {"text", expression.text}}}};
}

bool is_expression(json::Value const& value) {
  return value.members().size() == 1 && value.contains("$expr");
}

bool holds_expression(json::Value const& value) {
  if (is_expression(value)) return true;
  for (auto const& item : value.items())
    if (holds_expression(item)) return true;
  for (auto const& [name, member] : value.members())
    if (holds_expression(member)) return true;
  return false;
}

void Evaluators::add(std::string language, Evaluator evaluator) {
  by_language_[std::move(language)] = std::move(evaluator);
}

Result<json::Value> Evaluators::resolve(json::Value const& value, Scope const& scope) const {
  if (is_expression(value)) {
    auto const& inner = value["$expr"];
    auto found = by_language_.find(inner["language"].as_string());
    if (found == by_language_.end())
      return fail(ErrorCode::invalid_input,
                  "the plan holds an expression in '" + inner["language"].as_string() +
                      "', which this version of sluice cannot evaluate",
                  "Run it with the version that compiled it.");
    return found->second(inner["text"].as_string(), scope);
  }
  json::Value out = value;
  if (value.is_array())
    for (auto& item : out.mutable_items()) {
      auto resolved = resolve(item, scope);
      if (!resolved) return resolved;
      item = std::move(*resolved);
    }
  if (value.is_object())
    for (auto& [name, member] : out.mutable_members()) {
      auto resolved = resolve(member, scope);
      if (!resolved) return resolved;
      member = std::move(*resolved);
    }
  return out;
}

Result<json::Value> evaluate_pointer(std::string const& text, Scope const& scope) {
  json::Value const* at = &scope;
  auto parts = split(text, '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::string name = replace_all(replace_all(parts[i], "~1", "/"), "~0", "~");
    if (at->is_object() && at->contains(name)) {
      at = &(*at)[name];
      continue;
    }
    bool index = at->is_array() && !name.empty() && name.size() < 9 &&
                 name.find_first_not_of("0123456789") == std::string::npos;
    std::size_t position = index ? std::stoul(name) : at->items().size();
    if (position >= at->items().size())
      return fail(ErrorCode::invalid_input,
                  "'" + text + "' names nothing: there is no '" + name + "'");
    at = &at->items()[position];
  }
  return *at;
}

}  // namespace sluice::plan
