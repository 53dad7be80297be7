#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

/// What the call of an intent is named in Lambda's API.
std::string operation_of(std::string const& intent) {
  return intent == "DescribeAlias" || intent == "FenceAlias" ? "UpdateAlias" : intent;
}

class Effects final : public Invariant {
 public:
  void write(View const& view, Write const& write) override {
    auto const* intent = open_intent(view, write);
    std::string what = write.call.operation + " on " + write.call.function;
    if (!intent) return violated(what + " was accepted without a committed intent");
    int accepted = ++accepted_[found_];
    if (accepted > 1)
      violated(what + " was accepted " + std::to_string(accepted) + " times for " + shown(found_));
    bool shifts = (*intent)["name"].as_string() == "UpdateAlias";
    if (!shifts) return;
    auto expected = engine::alias_content((*intent)["before"]["content"]);
    if (write.before && !(*write.before == expected))
      violated(what + " overwrote " + in_words(*write.before) + ", which " + shown(found_) +
               " did not know: it had found " + in_words(expected));
  }

  void event(View const& view, engine::Event const& event) override {
    bool happened = event.type == engine::event::effect_happened;
    if (!happened && event.type != engine::event::effect_void) return;
    std::string const& path = event.body["node"].as_string();
    auto const& node = view.state.node(path);
    if (node.effects.empty()) return;
    IntentName name{path, node.attempt, node.effects.size() - 1};
    std::string const& effect = node.effects.back().intent["name"].as_string();
    int accepted = accepted_.contains(name) ? accepted_[name] : 0;
    bool to_lambda = effect != "Invoke" && effect != "SendRequest";
    if (happened && to_lambda && !event.body["adopted"].as_bool() && accepted != 1)
      violated(shown(name) + ": " + effect + " is journalled as done, but Lambda accepted it " +
               std::to_string(accepted) + " times");
    // What somebody else has overwritten since cannot be told from what never was.
    bool alone = !view.foreign.contains(node.input["release"].as_string());
    if (!happened && alone && effect == "UpdateAlias" && accepted > 0)
      violated(shown(name) + ": " + effect + " is journalled as not done, but Lambda took it");
  }

 private:
  json::Value const* open_intent(View const& view, Write const& write) {
    for (auto const& [path, node] : view.state.nodes) {
      if (node.effects.empty() || !node.effects.back().open()) continue;
      auto const& intent = node.effects.back().intent;
      if (operation_of(intent["name"].as_string()) != write.call.operation) continue;
      auto const& function = view.function(node.input["release"].as_string());
      if (function.name != write.call.function || function.region != write.call.region) continue;
      found_ = {path, node.attempt, node.effects.size() - 1};
      return &intent;
    }
    return nullptr;
  }

  IntentName found_;
  std::map<IntentName, int> accepted_;
};

}  // namespace

std::unique_ptr<Invariant> effects_invariant() { return std::make_unique<Effects>(); }

}  // namespace sluice::sim
