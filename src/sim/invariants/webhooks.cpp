#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Webhooks final : public Invariant {
 public:
  void event(View const& view, engine::Event const& event) override {
    std::string const& path = event.body["node"].as_string();
    if (event.type == engine::event::effect_intended)
      if (auto const& id = id_in(event.body["effect"]); !id.empty()) intend(path, id);
    if (event.type != engine::event::effect_happened) return;
    auto const& effects = view.state.node(path).effects;
    std::string const& id = effects.empty() ? none_ : id_in(effects.back().intent);
    if (!id.empty() && !received_.contains(id))
      violated("'" + path + "' counts as sent, and nobody has received " + id);
  }

  void delivery(View const&, std::string const& id) override {
    received_.insert(id);
    if (!intended_.contains(id)) violated(id + " was sent without a committed intent");
  }

 private:
  static std::string const& id_in(json::Value const& effect) {
    return effect["desired"]["delivery"].as_string();
  }

  void intend(std::string const& path, std::string const& id) {
    auto [known, first] = intended_.emplace(id, path);
    if (!first && known->second != path)
      violated("'" + path + "' and '" + known->second + "' send under the same id");
  }

  std::map<std::string, std::string> intended_;
  std::set<std::string> received_;
  std::string none_;
};

}  // namespace

std::unique_ptr<Invariant> webhooks_invariant() { return std::make_unique<Webhooks>(); }

}  // namespace sluice::sim
