#pragma once

#include "sim/call_budget.hpp"
#include "sim/faulty_client.hpp"
#include "sim/watch.hpp"

namespace sluice::sim {

/// All runs of a store: the one that was asked for, the one that carries out its rollback, and
/// those that clean up behind it. Each has a Watch from its first event on.
class Followed final : public WriteListener {
 public:
  explicit Followed(Watch::World world) : world_(world) {}

  /// A run was added to the store.
  void created() { fresh_runs_ = true; }
  /// Folds what was committed since, of every run.
  void sync();
  void accepted(Write write) override;
  void delivered(std::string const& id) override;
  void arrived_late(Write const& write) override;
  void sent(CloudCall& call) override;
  /// Somebody else has changed the world.
  void touched() { changed_ = true; }
  void restarted() { budget_.restarted(); }
  /// Looks at the world where it may have changed since the last look.
  void look();
  void end();

  bool any() const { return !watches_.empty(); }
  /// Whether there was a run, and none goes on.
  bool over() const;
  /// The run that people mean: the first that goes on, else the first of all.
  engine::RunState const& current() const;
  std::vector<std::string> unfinished() const;
  std::vector<std::unique_ptr<Watch>> const& all() const { return watches_; }
  std::vector<std::string> violations() const;
  /// Of every committed event.
  std::string hash() const;

 private:
  void find_new();

  Watch::World world_;
  CallBudget budget_;
  std::vector<std::unique_ptr<Watch>> watches_;
  bool fresh_runs_ = false;
  bool changed_ = false;
};

}  // namespace sluice::sim
