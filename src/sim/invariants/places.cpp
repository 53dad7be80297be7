#include "engine/release/configuration.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

using engine::AliasContent;
using engine::Place;
using engine::ReleaseState;

/// One release at the end of the run: what its state says against what is there.
class Ended {
 public:
  Ended(View const& view, FunctionScenario const& function)
      : view_(view),
        function_(function),
        release_(view.release(function.release)),
        declared_(*view.plan().release(function.release)),
        before_(view.cloud.before(function)),
        foreign_(view.foreign.contains(function.release)) {
    if (!function.alias.empty()) alias_ = view.cloud.alias(function);
    latest_ = view.cloud.record(function);
  }

  std::vector<std::string> look() {
    switch (release_.place) {
      case Place::on_candidate: on_candidate(); break;
      case Place::on_baseline: on_baseline(); break;
      case Place::unchanged: unchanged(); break;
      case Place::moving: say("still counts as moving"); break;
      case Place::left_split: say("was left split, and the plan does not say so"); break;
      case Place::changed_by_others:
        if (!foreign_) say("counts as changed by others, and nobody else did anything");
        break;
      case Place::unknown: break;  // judged with the run's end state
    }
    if (!foreign_) latest_is_told();
    return std::move(said_);
  }

 private:
  void say(std::string const& text) {
    said_.push_back("release " + function_.release + " " + text);
  }
  std::string where() const { return alias_ ? in_words(*alias_) : std::string("gone"); }

  void on_candidate() {
    if (foreign_) return;
    if (!function_.alias.empty() && release_.function_existed)
      if (!alias_ || !(*alias_ == AliasContent{release_.candidate_version, {}}))
        say("says it is on candidate " + release_.candidate_version + ", but its alias is at " +
            where());
    auto served = view_.cloud.record(function_, release_.candidate_version);
    if (served["CodeSha256"].as_string() != declared_.package.sha256)
      say("is on a candidate with other code than the plan's");
    for (auto const& name : engine::differing_members(declared_.configuration, served))
      say("is on a candidate whose " + name + " is not the plan's");
  }

  void on_baseline() {
    bool aliased = !function_.alias.empty() && before_.alias.has_value();
    if (aliased && !foreign_) {
      if (!alias_ || !same_as_before(*alias_))
        say("says it is back on its baseline, but its alias is at " + where() + " and was at " +
            in_words(*before_.alias));
    }
    if (function_.alias.empty() && !foreign_) {
      if (engine::fingerprint(latest_) != before_.latest)
        say("says it is back on its baseline, but $LATEST has other content");
    }
    if (!foreign_ && !(view_.cloud.tags(function_) == before_.tags)) say("kept tags of this run");
  }

  void unchanged() {
    if (foreign_) return;
    bool aliased = !function_.alias.empty() && before_.alias.has_value();
    if (aliased && (!alias_ || !same_as_before(*alias_)))
      say("says nothing was changed, but its alias is at " + where());
    if (release_.unchanged) nothing_to_do();
    if (function_.alias.empty() && engine::fingerprint(latest_) != before_.latest &&
        !before_.latest.empty())
      say("says nothing was changed, but $LATEST has other content");
    if (before_.latest.empty() && latest_.is_object())
      say("says nothing was changed, but the function was created");
  }

  /// It serves already what the plan declares.
  void nothing_to_do() {
    auto served = view_.cloud.record(function_, alias_ ? alias_->version : std::string());
    bool same = served["CodeSha256"].as_string() == declared_.package.sha256 &&
                engine::differing_members(declared_.configuration, served).empty();
    if (!same) say("says there was nothing to do, and serves something else than the plan's");
  }

  /// An alias that was on `$LATEST` may stand on the version published from it.
  bool same_as_before(AliasContent const& now) {
    if (now == *before_.alias) return true;
    if (before_.alias->version != "$LATEST" || !now.weights.empty()) return false;
    auto pinned = view_.cloud.record(function_, now.version);
    return engine::frozen_fingerprint(pinned) == before_.latest_frozen;
  }

  void latest_is_told() {
    bool back = release_.place == Place::on_baseline || release_.place == Place::unchanged;
    if (!back || before_.latest.empty()) return;
    bool differs = engine::fingerprint(latest_) != before_.latest;
    if (differs && release_.latest_note.empty())
      say("left $LATEST with other content and does not say so");
    if (!differs && !release_.latest_note.empty())
      say("says that $LATEST differs, and it does not: " + release_.latest_note);
  }

  View const& view_;
  FunctionScenario const& function_;
  ReleaseState release_;
  plan::Release const& declared_;
  Cloud::Before const& before_;
  bool foreign_;
  std::optional<AliasContent> alias_;
  json::Value latest_;
  std::vector<std::string> said_;
};

class Places final : public Invariant {
 public:
  void end(View const& view) override {
    // Where the releases of a run end that another one rolls back is that one's to say.
    if (view.cleans_up() || !view.state.linked_run.empty()) return;
    bool any_unknown = false, all_there = true, none_there = true;
    for (auto const& function : view.scenario.functions) {
      for (auto& text : Ended(view, function).look()) violated(std::move(text));
      auto release = view.release(function.release);
      bool kept = release.place == Place::on_candidate;
      bool as_declared = kept || (release.place == Place::unchanged && release.unchanged);
      any_unknown |= release.place == Place::unknown;
      all_there &= as_declared;
      none_there &= !kept;
    }
    std::string const& state = view.state.end_state;
    static constexpr std::string_view declared[] = {"succeeded", "rolled_back",  "failed",
                                                    "stopped",   "needs_person", "rejected"};
    if (std::ranges::find(declared, state) == std::end(declared))
      violated("the run ended in the undeclared state '" + state + "'");
    if (state == "succeeded" && !all_there)
      violated("the run succeeded, and not every release is on its candidate");
    if (state == "rolled_back" && !none_there)
      violated("the run counts as rolled back, and a release is on its candidate");
    if (any_unknown && state != "needs_person")
      violated("a release's place is unknown, and the run ended as " + state);
    if (any_unknown && view.foreign.empty())
      violated("a release's place is unknown although every trouble passed");
  }
};

}  // namespace

std::unique_ptr<Invariant> places_invariant() { return std::make_unique<Places>(); }

}  // namespace sluice::sim
