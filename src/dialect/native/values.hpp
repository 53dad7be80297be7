#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"

/// Kinds of values that only release files know.
namespace sluice::dialect::native {

/// A text and where it was typed.
struct Word {
  std::string text;
  config::Span span;
};

/// A share of traffic in percent, "10" or "10%", in steps of 0.1: AWS takes weights as fractions
/// with three decimals.
std::optional<double> read_weight(config::Node const& node, config::Diagnostics& diagnostics,
                                  std::string_view what);
/// A share as a fraction of 1. Its sign is required: a bare 5 could be five percent or five times.
std::optional<double> read_share(config::Node const& node, config::Diagnostics& diagnostics,
                                 std::string_view what);
/// One text or a list of them.
std::vector<Word> read_words(config::MapReader& reader, char const* key);

/// Text as it is; a mapping or list as JSON.
std::string read_text_or_json(config::Node const& node);

/// Reports a name that no node of a plan can have: empty, over 128 bytes, with '/' or a control
/// character, starting with '[', '!' or '~'.
bool check_name(std::string const& name, config::Span const& span,
                config::Diagnostics& diagnostics);

}  // namespace sluice::dialect::native
