#include "engine/alarm_states.hpp"

#include <algorithm>

namespace sluice::engine {
namespace {

using Read = std::expected<std::vector<aws::AlarmState>, AlarmStates::Unread>;

Read read_all(std::vector<std::string> const& names, AlarmStates::Reader const& reader) {
  std::vector<aws::AlarmState> all;
  constexpr auto most = static_cast<std::ptrdiff_t>(aws::CloudWatch::most_alarm_names);
  for (auto from = names.begin(); from != names.end();) {
    auto const until = from + std::min(most, names.end() - from);
    auto part = reader({from, until});
    if (!part) return std::unexpected(std::move(part.error()));
    std::ranges::move(*part, std::back_inserter(all));
    from = until;
  }
  return all;
}

/// A name that CloudWatch does not take must not keep everybody else from their alarms: where all
/// cannot be read, `names` becomes those that were asked for here.
Read read_for(std::vector<std::string>& names, std::vector<std::string> const& own,
              AlarmStates::Reader const& reader) {
  auto read = read_all(names, reader);
  bool refused = !read && read.error().why.error == plan::ErrorClass::configuration;
  if (!refused || names.size() <= own.size()) return read;
  names = own;
  return read_all(names, reader);
}

}  // namespace

std::shared_ptr<AlarmStates> make_alarm_states() { return std::make_shared<AlarmStates>(); }

AlarmStates::Place AlarmStates::place_of(plan::Target const& target) {
  return {
      target.account + "\n" + target.role + "\n" + target.external_id + "\n" + target.session_name,
      target.region};
}

AlarmStates::Seen AlarmStates::seen(Region const& region, std::vector<std::string> const& names) {
  Seen out;
  for (auto const& name : names) {
    std::string const& state = region.alarms.at(name).state;
    if (state.empty()) out.unknown.push_back(name);
    if (state == "ALARM") out.in_alarm.push_back(name);
  }
  return out;
}

bool AlarmStates::fresh(Known const& known, Time since, Time now) {
  return known.read && *known.read >= since && now - *known.read <= most_age;
}

/// What is asked for and will soon be too old, and forgets what nobody asks for.
std::vector<std::string> AlarmStates::to_read(Region& region, Time now) {
  std::erase_if(region.alarms,
                [&](auto const& entry) { return now - entry.second.asked > forgotten_after; });
  std::vector<std::string> out;
  for (auto const& [name, known] : region.alarms)
    if (!known.read || now - *known.read > most_age / 2) out.push_back(name);
  return out;
}

AlarmStates::Look AlarmStates::look(Place const& place, std::vector<std::string> const& names,
                                    Time since, Time now, Reader const& reader,
                                    std::stop_token const& stopped) {
  std::vector<std::string> wanted;
  {
    std::lock_guard lock(mutex_);
    Region& region = regions_[place];
    for (auto const& name : names) region.alarms[name].asked = now;
    bool all_fresh = true;
    for (auto const& name : names) {
      Known& known = region.alarms.at(name);
      if (fresh(known, since, now)) continue;
      known.read.reset();
      all_fresh = false;
    }
    if (all_fresh) return seen(region, names);
    if (region.reading) return Busy{};
    if (region.failure && now - region.failed < retry_after) return *region.failure;
    region.reading = true;
    wanted = to_read(region, now);
  }
  auto read = read_for(wanted, names, reader);
  std::lock_guard lock(mutex_);
  Region& region = regions_[place];
  region.reading = false;
  if (!read) {
    if (stopped.stop_requested()) return Busy{};
    read.error().since = region.failure ? region.failure->since : now;
    region.failure = read.error();
    region.failed = now;
    return std::move(read.error());
  }
  region.failure.reset();
  for (auto const& name : wanted) {
    Known& known = region.alarms[name];
    known.read = now;
    known.state.clear();
  }
  for (auto& alarm : *read) region.alarms[alarm.name].state = std::move(alarm.state);
  for (auto const& name : names) region.alarms[name].asked = now;
  return seen(region, names);
}

}  // namespace sluice::engine
