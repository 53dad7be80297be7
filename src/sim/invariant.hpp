#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/run_state.hpp"
#include "sim/cloud.hpp"

namespace sluice::sim {

/// What an invariant sees: the run as its journal tells it, and the world as it really is.
struct View {
  Scenario const& scenario;
  plan::Plan const& declared;     ///< the run's own
  engine::RunState const& state;  ///< folded from what is committed
  Cloud& cloud;
  std::set<std::string> const& foreign;  ///< releases somebody else has acted on
  Time now{};

  plan::Plan const& plan() const { return declared; }
  /// Whether it deletes what another run left behind, and nothing else.
  bool cleans_up() const { return state.options.contains("clean_up_of"); }
  FunctionScenario const& function(std::string_view release) const;
  engine::ReleaseState release(std::string const& id) const;
};

/// A step's open or closed intent, by where it stands in the journal.
struct IntentName {
  std::string path;
  int attempt = 0;
  std::size_t index = 0;
  auto operator<=>(IntentName const&) const = default;
};
std::string shown(IntentName const& intent);
/// The intent that this write can belong to: of the same call on the same function, and open.
std::optional<IntentName> open_intent(View const& view, CloudCall const& call);

/// Something that must hold in every run whatever happens (operability L). Each looks at what it
/// needs; what it finds broken it says in a sentence.
class Invariant {
 public:
  virtual ~Invariant() = default;
  /// A committed event; `view.state` includes it already.
  virtual void event(View const&, engine::Event const&) {}
  /// Lambda accepted a write of the run. Called after everything committed was folded.
  virtual void write(View const&, Write const&) {}
  /// … and one that nobody waited for any more: its intent may be closed.
  virtual void late(View const&, Write const&) {}
  /// A webhook of the run reached its receiver.
  virtual void delivery(View const&, std::string const& /*id*/) {}
  /// Something happened; cheap looks at the world as it is.
  virtual void look(View const&) {}
  /// The run has ended and everything is still.
  virtual void end(View const&) {}

  std::vector<std::string> const& violations() const { return violations_; }

 protected:
  void violated(std::string text);

 private:
  std::vector<std::string> violations_;
};

/// At most one effect per intent, none without one, and none that overwrites what its intent did
/// not find (E1, E2, L3).
std::unique_ptr<Invariant> effects_invariant();
/// The candidate's share is never above what the started shifts allow (L4).
std::unique_ptr<Invariant> weights_invariant();
/// Nothing behind an approval starts before it was given, and it is given for exactly this plan
/// (L5).
std::unique_ptr<Invariant> approvals_invariant();
/// A check passes only on enough of the candidate's own requests (L9).
std::unique_ptr<Invariant> verdicts_invariant();
/// Every release ends where it says, with what was recorded (E4, E5, J6).
std::unique_ptr<Invariant> places_invariant();
/// The journal has no gaps, one end, and rising epochs (L6, L7).
std::unique_ptr<Invariant> journal_invariant();
/// After the fencing write of a take-over no write of an earlier owner takes effect (E7, L1).
std::unique_ptr<Invariant> fences_invariant();

/// A candidate is deleted after its drain, and by nobody while an alias names it (E5, J7).
std::unique_ptr<Invariant> drain_invariant();

/// A webhook that is journalled as sent was received, under the id of its intent alone (L8).
std::unique_ptr<Invariant> webhooks_invariant();

std::vector<std::unique_ptr<Invariant>> all_invariants();

}  // namespace sluice::sim
