#include "config/document.hpp"

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/parsers.hpp"
#include "config/typed.hpp"

namespace sluice::config {
namespace {

std::shared_ptr<Node::Content const> const& nothing() {
  static auto const content = std::make_shared<Node::Content const>();
  return content;
}

/// One step of a JSON pointer, with ~1 and ~0 resolved.
std::string step_of(std::string_view text) {
  return replace_all(replace_all(text, "~1", "/"), "~0", "~");
}

Node const* item_at(Node const& sequence, std::string_view index) {
  std::size_t number = 0;
  auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  bool whole = error == std::errc() && end == index.data() + index.size();
  bool leading_zero = index.size() > 1 && index.front() == '0';
  if (!whole || leading_zero || number >= sequence.items().size()) return nullptr;
  return &sequence.items()[number];
}

bool is_json_name(std::string_view name) { return lower(name).ends_with(".json"); }

/// Reads text that may be meant as JSON or as a YAML flow collection. When neither reads it, the
/// error of the form it looks like is the useful one: JSON's keys are quoted.
std::optional<Document> parse_either(SourcePtr const& source, Diagnostics& diagnostics) {
  Diagnostics as_json;
  auto document = parse_json(source, as_json);
  if (document) {
    diagnostics.add_all(as_json);
    return document;
  }
  Diagnostics as_yaml;
  document = parse_yaml(source, as_yaml);
  std::string_view inside = trim(std::string_view(trim(source->text())).substr(1));
  bool looks_like_json = inside.starts_with('"') || inside.starts_with('{');
  bool yaml_wins = (document && !as_yaml.has_errors()) || !looks_like_json;
  diagnostics.add_all(yaml_wins ? as_yaml : as_json);
  return yaml_wins ? document : std::nullopt;
}

bool check_text(SourcePtr const& source, Diagnostics& diagnostics) {
  std::string const& text = source->text();
  if (text.size() > limits::document_bytes) {
    diagnostics.error(codes::too_large, make_span(source, 0, 0),
                      "the file has " + std::to_string(text.size()) + " bytes, more than " +
                          std::to_string(limits::document_bytes),
                      {.cause = {}, .help = "keep code and data out of the release file"});
    return false;
  }
  std::size_t bad = first_invalid_utf8(text);
  if (bad == std::string_view::npos) return true;
  bool utf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  diagnostics.error(codes::not_utf8, make_span(source, bad, bad + 1), "the text is not UTF-8",
                    {.cause = utf16 ? "the file is UTF-16" : "", .help = "save the file as UTF-8"});
  return false;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string_view::npos;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (length < 4 && !is_valid_utf8(text.substr(at, length))) ++length;
    if (!is_valid_utf8(text.substr(at, length))) break;
    at += length;
  }
  return at;
}

Node::Node() : content_(nothing()) {}
Node::Node(std::shared_ptr<Content const> content) : content_(std::move(content)) {}

Node::Kind Node::kind() const { return content_->kind; }
std::string const& Node::text() const { return content_->text; }
bool Node::quoted() const { return content_->quoted; }
bool Node::reported() const { return content_->reported; }
Span const& Node::span() const { return content_->span; }
std::vector<Node> const& Node::items() const { return content_->items; }
std::vector<Entry> const& Node::entries() const { return content_->entries; }
std::size_t Node::node_count() const { return content_->nodes; }
std::size_t Node::text_bytes() const { return content_->bytes; }
std::size_t Node::height() const { return content_->height; }

Entry const* Node::entry(std::string_view key) const {
  auto found = std::ranges::find(entries(), key, &Entry::key);
  return found == entries().end() ? nullptr : &*found;
}

Node const* Node::find(std::string_view key) const {
  Entry const* found = entry(key);
  return found ? &found->value : nullptr;
}

Node const* Node::at_pointer(std::string_view pointer) const {
  Node const* at = this;
  while (at && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    std::size_t length = std::min(pointer.find('/'), pointer.size());
    std::string step = step_of(pointer.substr(0, length));
    pointer.remove_prefix(length);
    at = at->is_sequence() ? item_at(*at, step) : at->find(step);
  }
  return at;
}

Node Node::through_alias(Span place) const {
  Node copy = *this;
  copy.alias_ = std::make_shared<Span const>(std::move(place));
  return copy;
}

Node finish(Node::Content content) {
  content.nodes = 1;
  content.bytes = content.text.size();
  content.height = 0;
  auto add = [&](Node const& child) {
    content.nodes += child.node_count();
    content.bytes += child.text_bytes();
    content.height = std::max(content.height, child.height());
  };
  for (auto const& item : content.items) add(item);
  for (auto const& entry : content.entries) {
    add(entry.value);
    content.bytes += entry.key.size();
  }
  if (content.kind == Node::Kind::sequence || content.kind == Node::Kind::mapping) ++content.height;
  return Node(std::make_shared<Node::Content const>(std::move(content)));
}

std::optional<Document> parse(SourcePtr const& source, Diagnostics& diagnostics) {
  if (!check_text(source, diagnostics)) return std::nullopt;
  if (is_json_name(source->name())) return parse_json(source, diagnostics);
  std::string_view text = trim(source->text());
  if (text.starts_with('{') || text.starts_with('[')) return parse_either(source, diagnostics);
  return parse_yaml(source, diagnostics);
}

std::optional<Document> parse(std::string name, std::string text, Diagnostics& diagnostics) {
  return parse(make_source(std::move(name), std::move(text)), diagnostics);
}

json::Value to_json(Node const& node) {
  if (node.is_null()) return nullptr;
  if (node.is_sequence()) {
    json::Array items;
    for (auto const& item : node.items()) items.push_back(to_json(item));
    return items;
  }
  if (node.is_mapping()) {
    json::Object members;
    for (auto const& entry : node.entries()) members.emplace_back(entry.key, to_json(entry.value));
    return members;
  }
  std::string const& text = node.text();
  if (node.quoted()) return text;
  if (auto truth = core_boolean(text)) return *truth;
  if (auto whole = core_integer(text)) return *whole;
  if (auto real = core_number(text)) return *real;
  return text;
}

}  // namespace sluice::config
