#include "config/codes_text.hpp"
#include "config/reader.hpp"
#include "config/render.hpp"

namespace sluice::config {
namespace {

std::vector<Node> items_of(Node const& node, Diagnostics& diagnostics, std::string const& what,
                           Empty empty) {
  if (!is_sequence(node, diagnostics, what)) return {};
  if (node.items().empty() && empty == Empty::refused)
    report(diagnostics, node, codes::empty_list, in_quotes(what) + " must not be an empty list",
           "add an element, or remove the key");
  return node.items();
}

std::string item_name(std::string const& list, std::size_t index) {
  return list + '[' + std::to_string(index) + ']';
}

}  // namespace

std::optional<MapReader> MapReader::map(Key const& key) {
  Node const* node = value(key);
  if (!node) return std::nullopt;
  MapReader reader(*node, *diagnostics_, unknown_, typed_name(key));
  return reader.valid() ? std::optional(std::move(reader)) : std::nullopt;
}

std::optional<MapReader> MapReader::required_map(Key const& key) {
  Node const* node = required_value(key);
  if (!node) return std::nullopt;
  MapReader reader(*node, *diagnostics_, unknown_, typed_name(key));
  return reader.valid() ? std::optional(std::move(reader)) : std::nullopt;
}

std::vector<Node> MapReader::list(Key const& key, Empty empty) {
  Node const* node = value(key);
  return node ? items_of(*node, *diagnostics_, typed_name(key), empty) : std::vector<Node>();
}

std::vector<Node> MapReader::required_list(Key const& key, Empty empty) {
  Node const* node = required_value(key);
  return node ? items_of(*node, *diagnostics_, typed_name(key), empty) : std::vector<Node>();
}

std::vector<MapReader> MapReader::maps(Key const& key, Empty empty) {
  std::vector<Node> items = list(key, empty);
  std::vector<MapReader> readers;
  for (std::size_t i = 0; i < items.size(); ++i) {
    MapReader reader(items[i], *diagnostics_, unknown_, item_name(typed_name(key), i));
    if (reader.valid()) readers.push_back(std::move(reader));
  }
  return readers;
}

std::vector<std::string> MapReader::strings(Key const& key, Empty empty) {
  std::vector<Node> items = list(key, empty);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (auto text = as_string(items[i], *diagnostics_, item_name(typed_name(key), i)))
      texts.push_back(std::move(*text));
  return texts;
}

std::map<std::string, std::string> MapReader::string_map(Key const& key) {
  std::map<std::string, std::string> texts;
  Node const* node = value(key);
  if (!node || !is_mapping(*node, *diagnostics_, typed_name(key))) return texts;
  for (auto const& entry : node->entries())
    if (auto text = as_string(entry.value, *diagnostics_, typed_name(key) + '.' + entry.key))
      texts.emplace(entry.key, std::move(*text));
  return texts;
}

}  // namespace sluice::config
