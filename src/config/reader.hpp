#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/document.hpp"
#include "config/typed.hpp"

namespace sluice::config {

/// What a key that nobody asked for means.
enum class Unknown { error, warning };

/// A key and the other names it may go by: "weight" or {"functionName", "function"}. Messages use
/// the name that was typed, and the first one where it is missing.
class Key {
 public:
  Key(char const* name) : names_{name} {}
  Key(std::string name) : names_{std::move(name)} {}
  Key(std::initializer_list<char const*> names) : names_(names.begin(), names.end()) {}

  std::string const& name() const { return names_.front(); }
  std::vector<std::string> const& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

enum class Empty { allowed, refused };

/// Reads one mapping key by key. Every problem goes to the diagnostics with the value's place, and
/// reading goes on, so that one pass reports all problems of a file:
///
///     MapReader r(document->root, diagnostics);
///     auto function = r.required_string({"functionName", "function"});
///     auto weight = r.integer("weight", {0, 100}).value_or(10);
///     if (auto target = r.map("target")) { … target->done(); }
///     r.done();
///
/// A plain read answers none where the key is missing, has no value, or was reported as wrong. A
/// `required_` read also reports the first two, and then answers the type's empty value: check
/// `diagnostics.has_errors()` once, at the end, before acting on anything that was read.
///
/// Keeps the node and refers to the diagnostics, which must outlive it.
class MapReader {
 public:
  /// A node that is no mapping is reported here; every read then answers none, without more noise.
  /// `what` names the mapping in messages: "target", "the release file".
  MapReader(Node node, Diagnostics& diagnostics, Unknown unknown = Unknown::error,
            std::string what = "the document");

  bool valid() const { return valid_; }
  Node const& node() const { return node_; }
  Diagnostics& diagnostics() const { return *diagnostics_; }
  /// There, also without a value. Does not mark the key as known.
  bool has(Key const& key) const;
  /// Of the value; of the whole mapping's first line where the key is missing.
  Span span_of(Key const& key) const;
  Span span_of_key(Key const& key) const;

  /// The value as it is, known from now on; null where the key is missing or has no value.
  Node const* value(Key const& key);
  Node const* required_value(Key const& key);

  std::optional<std::string> string(Key const& key);
  std::optional<std::string> optional_string(Key const& key) { return string(key); }
  /// Empty text is refused too.
  std::string required_string(Key const& key);
  std::optional<std::int64_t> integer(Key const& key, IntegerRange range = {});
  std::int64_t required_integer(Key const& key, IntegerRange range = {});
  std::optional<double> number(Key const& key, NumberRange range = {});
  double required_number(Key const& key, NumberRange range = {});
  std::optional<bool> boolean(Key const& key, Quoted quoted = Quoted::refused);
  bool required_boolean(Key const& key, Quoted quoted = Quoted::refused);
  std::optional<Duration> duration(Key const& key, DurationRange range = {});
  Duration required_duration(Key const& key, DurationRange range = {});
  std::optional<std::string> arn(Key const& key, std::string_view service = {});
  std::optional<std::string> name(Key const& key, NameRule rule = {});
  std::string required_name(Key const& key, NameRule rule = {});

  /// One of those words, in the spelling of the list.
  std::optional<std::string> word(Key const& key, std::vector<std::string> const& words,
                                  Letters letters = Letters::as_written);
  std::string required_word(Key const& key, std::vector<std::string> const& words,
                            Letters letters = Letters::as_written);
  /// r.one_of<Mode>("mode", {{"automatic", Mode::automatic}, {"manual", Mode::manual}}).
  template <class T>
  std::optional<T> one_of(Key const& key, std::initializer_list<std::pair<char const*, T>> choices,
                          Letters letters = Letters::as_written) {
    return choose(value(key), key, choices, letters);
  }
  /// As one_of; the first choice where the key is missing or was reported.
  template <class T>
  T required_one_of(Key const& key, std::initializer_list<std::pair<char const*, T>> choices,
                    Letters letters = Letters::as_written) {
    return choose(required_value(key), key, choices, letters).value_or(choices.begin()->second);
  }

  /// A reader for the mapping below, with the same treatment of unknown keys. Call its done().
  std::optional<MapReader> map(Key const& key);
  std::optional<MapReader> required_map(Key const& key);
  /// The elements; none where the key is missing.
  std::vector<Node> list(Key const& key, Empty empty = Empty::allowed);
  std::vector<Node> required_list(Key const& key, Empty empty = Empty::refused);
  /// A list whose elements are mappings, one reader each; other elements are reported and left out.
  std::vector<MapReader> maps(Key const& key, Empty empty = Empty::allowed);
  /// A list of scalars.
  std::vector<std::string> strings(Key const& key, Empty empty = Empty::allowed);
  /// A mapping of scalars, for example environment variables.
  std::map<std::string, std::string> string_map(Key const& key);

  /// Accepts keys without reading them; for parts that another reader of the same node takes.
  void accept(std::initializer_list<char const*> keys);
  /// Reports every key that nobody asked for, each with the nearest known one.
  void done();

  /// Reports a problem at the value of that key (at the mapping where it is missing).
  void error(Key const& key, Code code, std::string message, std::string help = {});
  void warning(Key const& key, Code code, std::string message, std::string help = {});

 private:
  template <class T>
  std::optional<T> choose(Node const* node, Key const& key,
                          std::initializer_list<std::pair<char const*, T>> choices,
                          Letters letters) {
    if (!node) return std::nullopt;
    std::vector<std::string> words;
    for (auto const& choice : choices) words.emplace_back(choice.first);
    auto index = as_choice(*node, *diagnostics_, typed_name(key), words, letters);
    if (!index) return std::nullopt;
    return (choices.begin() + *index)->second;
  }
  Entry const* entry(Key const& key) const;
  std::string typed_name(Key const& key) const;
  void refuse_two_names(Key const& key);
  Span first_line() const;
  std::string known_keys() const;

  Node node_;
  Diagnostics* diagnostics_;
  Unknown unknown_;
  std::string what_;
  bool valid_;
  std::vector<std::string> known_;
};

}  // namespace sluice::config
