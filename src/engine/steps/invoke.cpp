#include "base/strings.hpp"
#include "engine/release/outcome.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// Invokes a function synchronously; an error of the function fails the step. A lost answer is
/// repeated only where the plan says that invoking twice is harmless.
class Invoke final : public Executor {
 public:
  Move next(StepContext& context) const override {
    if (context.happened("Invoke"))
      return Done{context.result_of("Invoke"), NodeStatus::succeeded, {}};
    plan::InvokeStep step = plan::invoke_step(context.record.input);
    std::string qualifier = context.release ? context.release->candidate_version : "";
    return Effect{"Invoke",
                  {},
                  json::Value{{"function", name_of(context, step)}, {"qualifier", qualifier}},
                  {}};
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return Refused{aws.error()};
    plan::InvokeStep step = plan::invoke_step(context.record.input);
    auto lambda = aws->lambda();
    auto answer = lambda.invoke(effect.desired["function"].as_string(),
                                effect.desired["qualifier"].as_string(), step.payload,
                                "RequestResponse", step.timeout);
    if (!answer) return refused(context, answer.error());
    std::string payload = answer->payload.substr(0, 4096);
    if (!answer->function_error.empty())
      return Refused{Failed{plan::ErrorClass::program,
                            effect.desired["function"].as_string() + " version " +
                                answer->executed_version +
                                " answered with an error: " + printable(payload),
                            ""}};
    return Happened{json::Value{{"version", answer->executed_version}, {"payload", payload}},
                    false};
  }

  Settled settle(StepContext& context, Effect const&) const override {
    if (plan::invoke_step(context.record.input).idempotent)
      return DidNotHappen{"the answer was lost: it is invoked again"};
    return Refused{Failed{plan::ErrorClass::unknown,
                          "the answer of the invocation was lost, and it may not be repeated",
                          "Declare it idempotent where invoking twice is harmless."}};
  }

  Pool pool() const override { return Pool::long_work; }

 private:
  static std::string name_of(StepContext const& context, plan::InvokeStep const& step) {
    return step.function.empty() && context.release ? context.release->function : step.function;
  }
};

}  // namespace

std::unique_ptr<Executor> make_invoke() { return std::make_unique<Invoke>(); }

}  // namespace sluice::engine
