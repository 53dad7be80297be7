#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "local/model/fault.hpp"

namespace sluice::local {

/// A misbehaviour somebody asked for.
struct FaultRule {
  enum class When { before, after_effect };
  enum class Action { drop, throttle, delay, deny, error_500, error_503 };

  std::int64_t id = 0;
  std::string call = "*";  ///< operation name; "*": every one
  std::string function;    ///< only calls on this function; empty: all
  When when = When::before;
  Action action = Action::drop;
  Duration delay{};  ///< of Action::delay
  int times = 1;     ///< how often it happens; 0: without end
  int happened = 0;  ///< how often it has

  bool endless() const { return times == 0; }
  bool over() const { return !endless() && happened >= times; }
};

/// Reads {"call", "function", "when", "do", "delay", "times"}; names what it does not know.
/// when: before | after-effect. do: drop, throttle, delay, deny, 500, 503. delay: "2s".
Result<FaultRule> parse_fault(json::Value const& request);
/// {"id", "call", "when", "do", "times", "happened", "left", "function", "delay"}; no "left" where
/// it happens without end.
json::Value to_json(FaultRule const& rule);

/// What is to happen at one moment of one call.
struct Injection {
  Duration delay{};
  std::optional<FaultRule::Action> action;  ///< never Action::delay
};

/// The answer of throttle, deny and the 5xx, in the words of that service ("s3", "lambda" …).
Fault injected_fault(FaultRule::Action action, std::string_view service);

/// The rules that were asked for. Thread-safe. Those that are used up stay for the list to show,
/// until somebody clears them or a new one needs their room.
class FaultList {
 public:
  static constexpr std::size_t max_rules = 100;

  /// The rule as it was taken, as JSON, with its id; refused beyond `max_rules`.
  Result<json::Value> add(FaultRule rule);
  json::Value list();
  void clear();
  bool remove(std::int64_t id);

  /// Every matching delay counts; of the other actions the rule added first wins.
  Injection take(std::string_view call, std::string_view function, FaultRule::When when);

 private:
  struct State {
    std::deque<FaultRule> rules;
    std::int64_t last_id = 0;
  };
  Guarded<State> state_;
};

}  // namespace sluice::local
