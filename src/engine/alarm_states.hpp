#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "aws/cloudwatch.hpp"
#include "engine/step.hpp"

namespace sluice::engine {

/// What is known of alarms' states, shared by all runs of the same services. Whoever needs a newer
/// state reads all alarms that anybody has asked for lately, so that many runs of one account make
/// few calls (design E6). Thread-safe; nobody waits for somebody else's call.
class AlarmStates {
 public:
  /// Whose alarms: an identity's, in one region.
  struct Place {
    std::string access;  ///< the role and what else selects the identity; empty: the session's own
    std::string region;
    auto operator<=>(Place const&) const = default;
  };
  static Place place_of(plan::Target const& target);

  /// Why states are not known. What `why` says is not the same twice (it names a request); `told`
  /// is, for people who are told once.
  struct Unread {
    Failed why;
    std::string told;
    Time since{};  ///< of the first failure in a row
  };
  struct Seen {
    std::vector<std::string> in_alarm, unknown;  ///< of the names asked for, in their order
  };
  struct Busy {};  ///< somebody is reading right now
  using Look = std::variant<Seen, Busy, Unread>;

  /// Reads at most CloudWatch::most_alarm_names at a time.
  using Reader = std::function<std::expected<std::vector<aws::AlarmState>, Unread>(
      std::vector<std::string> const& names)>;

  /// States are at most `most_age` old and none is from before `since`. A failure is everybody's
  /// for `retry_after`. `stopped`: a reader that was told to stop has found out nothing.
  Look look(Place const& place, std::vector<std::string> const& names, Time since, Time now,
            Reader const& reader, std::stop_token const& stopped);

  static constexpr Duration most_age = std::chrono::seconds(5);
  static constexpr Duration retry_after = std::chrono::seconds(2);
  /// A name that nobody has asked for so long is no longer read.
  static constexpr Duration forgotten_after = std::chrono::minutes(1);

 private:
  struct Known {
    Time asked{};
    std::optional<Time> read;
    std::string state;  ///< empty: CloudWatch has no such alarm
  };
  struct Region {
    std::map<std::string, Known> alarms;
    bool reading = false;
    std::optional<Unread> failure;  ///< of the last try
    Time failed{};
  };

  static Seen seen(Region const& region, std::vector<std::string> const& names);
  static bool fresh(Known const& known, Time since, Time now);
  static std::vector<std::string> to_read(Region& region, Time now);

  std::mutex mutex_;
  std::map<Place, Region> regions_;
};

}  // namespace sluice::engine
