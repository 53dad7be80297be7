#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"

/// Reads the values that this dialect writes in its own way.
namespace sluice::dialect::armory {

/// A text with its place, for messages about it that come later.
struct Text {
  std::string text;
  config::Span span;
};

using Context = std::map<std::string, std::string>;

/// Plain text: variables in braces and placeholders such as <function-name> are refused, because
/// nothing would ever fill them in. Empty text where it is missing; that was then reported.
Text required_text(config::MapReader& reader, config::Key const& key);
std::optional<Text> optional_text(config::MapReader& reader, config::Key const& key);
/// The same for a name with AWS's rules.
Text required_name(config::MapReader& reader, config::Key const& key, config::NameRule rule);
/// An IAM role's ARN.
std::string required_role(config::MapReader& reader, config::Key const& key);
std::vector<Text> texts(config::MapReader& reader, config::Key const& key, config::Empty empty);

/// seconds, minutes or hours in any case; none where missing or reported.
std::optional<Duration> unit_of(config::MapReader& reader, config::Key const& key);
/// A count of that unit; at least 1, at most ten years in all.
std::optional<Duration> duration_of(config::MapReader& reader, config::Key const& key,
                                    Duration unit);
/// {duration, unit}, both required.
std::optional<Duration> required_duration_map(config::MapReader& reader, config::Key const& key);

/// A mapping of texts, or a list of mappings with one entry each.
Context context_of(config::MapReader& reader, config::Key const& key);

}  // namespace sluice::dialect::armory
