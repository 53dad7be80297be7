#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Drain final : public Invariant {
 public:
  void event(View const&, engine::Event const& event) override {
    // People may end a pause, this one too.
    hurried_ |= event.type == engine::event::signal;
  }

  void write(View const& view, Write const& write) override {
    bool of_version = write.call.operation == "DeleteFunction" && !write.call.qualifier.empty();
    if (!of_version) return;
    for (auto const& function : view.scenario.functions) {
      if (function.name != write.call.function || function.region != write.call.region) continue;
      std::string what = "version " + write.call.qualifier + " of " + function.release;
      Duration drain = view.plan().release(function.release)->drain;
      bool jumps = view.scenario.faults.clock_jumps > 0;  // its hours are not the world's
      // Its run begins when the rollback is done: nobody was sent to the candidate after that.
      if (!hurried_ && !jumps && write.at < view.state.created + drain)
        violated(what + " was deleted before its drain of " + text_of(drain) + " was over");
      auto alias = view.cloud.alias(function);
      if (alias && alias->names(write.call.qualifier))
        violated(what + " was deleted while an alias names it");
    }
  }

 private:
  bool hurried_ = false;
};

}  // namespace

std::unique_ptr<Invariant> drain_invariant() { return std::make_unique<Drain>(); }

}  // namespace sluice::sim
