#include "base/log.hpp"

#include <unistd.h>

#include <atomic>

#include "base/strings.hpp"
#include "base/time.hpp"

namespace sluice::log {
namespace {

std::atomic<Level> lowest{Level::warning};

std::string_view name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

std::string value_text(json::Value const& value) {
  if (!value.is_string()) return value.dump();
  std::string const& text = value.as_string();
  bool plain = !text.empty() && text.find_first_of(" =\"\n\t\\") == std::string::npos;
  return plain && printable(text) == text ? text : json::Value(printable(text)).dump();
}

}  // namespace

void set_level(Level level) { lowest = level; }
bool enabled(Level level) { return level >= lowest; }

void write(Level level, std::string_view event, json::Object const& fields) {
  if (!enabled(level)) return;
  std::string line = rfc3339(system_clock().now());
  line.append(" ").append(name(level)).append(" ").append(event);
  for (auto const& [key, value] : fields)
    line.append(" ").append(key).append("=").append(value_text(value));
  line += '\n';
  // One write, so that lines of several threads do not mix.
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sluice::log
