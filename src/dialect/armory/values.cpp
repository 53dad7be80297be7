#include "dialect/armory/values.hpp"

#include "config/codes_armory.hpp"
#include "config/render.hpp"

namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using config::Key;
using config::MapReader;
using config::Node;
namespace codes = config::codes;

constexpr Duration longest = std::chrono::hours(24 * 3650);

bool is_placeholder(std::string_view text) {
  return text.size() > 2 && text.starts_with('<') && text.ends_with('>') &&
         text.find_first_of("<>", 1) == text.size() - 1;
}

bool is_plain(Node const& node, config::Diagnostics& diagnostics, std::string const& what) {
  if (!node.is_scalar()) return true;
  if (is_placeholder(node.text())) {
    config::report(diagnostics, node, codes::placeholder,
                   in_quotes(what) + " still holds the placeholder " + in_quotes(node.text()),
                   "write your own value in its place");
    return false;
  }
  if (node.text().find("{{") == std::string::npos) return true;
  config::report(diagnostics, node, codes::misplaced_variable,
                 "variables cannot stand in " + in_quotes(what),
                 "write the value itself; variables are filled in in webhooks and queries");
  return false;
}

Text text_of_node(Node const* node, config::Diagnostics& diagnostics, std::string const& what) {
  if (!node || !is_plain(*node, diagnostics, what)) return {};
  auto text = config::as_string(*node, diagnostics, what);
  return {text.value_or(""), node->span()};
}

}  // namespace

Text required_text(MapReader& reader, Key const& key) {
  Node const* node = reader.required_value(key);
  if (node && !is_plain(*node, reader.diagnostics(), key.name())) return {};
  if (!node) return {{}, reader.span_of(key)};
  return {reader.required_string(key), node->span()};
}

std::optional<Text> optional_text(MapReader& reader, Key const& key) {
  Node const* node = reader.value(key);
  if (!node) return std::nullopt;
  return text_of_node(node, reader.diagnostics(), key.name());
}

Text required_name(MapReader& reader, Key const& key, config::NameRule rule) {
  Node const* node = reader.required_value(key);
  if (!node) return {{}, reader.span_of(key)};
  if (!is_plain(*node, reader.diagnostics(), key.name())) return {{}, node->span()};
  return {config::as_name(*node, reader.diagnostics(), key.name(), rule).value_or(""),
          node->span()};
}

std::string required_role(MapReader& reader, Key const& key) {
  Node const* node = reader.required_value(key);
  if (!node || !is_plain(*node, reader.diagnostics(), key.name())) return {};
  return config::as_arn(*node, reader.diagnostics(), key.name(), "iam").value_or("");
}

std::vector<Text> texts(MapReader& reader, Key const& key, config::Empty empty) {
  std::vector<Text> out;
  for (auto const& node : reader.list(key, empty)) {
    Text text = text_of_node(&node, reader.diagnostics(), key.name());
    if (!text.text.empty()) out.push_back(std::move(text));
  }
  return out;
}

std::optional<Duration> unit_of(MapReader& reader, Key const& key) {
  return reader.one_of<Duration>(key,
                                 {{"seconds", std::chrono::seconds(1)},
                                  {"minutes", std::chrono::minutes(1)},
                                  {"hours", std::chrono::hours(1)}},
                                 config::Letters::any_case);
}

std::optional<Duration> duration_of(MapReader& reader, Key const& key, Duration unit) {
  auto count = reader.integer(key, {.min = 1, .max = longest / unit});
  if (!count) return std::nullopt;
  return unit * *count;
}

std::optional<Duration> required_duration_map(MapReader& reader, Key const& key) {
  auto inner = reader.map(key);
  if (!inner) return std::nullopt;
  inner->required_value("duration");
  bool has_unit = inner->required_value("unit") != nullptr;
  // A wrong unit was reported; the number is still looked at.
  auto unit = has_unit ? unit_of(*inner, "unit") : std::nullopt;
  auto duration = duration_of(*inner, "duration", unit.value_or(std::chrono::seconds(1)));
  inner->done();
  return unit ? duration : std::nullopt;
}

Context context_of(MapReader& reader, Key const& key) {
  Node const* node = reader.value(key);
  if (!node || !node->is_sequence()) return reader.string_map(key);
  Context context;
  for (auto const& item : node->items()) {
    if (!config::is_mapping(item, reader.diagnostics(), key.name())) continue;
    for (auto const& entry : item.entries())
      if (auto text = config::as_string(entry.value, reader.diagnostics(), entry.key))
        context.insert_or_assign(entry.key, std::move(*text));
  }
  return context;
}

}  // namespace sluice::dialect::armory
