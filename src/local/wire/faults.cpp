#include "local/wire/faults.hpp"

#include <algorithm>
#include <utility>

namespace sluice::local {
namespace {

using Action = FaultRule::Action;

constexpr std::pair<std::string_view, Action> actions[] = {
    {"drop", Action::drop}, {"throttle", Action::throttle}, {"delay", Action::delay},
    {"deny", Action::deny}, {"500", Action::error_500},     {"503", Action::error_503}};

std::string_view name_of(Action action) {
  for (auto const& [name, value] : actions)
    if (value == action) return name;
  return {};
}

constexpr Duration longest_delay = std::chrono::minutes(15);

std::unexpected<Error> invalid(std::string message, std::string hint) {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(hint));
}

Result<void> read_delay(FaultRule& rule, std::string const& text) {
  if (rule.action != Action::delay) {
    if (text.empty()) return {};
    return invalid("only a fault that delays takes a time", "leave the delay out, or use do delay");
  }
  auto const delay = parse_duration(text);
  if (!delay) return invalid("a delay needs a time: " + delay.error().message, "for example 2s");
  if (*delay <= Duration::zero() || *delay > longest_delay)
    return invalid("a delay is more than 0 s and at most 15 minutes", "for example 2s");
  rule.delay = *delay;
  return {};
}

}  // namespace

Result<FaultRule> parse_fault(json::Value const& request) {
  FaultRule rule;
  for (auto const& [name, value] : request.members()) {
    static constexpr std::string_view known[] = {"call", "function", "when",
                                                 "do",   "delay",    "times"};
    if (std::find(std::begin(known), std::end(known), name) == std::end(known))
      return invalid("a fault has no member '" + name + "'",
                     "it has call, function, when, do, delay and times");
  }
  if (auto const& call = request["call"].as_string(); !call.empty()) rule.call = call;
  rule.function = request["function"].as_string();
  auto const& when = request["when"].as_string();
  if (when == "after-effect")
    rule.when = FaultRule::When::after_effect;
  else if (!when.empty() && when != "before")
    return invalid("'" + when + "' is no moment for a fault", "use before or after-effect");
  auto const& wanted = request["do"].as_string();
  auto const* const at = std::find_if(std::begin(actions), std::end(actions),
                                      [&](auto const& action) { return action.first == wanted; });
  if (at == std::end(actions))
    return invalid("'" + wanted + "' is nothing a fault can do",
                   "use drop, throttle, delay, deny, 500 or 503");
  rule.action = at->second;
  if (auto fine = read_delay(rule, request["delay"].as_string()); !fine)
    return std::unexpected(fine.error());
  auto const times = request["times"].as_int(1);
  if (times < 0 || times > 1'000'000)
    return invalid("a fault happens 1 to 1000000 times, or 0 for always", "for example times 1");
  rule.times = static_cast<int>(times);
  return rule;
}

json::Value to_json(FaultRule const& rule) {
  json::Value value{{"id", rule.id},
                    {"call", rule.call},
                    {"when", rule.when == FaultRule::When::before ? "before" : "after-effect"},
                    {"do", name_of(rule.action)},
                    {"times", rule.times},
                    {"happened", rule.happened}};
  if (!rule.endless()) value.set("left", rule.times - rule.happened);
  if (!rule.function.empty()) value.set("function", rule.function);
  if (rule.action == Action::delay) value.set("delay", text_of(rule.delay));
  return value;
}

Fault injected_fault(Action action, std::string_view service) {
  bool const s3 = service == "s3";
  bool const lambda = service == "lambda";
  Fault fault;
  switch (action) {
    case Action::throttle:
      fault = {s3       ? 503
               : lambda ? 429
                        : 400,
               s3       ? "SlowDown"
               : lambda ? "TooManyRequestsException"
                        : "Throttling",
               s3 ? "Please reduce your request rate." : "Rate exceeded"};
      if (lambda) fault.more = {{"Reason", "CallerRateLimitExceeded"}};
      return fault;
    case Action::deny:
      return {403, lambda ? "AccessDeniedException" : "AccessDenied",
              "A fault that was asked for denies this call."};
    case Action::error_503:
      fault = {503, lambda ? "ServiceUnavailableException" : "ServiceUnavailable",
               "A fault that was asked for: service unavailable."};
      break;
    case Action::error_500:
    case Action::drop:
    case Action::delay:
      fault = {500,
               lambda ? "ServiceException"
               : s3   ? "InternalError"
                      : "InternalFailure",
               "A fault that was asked for: internal error."};
      fault.capital_message = lambda;
      break;
  }
  fault.type = "Service";
  return fault;
}

Result<json::Value> FaultList::add(FaultRule rule) {
  return state_.with([&](State& state) -> Result<json::Value> {
    if (state.rules.size() >= max_rules) {
      auto const spent = std::ranges::find_if(state.rules, &FaultRule::over);
      if (spent == state.rules.end())
        return invalid("there are 100 faults already", "clear those that are no longer needed");
      state.rules.erase(spent);
    }
    rule.id = ++state.last_id;
    state.rules.push_back(std::move(rule));
    return to_json(state.rules.back());
  });
}

json::Value FaultList::list() {
  return state_.with([](State& state) {
    json::Value list = json::array({});
    for (auto const& rule : state.rules) list.push(to_json(rule));
    return list;
  });
}

void FaultList::clear() {
  state_.with([](State& state) { state.rules.clear(); });
}

bool FaultList::remove(std::int64_t id) {
  return state_.with([&](State& state) {
    return std::erase_if(state.rules, [&](FaultRule const& rule) { return rule.id == id; }) > 0;
  });
}

Injection FaultList::take(std::string_view call, std::string_view function, FaultRule::When when) {
  return state_.with([&](State& state) {
    Injection injection;
    for (auto& rule : state.rules) {
      bool const matches = !rule.over() && rule.when == when &&
                           (rule.call == "*" || rule.call == call) &&
                           (rule.function.empty() || rule.function == function);
      if (!matches) continue;
      if (rule.action == Action::delay)
        injection.delay += rule.delay;
      else if (!injection.action)
        injection.action = rule.action;
      else
        continue;
      ++rule.happened;
    }
    return injection;
  });
}

}  // namespace sluice::local
