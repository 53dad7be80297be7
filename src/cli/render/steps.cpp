#include "cli/render/steps.hpp"

namespace sluice::cli {

std::string step_detail(RunView const& view, std::string_view path) {
  auto const* node = plan::find(*view.plan, path);
  if (!node || !node->step) return {};
  auto const& state = view.state.node(path);
  std::string const& id = node->step->input["release"].as_string();
  auto found = view.state.releases.find(id);
  if (found == view.state.releases.end()) return {};
  auto release = engine::release_state(found->second);
  std::string const& kind = node->step->kind;
  if (kind == "prepare") {
    if (release.unchanged) return "everything declared is live already";
    if (!release.why_at_once.empty()) return "all at once: " + release.why_at_once;
    auto const& version = state.outputs["baseline_version"].as_string();
    return version.empty() ? "" : "baseline is version " + version;
  }
  if (kind == "publish")
    return release.candidate_version.empty() ? "" : "version " + release.candidate_version;
  if (kind == "shift") {
    // What the state knows now may be of a later step; the intent says what this one wrote.
    for (auto const& effect : state.effects)
      if (effect.result)
        return engine::in_words(engine::alias_content(effect.intent["desired"]["content"]));
    return {};
  }
  if (kind == "finish" || kind == "restore") return place_words(release);
  return {};
}

bool takes_long(std::string_view kind) {
  return kind == "publish" || kind == "invoke" || kind == "webhook" || kind == "restore";
}

}  // namespace sluice::cli
