#include "engine/pause.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

std::string by_text(json::Value const& signal) {
  std::string text = " by " + signal["by"].as_string();
  if (!signal["reason"].as_string().empty()) text += ": " + signal["reason"].as_string();
  return text;
}

bool nothing_moves(StepContext const& context, std::vector<std::string> const& releases) {
  return std::ranges::all_of(releases, [&](std::string const& id) {
    auto found = context.releases.find(id);
    if (found == context.releases.end()) return false;
    ReleaseState state = release_state(found->second);
    return state.unchanged || !state.why_at_once.empty() || state.alias.empty();
  });
}

/// Waits for a time; `skip` and `promote` end it.
class Pause final : public Executor {
 public:
  Move next(StepContext& context) const override {
    plan::PauseStep step = plan::pause_step(context.record.input);
    if (!step.releases.empty() && nothing_moves(context, step.releases))
      return Done{
          {}, NodeStatus::skipped, "no traffic moves in steps: there is nothing to wait for"};
    Time until = end_of_pause(context.record);
    for (auto const& signal : context.signals())
      if (signal["kind"].as_string() == "skip")
        return Done{{}, NodeStatus::succeeded, "skipped" + by_text(signal)};
    if (context.promoting) return Done{{}, NodeStatus::succeeded, "promoted"};
    if (context.now >= until) return Done{};
    return Park{until, "the end of the pause", {}, true};
  }
  bool accepts(std::string_view signal) const override {
    return signal == "skip" || signal == "promote";
  }
};

/// Waits for a person. The first decision counts; without one in time it fails as input_timeout.
class Approval final : public Executor {
 public:
  Move next(StepContext& context) const override {
    plan::ApprovalStep step = plan::approval_step(context.record.input);
    for (auto const& signal : context.signals()) {
      std::string const& kind = signal["kind"].as_string();
      json::Value outputs{{"by", signal["by"]}, {"decision", kind}, {"reason", signal["reason"]}};
      if (kind == "approve")
        return Done{outputs, NodeStatus::succeeded, "approved" + by_text(signal)};
      if (kind == "reject")
        return Failed{plan::ErrorClass::rejected, "rejected" + by_text(signal), ""};
    }
    std::optional<Time> until;
    if (step.expiration) until = context.record.started.value_or(context.now) + *step.expiration;
    if (until && context.now >= *until)
      return Failed{plan::ErrorClass::input_timeout,
                    "nobody approved within " + text_of(*step.expiration), ""};
    std::string what = "an approval";
    if (step.other_than_requester) what += " by somebody other than who asked for the run";
    if (!step.message.empty()) what += ": " + step.message;
    return Park{until, what, {}, true, true};
  }
  bool accepts(std::string_view signal) const override {
    return signal == "approve" || signal == "reject";
  }
};

}  // namespace

std::unique_ptr<Executor> make_pause() { return std::make_unique<Pause>(); }
std::unique_ptr<Executor> make_approval() { return std::make_unique<Approval>(); }

}  // namespace sluice::engine
