#include "engine/hook.hpp"

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/release/outcome.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// Lambda queues an event at once, and lets a function run for fifteen minutes at most.
constexpr Duration queueing_limit = std::chrono::seconds(30);
constexpr Duration running_limit = std::chrono::minutes(15) + std::chrono::seconds(30);
constexpr std::size_t shown_bytes = 4096;

json::Value const* report_in(StepContext const& context) {
  auto found = std::ranges::find_if(context.signals(), [](json::Value const& signal) {
    return signal["kind"].as_string() == "report";
  });
  return found == context.signals().end() ? nullptr : &*found;
}

/// Whether its own end decides, or may: Lambda tells it only of a synchronous invocation.
bool synchronous(plan::HookStep const& step) { return !step.reported || step.fails_with_function; }

std::string name_of(plan::HookStep const& step) {
  return "hook " + step.function + " of " + step.event;
}

/// Invokes a function of the release's lifecycle and waits for the first report of its execution.
/// An answer that was lost is asked for again with the same execution id (design E2).
class Hook final : public Executor {
 public:
  Move next(StepContext& context) const override {
    plan::HookStep const step = plan::hook_step(context.record.input);
    if (auto const* report = report_in(context)) return reported(step, *report);
    Time const until = context.record.started.value_or(context.now) + step.timeout;
    if (context.happened("Invoke")) {
      json::Value const& result = context.result_of("Invoke");
      if (result.contains("error"))
        return Failed{plan::ErrorClass::program,
                      name_of(step) + " answered with an error: " + result["error"].as_string(),
                      "The function's log tells more."};
      if (!step.reported) return Done{result, NodeStatus::succeeded, {}};
    }
    if (context.now >= until) return timed_out(step, context.happened("Invoke"));
    if (!context.happened("Invoke")) return invocation(context, step);
    // A promotion wakes what is parked at once, each time anew: then it waits in memory only.
    return Park{until, "a report of " + name_of(step), {}, !context.promoting};
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    plan::HookStep const step = plan::hook_step(context.record.input);
    auto aws = open_aws(context);
    if (!aws) return Refused{aws.error()};
    auto id = execution_id(context);
    if (!id && step.reported) return Refused{without_id(step, id.error())};
    if (!id) id = drawn_id(context.services.random);
    std::string const& known = effect.desired["execution"].as_string();
    if (!known.empty() && execution_hash(*id) != known)
      return NotNow{std::chrono::seconds(1), "the key of the secrets has been changed just now"};
    auto lambda = aws->lambda(lane_of(context));
    auto answer = lambda.invoke(step.function, "", payload_of(context, step, *id),
                                synchronous(step) ? "RequestResponse" : "Event",
                                patience_with(context, step));
    if (!answer) return refused(context, answer.error());
    if (!synchronous(step)) return Happened{};
    return ended(*answer, *id);
  }

  Settled settle(StepContext& context, Effect const&) const override {
    if (report_in(context)) return Happened{{}, true};
    return DidNotHappen{"no answer came: it is invoked again with the same execution id"};
  }

  Pool pool_for(StepContext const& context) const override {
    return synchronous(plan::hook_step(context.record.input)) ? Pool::long_work : Pool::short_work;
  }
  bool accepts(std::string_view signal) const override { return signal == "report"; }

 private:
  static Move reported(plan::HookStep const& step, json::Value const& report) {
    std::string const& status = report["data"]["status"].as_string();
    if (status == report_succeeded)
      return Done{json::Value{{"reported", status}, {"by", report["by"]}}, NodeStatus::succeeded,
                  "reported as succeeded"};
    return Failed{plan::ErrorClass::verification,
                  "a validation function of the lifecycle failed: " + name_of(step) +
                      " was reported as failed",
                  "The function's log tells why."};
  }

  static Failed timed_out(plan::HookStep const& step, bool invoked) {
    if (!invoked)
      return {plan::ErrorClass::timeout,
              name_of(step) + " could not be invoked within " + text_of(step.timeout), ""};
    return {plan::ErrorClass::timeout,
            "nobody reported what came of " + name_of(step) + " within " + text_of(step.timeout),
            "The function has to call PutLifecycleEventHookExecutionStatus with the ids from its "
            "payload; its log tells whether it came to that."};
  }

  static Failed without_id(plan::HookStep const& step, Error const& error) {
    Failed why = failed(error);
    why.reason = name_of(step) + " cannot be given an execution id: " + why.reason;
    return why;
  }

  static Result<std::string> execution_id(StepContext const& context) {
    return hook_execution_id(context.services, context.run, context.path, context.record.attempt);
  }

  static Move invocation(StepContext& context, plan::HookStep const& step) {
    json::Value desired{{"function", step.function}, {"event", step.event}};
    auto id = execution_id(context);
    if (!id && step.reported) return without_id(step, id.error());
    if (!id) return Effect{"Invoke", {}, std::move(desired), {}};
    std::string hash = execution_hash(*id);
    bool const other = std::ranges::any_of(context.record.effects, [&](EffectRecord const& it) {
      return it.intent["desired"]["execution"].as_string() != hash;
    });
    if (other)
      context.notes.push_back("the key of the secrets was changed since " + name_of(step) +
                              " was invoked without an answer: it is invoked again with another "
                              "execution id, and the first report of either counts");
    desired.set("execution", std::move(hash));
    return Effect{"Invoke", {}, std::move(desired), {}};
  }

  /// Where nothing can be reported any one will do: functions expect to find one.
  static std::string drawn_id(Random& random) {
    std::string drawn;
    for (int part = 0; part < 4; ++part) drawn += std::to_string(random.next()) + " ";
    return hex(sha256(drawn));
  }

  /// Two members, as CodeDeploy sends them, unless the plan asks for more.
  static std::string payload_of(StepContext const& context, plan::HookStep const& step,
                                std::string const& id) {
    json::Value payload{{"DeploymentId", context.run}, {"LifecycleEventHookExecutionId", id}};
    if (step.tells_versions) {
      payload.set("Function", context.release->function);
      payload.set("Alias", context.release->alias);
      payload.set("CurrentVersion", context.release->baseline_version);
      payload.set("TargetVersion", context.release->candidate_version);
      payload.set("LifecycleEvent", step.event);
    }
    return payload.dump();
  }

  static Duration patience_with(StepContext const& context, plan::HookStep const& step) {
    if (!synchronous(step)) return queueing_limit;
    Time const until = context.record.started.value_or(context.now) + step.timeout;
    return std::clamp<Duration>(until - context.now, std::chrono::seconds(1), running_limit);
  }

  /// What the function answered, which may hold what it was given.
  static Happened ended(aws::Lambda::Invoked const& answer, std::string const& id) {
    std::string text = replace_all(answer.payload, id, "***");
    if (text.size() > shown_bytes) text.resize(shown_bytes);
    json::Value result{{"version", answer.executed_version}};
    result.set(answer.function_error.empty() ? "payload" : "error", printable(text));
    return Happened{std::move(result), false};
  }
};

}  // namespace

std::unique_ptr<Executor> make_hook() { return std::make_unique<Hook>(); }

}  // namespace sluice::engine
