#pragma once

#include <optional>
#include <string_view>

#include "config/diagnostic.hpp"
#include "config/document.hpp"

/// The two readers behind `parse`. Both expect valid UTF-8 of at most limits::document_bytes.
namespace sluice::config {

/// YAML 1.2 through libyaml's events.
std::optional<Document> parse_yaml(SourcePtr const& source, Diagnostics& diagnostics);
/// RFC 8259, strictly. Numbers become plain scalars with their text, integers within 64 bits.
std::optional<Document> parse_json(SourcePtr const& source, Diagnostics& diagnostics);

/// The byte where the first malformed character starts; npos where all is well.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace sluice::config
