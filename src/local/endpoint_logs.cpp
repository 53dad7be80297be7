#include "local/endpoint_logs.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::local {
namespace {

/// Counted for every entry, so that silent runs are bounded as well.
constexpr std::size_t entry_overhead = 200;

std::string key_of(std::string const& account, std::string const& region,
                   std::string const& function) {
  return account + "/" + region + "/" + function;
}

/// JSON can only carry UTF-8; a function may print anything.
std::string as_utf8(std::string text) {
  if (is_valid_utf8(text)) return text;
  for (char& c : text)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return text;
}

}  // namespace

void FunctionLogs::add(std::string const& account, std::string const& region,
                       std::string const& function, LogEntry entry) {
  if (entry.text.size() > max_bytes) entry.text.erase(0, entry.text.size() - max_bytes);
  entry.text = as_utf8(std::move(entry.text));
  state_.with([&](State& state) {
    auto const key = key_of(account, region, function);
    if (state.functions.size() >= max_functions && !state.functions.contains(key)) {
      auto const oldest = std::min_element(
          state.functions.begin(), state.functions.end(), [](auto const& a, auto const& b) {
            return a.second.entries.back().number < b.second.entries.back().number;
          });
      state.functions.erase(oldest);
    }
    auto& log = state.functions[key];
    entry.number = ++state.last;
    log.bytes += entry.text.size() + entry_overhead;
    log.entries.push_back(std::move(entry));
    while (log.bytes > max_bytes && log.entries.size() > 1) {
      log.bytes -= log.entries.front().text.size() + entry_overhead;
      log.entries.pop_front();
    }
  });
}

json::Value FunctionLogs::list(std::string const& account, std::string const& region,
                               std::string const& function, std::string const& version,
                               std::int64_t after) {
  return state_.with([&](State& state) {
    json::Value list = json::array({});
    auto const at = state.functions.find(key_of(account, region, function));
    if (at == state.functions.end()) return list;
    for (auto const& entry : at->second.entries) {
      if (entry.number <= after || (!version.empty() && entry.version != version)) continue;
      list.push(json::Value{{"number", entry.number},
                            {"time", rfc3339(entry.time)},
                            {"version", entry.version},
                            {"request_id", entry.request_id},
                            {"failed", entry.failed},
                            {"text", entry.text}});
    }
    return list;
  });
}

void FunctionLogs::clear() {
  state_.with([](State& state) { state.functions.clear(); });
}

}  // namespace sluice::local
