#include "config/reader.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"

namespace sluice::config {

MapReader::MapReader(Node node, Diagnostics& diagnostics, Unknown unknown, std::string what)
    : node_(std::move(node)),
      diagnostics_(&diagnostics),
      unknown_(unknown),
      what_(std::move(what)),
      valid_(is_mapping(node_, diagnostics, what_)) {}

Entry const* MapReader::entry(Key const& key) const {
  for (auto const& name : key.names())
    if (Entry const* found = node_.entry(name)) return found;
  return nullptr;
}

bool MapReader::has(Key const& key) const { return entry(key) != nullptr; }

std::string MapReader::typed_name(Key const& key) const {
  Entry const* found = entry(key);
  return found ? found->key : key.name();
}

Span MapReader::first_line() const {
  Span span = node_.span();
  if (span.line == span.end_line || !span.source) return span;
  auto length = static_cast<std::size_t>(span.source->line(span.line).size());
  std::size_t from = span.source->byte_at(span.start());
  std::size_t line = span.source->byte_at({span.line, 1});
  return make_span(span.source, from, line + length);
}

Span MapReader::span_of(Key const& key) const {
  Entry const* found = entry(key);
  return found ? found->value.span() : first_line();
}

Span MapReader::span_of_key(Key const& key) const {
  Entry const* found = entry(key);
  return found ? found->key_span : first_line();
}

void MapReader::refuse_two_names(Key const& key) {
  Entry const* first = nullptr;
  for (auto const& name : key.names()) {
    Entry const* found = node_.entry(name);
    if (!found) continue;
    if (first)
      diagnostics_->error(codes::duplicate_key, found->key_span,
                          in_quotes(found->key) + " and " + in_quotes(first->key) +
                              " are two names for the same thing",
                          {.cause = "only one of the two values could count",
                           .help = "remove one of them",
                           .related = {{first->key_span, "the other one"}}});
    else
      first = found;
  }
}

Node const* MapReader::value(Key const& key) {
  known_.insert(known_.end(), key.names().begin(), key.names().end());
  if (key.names().size() > 1) refuse_two_names(key);
  Entry const* found = entry(key);
  return found && !found->value.is_null() ? &found->value : nullptr;
}

Node const* MapReader::required_value(Key const& key) {
  Node const* found = value(key);
  if (found || !valid_ || node_.reported()) return found;
  if (Entry const* typed = entry(key)) {
    diagnostics_->error(codes::missing_key, typed->key_span,
                        in_quotes(typed->key) + " has no value",
                        {.cause = {}, .help = "write one"});
    return nullptr;
  }
  Advice advice{.cause = {}, .help = "add `" + key.name() + ":`"};
  if (node_.alias_span())
    advice.related.push_back({*node_.alias_span(), "brought here by the alias"});
  diagnostics_->error(codes::missing_key, first_line(), what_ + " needs " + in_quotes(key.name()),
                      std::move(advice));
  return nullptr;
}

std::optional<std::string> MapReader::string(Key const& key) {
  Node const* node = value(key);
  return node ? as_string(*node, *diagnostics_, typed_name(key)) : std::nullopt;
}

std::string MapReader::required_string(Key const& key) {
  Node const* node = required_value(key);
  auto text = node ? as_string(*node, *diagnostics_, typed_name(key)) : std::nullopt;
  if (text && text->empty())
    report(*diagnostics_, *node, codes::empty_text,
           in_quotes(typed_name(key)) + " must not be empty");
  return text.value_or("");
}

std::optional<std::int64_t> MapReader::integer(Key const& key, IntegerRange range) {
  Node const* node = value(key);
  return node ? as_integer(*node, *diagnostics_, typed_name(key), range) : std::nullopt;
}

std::int64_t MapReader::required_integer(Key const& key, IntegerRange range) {
  Node const* node = required_value(key);
  if (!node) return 0;
  return as_integer(*node, *diagnostics_, typed_name(key), range).value_or(0);
}

std::optional<double> MapReader::number(Key const& key, NumberRange range) {
  Node const* node = value(key);
  return node ? as_number(*node, *diagnostics_, typed_name(key), range) : std::nullopt;
}

double MapReader::required_number(Key const& key, NumberRange range) {
  Node const* node = required_value(key);
  return node ? as_number(*node, *diagnostics_, typed_name(key), range).value_or(0) : 0;
}

std::optional<bool> MapReader::boolean(Key const& key, Quoted quoted) {
  Node const* node = value(key);
  return node ? as_boolean(*node, *diagnostics_, typed_name(key), quoted) : std::nullopt;
}

bool MapReader::required_boolean(Key const& key, Quoted quoted) {
  Node const* node = required_value(key);
  return node && as_boolean(*node, *diagnostics_, typed_name(key), quoted).value_or(false);
}

std::optional<Duration> MapReader::duration(Key const& key, DurationRange range) {
  Node const* node = value(key);
  return node ? as_duration(*node, *diagnostics_, typed_name(key), range) : std::nullopt;
}

Duration MapReader::required_duration(Key const& key, DurationRange range) {
  Node const* node = required_value(key);
  if (!node) return Duration::zero();
  return as_duration(*node, *diagnostics_, typed_name(key), range).value_or(Duration::zero());
}

std::optional<std::string> MapReader::arn(Key const& key, std::string_view service) {
  Node const* node = value(key);
  return node ? as_arn(*node, *diagnostics_, typed_name(key), service) : std::nullopt;
}

std::optional<std::string> MapReader::name(Key const& key, NameRule rule) {
  Node const* node = value(key);
  return node ? as_name(*node, *diagnostics_, typed_name(key), rule) : std::nullopt;
}

std::string MapReader::required_name(Key const& key, NameRule rule) {
  Node const* node = required_value(key);
  return node ? as_name(*node, *diagnostics_, typed_name(key), rule).value_or("") : "";
}

std::optional<std::string> MapReader::word(Key const& key, std::vector<std::string> const& words,
                                           Letters letters) {
  Node const* node = value(key);
  if (!node) return std::nullopt;
  auto index = as_choice(*node, *diagnostics_, typed_name(key), words, letters);
  return index ? std::optional(words[*index]) : std::nullopt;
}

std::string MapReader::required_word(Key const& key, std::vector<std::string> const& words,
                                     Letters letters) {
  Node const* node = required_value(key);
  if (!node) return {};
  auto index = as_choice(*node, *diagnostics_, typed_name(key), words, letters);
  return index ? words[*index] : std::string();
}

void MapReader::accept(std::initializer_list<char const*> keys) {
  known_.insert(known_.end(), keys.begin(), keys.end());
}

std::string MapReader::known_keys() const {
  constexpr std::size_t most = 12;
  std::vector<std::string> keys;
  for (auto const& key : known_)
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  if (keys.empty()) return "remove it";
  bool cut = keys.size() > most;
  keys.resize(std::min(keys.size(), most));
  return "keys that are known here: " + join(keys, ", ") + (cut ? ", …" : "");
}

void MapReader::done() {
  for (auto const& entry : node_.entries()) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    // Behind the limit a problem is only counted: a hostile file must not buy thousands of
    // searches.
    bool shown = diagnostics_->list().size() < limits::diagnostics;
    auto meant = shown ? nearest(entry.key, known_) : std::nullopt;
    Advice advice{.cause = {},
                  .help = meant ? "did you mean " + in_quotes(*meant) + "?" : known_keys()};
    if (entry.value.alias_span())
      advice.related.push_back({*entry.value.alias_span(), "brought here by the alias"});
    Severity severity = unknown_ == Unknown::error ? Severity::error : Severity::warning;
    diagnostics_->add({codes::unknown_key, severity,
                       "unknown key " + in_quotes(entry.key) + " in " + what_, entry.key_span,
                       std::move(advice)});
  }
}

void MapReader::error(Key const& key, Code code, std::string message, std::string help) {
  diagnostics_->error(code, span_of(key), std::move(message),
                      {.cause = {}, .help = std::move(help)});
}

void MapReader::warning(Key const& key, Code code, std::string message, std::string help) {
  diagnostics_->warning(code, span_of(key), std::move(message),
                        {.cause = {}, .help = std::move(help)});
}

}  // namespace sluice::config
