#include "base/strings.hpp"
#include "engine/release/capacity.hpp"
#include "engine/release/live.hpp"
#include "engine/release/outcome.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// The statement ids of a resource policy, for comparing two of them.
std::vector<std::string> principals_of(json::Value const& policy) {
  std::vector<std::string> found;
  for (auto const& statement : policy["Statement"].items()) {
    json::Value const& principal = statement["Principal"];
    found.push_back(statement["Action"].dump() + " by " + principal.dump());
  }
  return found;
}

/// Warns of callers that do not go through the alias: they get every publish at once. Finds out
/// whether shifts have to wait for provisioned concurrency. Reads only; a read that is not
/// permitted is a warning too, never a failure.
class BypassCheck final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState const& state = *context.release;
    if (!state.function_existed || state.alias.empty() || state.unchanged)
      return Done{{}, NodeStatus::skipped, "nothing to compare"};
    auto aws = open_aws(context);
    if (!aws) return aws.error();
    auto lambda = aws->lambda();
    look_at_mappings(context, lambda);
    look_at_url(context, lambda);
    look_at_policy(context, lambda);
    look_for_capacity(context, *aws);
    return Done{};
  }

 private:
  static void unreadable(StepContext& context, aws::CallError const& error) {
    context.notes.push_back("could not look for traffic that bypasses the alias: " +
                            error.error().message);
  }

  static void look_at_mappings(StepContext& context, aws::Lambda& lambda) {
    ReleaseState const& state = *context.release;
    auto mappings = lambda.list_event_source_mappings(state.function);
    if (!mappings) return unreadable(context, mappings.error());
    for (auto const& mapping : *mappings) {
      std::string const& arn = mapping["FunctionArn"].as_string();
      if (arn != unqualified(arn)) continue;
      context.notes.push_back("event source mapping " + mapping["UUID"].as_string() + " (" +
                              mapping["EventSourceArn"].as_string() +
                              ") names the function without an alias: it runs $LATEST, and "
                              "every publish at once");
    }
  }

  static void look_at_url(StepContext& context, aws::Lambda& lambda) {
    auto url = lambda.get_url_config(context.release->function);
    if (!url) return unreadable(context, url.error());
    if (*url)
      context.notes.push_back(
          "the function URL " + (**url)["FunctionUrl"].as_string() +
          " belongs to the function, not to the alias: its callers get $LATEST");
  }

  static void look_at_policy(StepContext& context, aws::Lambda& lambda) {
    ReleaseState const& state = *context.release;
    auto bare = lambda.get_policy(state.function);
    if (!bare) return unreadable(context, bare.error());
    if (!*bare) return;
    auto callers = principals_of(**bare);
    if (!state.alias_existed) {
      context.notes.push_back("the function's resource policy admits callers (" +
                              join(callers, "; ") + ") and the new alias " + state.alias +
                              " has no policy of its own: add the same permissions to it");
      return;
    }
    context.notes.push_back(
        "the resource policy admits callers of the function without an alias (" +
        join(callers, "; ") + "): what they call is $LATEST");
  }
};

}  // namespace

std::unique_ptr<Executor> make_bypass_check() { return std::make_unique<BypassCheck>(); }

}  // namespace sluice::engine
