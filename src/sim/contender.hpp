#pragma once

#include <functional>
#include <memory>

#include "sim/faulty_client.hpp"
#include "sim/invariant.hpp"
#include "sim/script.hpp"

namespace sluice::sim {

/// One of several releases: its run, and the one that carries out its rollback where that is one of
/// its own, followed through their journals alone.
class Contender final : public WriteListener {
 public:
  struct World {
    Cloud& cloud;
    VirtualClock& clock;
    Faults& faults;
    store::Store& store;
    Script& script;
    std::function<void(Contender const&)> wrote;  ///< after each accepted write
    std::function<void(CloudCall const&)> sent;   ///< before each call
  };

  Contender(int number, Scenario scenario, World world);

  void begin(std::string run);
  /// Folds what was committed since.
  void sync();
  void accepted(Write write) override;
  void arrived_late(Write const&) override {}
  void delivered(std::string const&) override {}
  void sent(CloudCall& call) override { world_.sent(call); }

  enum class Phase { absent, refused, queued, begun, over };
  Phase phase() const;
  void refuse() { refused_ = true; }

  int number() const { return number_; }
  /// The run that goes on now: its own, or the linked one.
  std::string const& run() const { return state_.id; }
  engine::RunState const& state() const { return state_; }
  Scenario const& scenario() const { return scenario_; }
  FaultyClient& client() { return client_; }
  plan::Lock const* lock(std::string const& name) const;
  bool shares_lock(Contender const& other) const;
  bool shares_function(Contender const& other) const;
  /// Whether it began in the last `sync` after it had waited.
  bool just_begun() const { return just_begun_; }
  std::vector<std::string> violations() const;
  std::vector<std::string> const& ends() const { return ends_; }
  std::vector<std::string> const& journal() const { return journal_; }

 private:
  void fold(engine::Event const& event);
  void ended();
  void check_places();
  View view() const;
  void broken(std::string text);

  int number_;
  Scenario scenario_;
  World world_;
  FaultyClient client_;
  engine::RunState state_;
  std::set<std::string> foreign_;  // nobody else acts here
  std::vector<std::unique_ptr<Invariant>> invariants_;
  std::vector<std::string> broken_, ends_, journal_;
  bool refused_ = false;
  bool just_begun_ = false;
};

}  // namespace sluice::sim
