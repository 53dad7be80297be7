#include "engine/clean_up_run.hpp"

#include "base/strings.hpp"
#include "engine/release/release_state.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

plan::Node clean_up_of(plan::Release const& release, bool old_versions) {
  plan::Node drain = plan::leaf("drain", plan::PauseStep{release.drain});
  drain.title =
      old_versions ? "keep what could be gone back to" : "let callers of the candidate end";
  plan::Node remove = old_versions ? plan::leaf("prune", plan::PruneStep{release.id})
                                   : plan::leaf("delete", plan::CleanUpStep{release.id});
  remove.title = old_versions ? "delete versions that nothing names" : "delete the candidate";
  return plan::sequence(replace_all(release.id, "/", ":"), {std::move(drain), std::move(remove)});
}

}  // namespace

std::optional<StartRequest> clean_up_run(plan::Plan const& plan, RunState const& state) {
  StartRequest request;
  std::vector<plan::Node> parts;
  for (auto const& declared : plan.releases) {
    auto known = state.releases.find(declared.id);
    if (known == state.releases.end()) continue;
    ReleaseState release = release_state(known->second);
    // A rollback behind the finish has taken the traffic off again.
    bool prune = release.prune && release.place == Place::on_candidate;
    if (!release.clean_up && !prune) continue;
    parts.push_back(clean_up_of(declared, prune));
    release.clean_up = release.prune = false;
    release.place_note.clear();
    release.latest_note.clear();
    request.releases[declared.id] = to_json(release);
    request.plan.releases.push_back(declared);
  }
  if (parts.empty()) return std::nullopt;
  request.plan.name = "clean-up of " + plan.name;
  request.plan.dialect = plan.dialect;
  request.plan.source_name = plan.source_name;
  request.plan.description = "clean-up of " + state.id;
  request.plan.targets = plan.targets;
  request.plan.rollback_patience = plan.rollback_patience;
  request.plan.root = plan::parallel("clean-up", std::move(parts));
  request.plan.root.on_child_failure = plan::OnChildFailure::carry_on;
  request.requester = state.requester;
  request.options = json::Value{{"clean_up_of", state.id}};
  return request;
}

std::string clean_up_words(StartRequest const& request) {
  std::string words;
  for (auto const& declared : request.plan.releases) {
    auto const& release = request.releases.at(declared.id);
    bool prunes = place_of(release["place"].as_string()) == Place::on_candidate;
    words += (words.empty() ? "" : ", ") +
             (prunes ? "old versions" : "version " + release["candidate_version"].as_string()) +
             " of " + declared.function + " in " + text_of(declared.drain);
  }
  return words;
}

}  // namespace sluice::engine
