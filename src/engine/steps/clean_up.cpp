#include "engine/release/outcome.hpp"
#include "engine/release/removal.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

constexpr Duration look_interval = std::chrono::seconds(10);

/// Deletes a candidate that a rollback took out of use. It holds no lock: another release of the
/// function may run by now, may even have published the same content again and got this very
/// version. So it waits for the others, and leaves what one of them has named. AWS refuses to
/// delete what an alias names. Nothing it meets is a failure: the version is left, and reported.
class CleanUp final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState& state = *context.release;
    std::string const& version = state.candidate_version;
    if (context.happened("DeleteFunction")) {
      std::string const& refused = context.result_of("DeleteFunction")["left"].as_string();
      if (!refused.empty()) return leave(state, refused);
      state.place_note = "version " + version + " is deleted";
      return Done{json::Value{{"deleted", version}}, NodeStatus::succeeded, state.place_note};
    }
    if (!made_candidate(state)) return leave(state, "this run did not make it");
    if (History* history = context.services.history) {
      auto uses = history->uses_of(state, context.run);
      if (!uses) return leave(state, uses.error().message);
      if (!uses->named_by.empty()) return leave(state, "run " + uses->named_by + " has used it");
      bool in_time = context.now - last_progress(context) < context.plan->rollback_patience;
      if (!uses->active.empty() && !in_time)
        return leave(state, "run " + uses->active + " works on the function");
      if (!uses->active.empty())
        return Park{context.now + look_interval, "run " + uses->active + " to end"};
    }
    return intend_deletion(version);
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return Refused{aws.error()};
    Performed outcome = write_deletion(context, *aws, effect);
    if (auto* refusal = std::get_if<Refused>(&outcome)) return left(refusal->why);
    return outcome;
  }

  Settled settle(StepContext& context, Effect const& effect) const override {
    auto aws = open_to_settle(context);
    if (!aws) return aws.error();
    Settled outcome = settle_deletion(context, *aws, effect);
    if (auto* refusal = std::get_if<Refused>(&outcome)) return left(refusal->why);
    return outcome;
  }

 private:
  static Happened left(Failed const& why) { return {json::Value{{"left", why.reason}}, false}; }

  static Move leave(ReleaseState& state, std::string const& why) {
    state.place_note = "version " + state.candidate_version + " is left: " + why;
    return Done{{}, NodeStatus::skipped, state.place_note};
  }
};

}  // namespace

std::unique_ptr<Executor> make_clean_up() { return std::make_unique<CleanUp>(); }

}  // namespace sluice::engine
