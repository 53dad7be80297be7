#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Effects final : public Invariant {
 public:
  void write(View const& view, Write const& write) override {
    auto found = open_intent(view, write.call);
    if (found) found->attempt = starts_[found->path];
    std::string what = write.call.operation + " on " + write.call.function;
    if (!found) return violated(what + " was accepted without a committed intent");
    json::Value const& intent = view.state.node(found->path).effects.back().intent;
    int accepted = ++accepted_[*found];
    if (accepted > 1)
      violated(what + " was accepted " + std::to_string(accepted) + " times for " + shown(*found));
    bool shifts = intent["name"].as_string() == "UpdateAlias";
    if (!shifts) return;
    auto expected = engine::alias_content(intent["before"]["content"]);
    if (write.before && !(*write.before == expected))
      violated(what + " overwrote " + in_words(*write.before) + ", which " + shown(*found) +
               " did not know: it had found " + in_words(expected));
  }

  void event(View const& view, engine::Event const& event) override {
    // A scope that is tried again counts the attempts of its parts anew.
    if (event.type == engine::event::node_started) ++starts_[event.body["node"].as_string()];
    bool happened = event.type == engine::event::effect_happened;
    if (!happened && event.type != engine::event::effect_void) return;
    std::string const& path = event.body["node"].as_string();
    auto const& node = view.state.node(path);
    if (node.effects.empty()) return;
    IntentName name{path, starts_[path], node.effects.size() - 1};
    std::string const& effect = node.effects.back().intent["name"].as_string();
    int accepted = accepted_.contains(name) ? accepted_[name] : 0;
    // A deletion that AWS refuses is left, which is an outcome like others.
    bool left = event.body["result"].contains("left");
    bool to_lambda = effect != "Invoke" && effect != "SendRequest" && !left;
    if (happened && to_lambda && !event.body["adopted"].as_bool() && accepted != 1)
      violated(shown(name) + ": " + effect + " is journalled as done, but Lambda accepted it " +
               std::to_string(accepted) + " times");
    // What somebody else has overwritten since cannot be told from what never was, and neither can
    // what a read of the past does not show yet.
    bool alone = !view.foreign.contains(node.input["release"].as_string()) &&
                 !view.scenario.faults.stale_reads;
    if (!happened && alone && effect == "UpdateAlias" && accepted > 0)
      violated(shown(name) + ": " + effect + " is journalled as not done, but Lambda took it");
  }

 private:
  std::map<std::string, int> starts_;
  std::map<IntentName, int> accepted_;
};

}  // namespace

std::unique_ptr<Invariant> effects_invariant() { return std::make_unique<Effects>(); }

}  // namespace sluice::sim
