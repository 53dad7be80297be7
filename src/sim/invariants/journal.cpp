#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Journal final : public Invariant {
 public:
  void event(View const& view, engine::Event const& event) override {
    std::string where = "event " + std::to_string(event.seq) + " (" + event.type + ")";
    if (event.seq != last_seq_ + 1) violated(where + " follows event " + std::to_string(last_seq_));
    last_seq_ = event.seq;
    if (event.epoch < epoch_) violated(where + " was written under an older epoch");
    epoch_ = event.epoch;
    bool jumps = view.scenario.faults.clock_jumps > 0;
    if (event.at < at_ && !jumps) violated(where + " is older than the one before it");
    at_ = event.at;
    if (ended_) violated(where + " stands behind the run's end");
    ended_ |= event.type == engine::event::run_ended;
    bool begins = event.type == engine::event::effect_intended;
    if (begins && last_open_.contains(event.body["node"].as_string()))
      violated(where + " of '" + event.body["node"].as_string() + "' while another one is open");
    if (begins) last_open_.insert(event.body["node"].as_string());
    bool closes =
        event.type == engine::event::effect_happened || event.type == engine::event::effect_void;
    if (closes) last_open_.erase(event.body["node"].as_string());
    bool ends = event.type == engine::event::node_ended;
    if (ends && last_open_.contains(event.body["node"].as_string()))
      violated(where + ": '" + event.body["node"].as_string() + "' ended with an open intent");
  }

 private:
  std::int64_t last_seq_ = 0, epoch_ = 0;
  Time at_{};
  bool ended_ = false;
  std::set<std::string> last_open_;
};

}  // namespace

std::unique_ptr<Invariant> journal_invariant() { return std::make_unique<Journal>(); }

}  // namespace sluice::sim
