#include "analysis/error_rate.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/traffic.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

constexpr Duration minute = std::chrono::minutes(1);

Time start_of_minute(Time time) { return std::chrono::floor<std::chrono::minutes>(time); }

/// What is looked at. Metrics have one-minute periods. Where they come late (AWS) the window begins
/// with the first whole minute of the step; where they come at once (the local endpoint) it begins
/// with the running minute, and what that minute had counted before the step is taken off.
struct Window {
  Time start{};
  Time end{};       ///< of the step's time under watch
  Time decided{};   ///< when data up to `end` is complete
  Time deadline{};  ///< when missing data is acted upon
  Traffic before;   ///< counted in the window before the step began
};

json::Value to_json(Window const& window) {
  return json::Value{{"start_ms", to_millis(window.start)},
                     {"end_ms", to_millis(window.end)},
                     {"decided_ms", to_millis(window.decided)},
                     {"deadline_ms", to_millis(window.deadline)},
                     {"before", to_json(window.before)}};
}

Window window_of(json::Value const& memory) {
  return {from_millis(memory["start_ms"].as_int()), from_millis(memory["end_ms"].as_int()),
          from_millis(memory["decided_ms"].as_int()), from_millis(memory["deadline_ms"].as_int()),
          traffic_of(memory["before"])};
}

/// Watches the candidate's errors against the baseline's. Bad news end it early; good news only at
/// its end; too little data is never good news (design, check step).
class Check final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState const& state = *context.release;
    plan::CheckStep step = plan::check_step(context.record.input);
    if (auto reason = nothing_to_watch(state)) return Done{{}, NodeStatus::skipped, *reason};
    for (auto const& signal : context.signals())
      if (auto move = answered(signal)) return *move;
    if (context.promoting) return Done{{}, NodeStatus::succeeded, "promoted without a verdict"};
    auto aws = open_aws(context);
    if (!aws) return aws.error();
    Duration lag = step.lag.value_or(context.services.aws.metric_lag());
    if (context.record.memory.is_null()) return begin(context, *aws, step, lag);
    return look(context, *aws, step, window_of(context.record.memory), lag);
  }

  bool accepts(std::string_view signal) const override {
    return signal == "skip" || signal == "approve" || signal == "reject" || signal == "promote";
  }

 private:
  static std::optional<std::string> nothing_to_watch(ReleaseState const& state) {
    if (state.unchanged) return "nothing changed";
    if (!state.why_at_once.empty()) return state.why_at_once;
    if (state.alias.empty()) return "no alias: there is no traffic of the candidate to tell apart";
    return std::nullopt;
  }

  static std::optional<Move> answered(json::Value const& signal) {
    std::string const& kind = signal["kind"].as_string();
    std::string by = " by " + signal["by"].as_string();
    if (kind == "skip" || kind == "approve")
      return Done{{}, NodeStatus::succeeded, "passed without a verdict" + by};
    if (kind == "reject") return Failed{plan::ErrorClass::rejected, "rejected" + by, ""};
    return std::nullopt;
  }

  static Move begin(StepContext& context, TargetAws& aws, plan::CheckStep const& step,
                    Duration lag) {
    Time started = context.record.started.value_or(context.now);
    Window window;
    bool at_once = lag < minute;
    window.start = start_of_minute(at_once ? started : started + minute - Duration(1));
    window.end = started + step.duration;
    if (!at_once) window.end = std::max(start_of_minute(window.end), window.start + minute);
    window.decided = window.end + lag;
    window.deadline = window.decided + step.no_data_grace;
    if (at_once) {
      auto counted = count_traffic(context, aws, window.start, context.now + minute);
      if (!counted) return look_again(context, counted.error());
      window.before = *counted;
    }
    return Park{std::min(context.now + interval(lag), window.decided), waiting_text(context),
                to_json(window), true};
  }

  static Duration interval(Duration lag) {
    return lag < minute ? Duration(1000) : Duration(30'000);
  }

  static std::string waiting_text(StepContext const& context) {
    return "enough traffic on version " + context.release->candidate_version + " to judge it";
  }

  static Move look(StepContext& context, TargetAws& aws, plan::CheckStep const& step,
                   Window const& window, Duration lag) {
    bool at_once = lag < minute;
    Time until =
        at_once ? context.now + minute : start_of_minute(std::min(window.end, context.now - lag));
    if (!at_once && context.now >= window.decided) until = window.end;
    Traffic seen;
    if (until > window.start) {
      auto counted = count_traffic(context, aws, window.start, until);
      // Metrics that cannot be read are missing data: held, never passed.
      if (!counted)
        context.notes.push_back("metrics cannot be read: " + counted.error().error().message);
      else
        seen = *counted - window.before;
    }
    analysis::Verdict verdict =
        analysis::judge_error_rate(seen.candidate, seen.baseline,
                                   {static_cast<double>(step.min_requests), step.max_error_rate});
    return decide(context, step, window, lag, verdict);
  }

  static Move decide(StepContext& context, plan::CheckStep const& step, Window const& window,
                     Duration lag, analysis::Verdict const& verdict) {
    json::Value outputs{{"verdict", name_of(verdict.outcome)},
                        {"reason", verdict.reason},
                        {"receipt", verdict.receipt}};
    if (verdict.outcome == analysis::Outcome::fail) {
      context.release->place_note = verdict.reason;
      return Failed{plan::ErrorClass::verification, verdict.reason, ""};
    }
    if (context.now >= window.decided && verdict.outcome == analysis::Outcome::pass)
      return Done{std::move(outputs), NodeStatus::succeeded, verdict.reason};
    bool overdue =
        context.now >= window.deadline && verdict.outcome == analysis::Outcome::inconclusive;
    if (overdue && step.roll_back_on_no_data)
      return Failed{plan::ErrorClass::verification,
                    verdict.reason + ": missing data is never a pass",
                    "Send more traffic through the alias, watch longer, or lower min_requests."};
    if (overdue)
      return Park{std::nullopt, "a decision: " + verdict.reason, to_json(window), true, true};
    Time next = context.now + interval(lag);
    if (context.now < window.decided) next = std::min(next, window.decided);
    return Park{next, waiting_text(context), {}, false};
  }
};

}  // namespace

std::unique_ptr<Executor> make_check() { return std::make_unique<Check>(); }

}  // namespace sluice::engine
