#include "engine/events.hpp"
#include "plan/steps.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

class Verdicts final : public Invariant {
 public:
  void event(View const& view, engine::Event const& event) override {
    bool starts = event.type == engine::event::node_started;
    if (!starts && event.type != engine::event::node_ended) return;
    std::string const& path = event.body["node"].as_string();
    auto const* declared = plan::find(view.plan(), path);
    if (!declared || !declared->step || declared->step->kind != "check") return;
    auto const& node = view.state.node(path);
    bool began = !node.input["release"].as_string().empty();
    if (!began) return;  // skipped, perhaps in another try
    auto step = plan::check_step(node.input);
    auto const& function = view.function(step.release);
    double served = view.cloud.served(function, view.release(step.release).candidate_version);
    if (starts) {
      served_at_start_[path] = served;
    } else if (event.body["outputs"]["verdict"].as_string() == "pass" &&
               served - served_at_start_[path] < step.min_requests) {
      violated("'" + path + "' passed although the candidate got " +
               std::to_string(served - served_at_start_[path]) + " requests meanwhile and " +
               std::to_string(step.min_requests) + " are needed");
    }
  }

 private:
  std::map<std::string, double> served_at_start_;
};

}  // namespace

std::unique_ptr<Invariant> verdicts_invariant() { return std::make_unique<Verdicts>(); }

}  // namespace sluice::sim
