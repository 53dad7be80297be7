#include <algorithm>

#include "base/strings.hpp"
#include "engine/release/outcome.hpp"
#include "engine/release/removal.hpp"
#include "engine/steps/steps.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

constexpr Duration look_interval = std::chrono::seconds(10);

/// Deletes versions that nothing names any more: no alias, no run that is under way, none of the
/// last good releases, no policy or event source of their own. It holds no lock, so it waits for
/// other runs of the function and looks again before each deletion. AWS refuses to delete what an
/// alias names. Nothing it meets is a failure: a version that cannot go is left, and reported.
class Prune final : public Executor {
 public:
  Move next(StepContext& context) const override {
    ReleaseState& state = *context.release;
    History* history = context.services.history;
    if (!history) return skip(state, "no history says which versions were good");
    auto uses = history->uses_of(state, context.run);
    if (!uses) return skip(state, uses.error().message);
    if (!uses->active.empty()) {
      bool in_time = context.now - last_progress(context) < context.plan->rollback_patience;
      if (!in_time) return skip(state, "run " + uses->active + " works on the function");
      return Park{context.now + look_interval, "run " + uses->active + " to end"};
    }
    auto aws = open_aws(context);
    if (!aws) return skip(state, aws.error().reason);
    auto unused = unused_versions(context, *aws, *history);
    if (!unused) return skip(state, unused.error());
    for (auto const& version : *unused)
      if (!treated(context, version)) return intend_deletion(version);
    return report(context, state);
  }

  Performed perform(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return left(aws.error());
    auto users = users_of_version(context, *aws, effect.desired["deleted"].as_string());
    if (!users) return left({{}, users.error().error().message, ""});
    if (!users->empty()) return left({{}, "it has " + *users, ""});
    Performed outcome = write_deletion(context, *aws, effect);
    if (auto* refusal = std::get_if<Refused>(&outcome)) return left(refusal->why);
    return outcome;
  }

  Settled settle(StepContext& context, Effect const& effect) const override {
    auto aws = open_aws(context);
    if (!aws) return left(aws.error());
    Settled outcome = settle_deletion(context, *aws, effect);
    if (auto* refusal = std::get_if<Refused>(&outcome)) return left(refusal->why);
    return outcome;
  }

 private:
  static Happened left(Failed const& why) { return {json::Value{{"left", why.reason}}, false}; }

  static Move skip(ReleaseState& state, std::string const& why) {
    state.place_note = "old versions are left: " + why;
    return Done{{}, NodeStatus::skipped, state.place_note};
  }

  static bool treated(StepContext const& context, std::string const& version) {
    return std::ranges::any_of(context.record.effects, [&](EffectRecord const& it) {
      return it.result && it.intent["desired"]["deleted"].as_string() == version;
    });
  }

  /// Oldest first. An error in words: then nothing may be deleted.
  static std::expected<std::vector<std::string>, std::string> unused_versions(StepContext& context,
                                                                              TargetAws& aws,
                                                                              History& history) {
    ReleaseState const& state = *context.release;
    auto good = history.good_versions(
        state, static_cast<std::size_t>(context.declared().keep_versions.value_or(0)));
    if (!good) return std::unexpected(good.error().message);
    auto lambda = aws.lambda(lane_of(context));
    auto aliases = lambda.list_aliases(state.function);
    if (!aliases) return std::unexpected(aliases.error().error().message);
    auto versions = lambda.list_versions(state.function);
    if (!versions) return std::unexpected(versions.error().error().message);
    auto named = [&](std::string const& version) {
      bool by_alias = std::ranges::any_of(*aliases, [&](aws::AliasRecord const& alias) {
        return alias.function_version == version || alias.weights.contains(version);
      });
      return by_alias || good->contains(version) || version == state.candidate_version ||
             version == state.baseline_version || version == state.latest_version;
    };
    std::vector<std::string> unused;
    for (auto const& record : *versions)
      if (record.version() != "$LATEST" && !named(record.version()))
        unused.push_back(record.version());
    std::ranges::sort(unused, {}, [](std::string const& version) {
      return std::pair(version.size(), version);  // numbers, without leading zeros
    });
    return unused;
  }

  static Move report(StepContext const& context, ReleaseState& state) {
    std::vector<std::string> gone, notes;
    for (auto const& effect : context.record.effects) {
      std::string version = effect.intent["desired"]["deleted"].as_string();
      std::string why = (*effect.result)["left"].as_string();
      if (why.empty())
        gone.push_back(version);
      else
        notes.push_back("version " + version + " is left: " + why);
    }
    if (!gone.empty())
      notes.insert(notes.begin(), (gone.size() == 1 ? "version " : "versions ") + join(gone, ", ") +
                                      (gone.size() == 1 ? " is deleted" : " are deleted"));
    state.place_note = notes.empty() ? "every version is still named" : join(notes, "; ");
    json::Value deleted = json::Array{};
    for (auto& version : gone) deleted.push(std::move(version));
    return Done{json::Value{{"deleted", deleted}}, NodeStatus::succeeded, state.place_note};
  }
};

}  // namespace

std::unique_ptr<Executor> make_prune() { return std::make_unique<Prune>(); }

}  // namespace sluice::engine
