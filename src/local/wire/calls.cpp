#include "local/wire/calls.hpp"

#include <utility>

#include "base/strings.hpp"

namespace sluice::local {
namespace {

/// Foreign text, cut to a length that keeps the log's memory bounded.
std::string safe(std::string const& text) {
  constexpr std::size_t most = 300;
  auto cut = text.substr(0, most);
  while (!cut.empty() && !is_valid_utf8(cut) && text.size() - cut.size() < 4) cut.pop_back();
  return is_valid_utf8(cut) ? printable(cut) : std::string("(not UTF-8)");
}

}  // namespace

json::Value to_json(CallRecord const& record) {
  json::Value value{{"number", record.number},
                    {"time", rfc3339(record.time)},
                    {"duration_ms", static_cast<std::int64_t>(record.duration.count())},
                    {"service", record.service},
                    {"operation", record.operation},
                    {"resource", record.resource},
                    {"account", record.account},
                    {"region", record.region},
                    {"access_key", record.access_key},
                    {"status", record.status},
                    {"request_id", record.request_id},
                    {"user_agent", record.user_agent}};
  if (!record.error.empty()) value.set("error", record.error);
  if (!record.fault.empty()) value.set("fault", record.fault);
  return value;
}

void CallLog::add(CallRecord record) {
  for (auto* text : {&record.account, &record.region, &record.access_key, &record.operation,
                     &record.resource, &record.user_agent})
    *text = safe(*text);
  state_.with([&](State& state) {
    record.number = ++state.last;
    state.records.push_back(std::move(record));
    if (state.records.size() > max_records) state.records.pop_front();
  });
}

json::Value CallLog::list(std::int64_t after) {
  return state_.with([&](State& state) {
    json::Value list = json::array({});
    for (auto const& record : state.records)
      if (record.number > after) list.push(to_json(record));
    return list;
  });
}

void CallLog::clear() {
  state_.with([](State& state) { state.records.clear(); });
}

}  // namespace sluice::local
