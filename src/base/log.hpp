#pragma once

#include <string_view>

#include "base/json.hpp"

namespace sluice::log {

enum class Level { debug, info, warning, error };

/// What is below is not written. The default is `warning`; nothing of a log is part of a result.
void set_level(Level level);
bool enabled(Level level);

/// One line on stderr: time, level, event, then `fields` as logfmt. Control characters are escaped.
/// Never pass a Secret's text.
void write(Level level, std::string_view event, json::Object const& fields = {});

inline void debug(std::string_view event, json::Object const& fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, json::Object const& fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, json::Object const& fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, json::Object const& fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace sluice::log
