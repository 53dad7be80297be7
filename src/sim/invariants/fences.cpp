#include "engine/events.hpp"
#include "engine/release/fence.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Fences final : public Invariant {
 public:
  void event(View const& view, engine::Event const& event) override {
    if (event.type != engine::event::effect_happened) return;
    auto const& node = view.state.node(event.body["node"].as_string());
    if (node.effects.back().intent["name"].as_string() != engine::fence_alias) return;
    auto const& function = view.function(node.input["release"].as_string());
    auto& fence = fences_[{function.region, function.name}];
    fence = std::max(fence, event.epoch);
  }

  void write(View const&, Write const& write) override { check(write); }
  void late(View const&, Write const& write) override { check(write); }

 private:
  using Function = std::pair<std::string, std::string>;

  void check(Write const& write) {
    if (write.call.operation != "UpdateAlias") return;
    std::string what = write.call.operation + " on " + write.call.function + " of epoch " +
                       std::to_string(write.call.epoch);
    Function function{write.call.region, write.call.function};
    if (auto fence = fences_.find(function); fence != fences_.end())
      if (write.call.epoch < fence->second)
        violated(what + " took effect behind the fence of epoch " + std::to_string(fence->second));
    auto& last = last_[function];
    if (write.call.epoch < last)
      violated(what + " took effect after one of epoch " + std::to_string(last));
    last = std::max(last, write.call.epoch);
  }

  std::map<Function, std::int64_t> fences_, last_;  ///< the highest epochs of their alias
};

}  // namespace

std::unique_ptr<Invariant> fences_invariant() { return std::make_unique<Fences>(); }

}  // namespace sluice::sim
