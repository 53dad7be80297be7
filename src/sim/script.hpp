#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "engine/run_state.hpp"

namespace sluice::sim {

/// What happened in a simulation, for people who look for the reason of a violation. Cheap to write:
/// most scripts are never read.
class Script {
 public:
  explicit Script(Clock& clock) : clock_(clock), start_(clock.now()) {}

  void say(std::string text) { add(std::move(text), nullptr); }
  void say(engine::Event const& event) { add({}, std::make_shared<engine::Event const>(event)); }
  /// A line each, with the time since the start.
  std::vector<std::string> lines() const;

 private:
  struct Entry {
    Duration at{};
    std::string text;
    std::shared_ptr<engine::Event const> event;
  };
  static constexpr std::size_t most_entries = 5000;

  void add(std::string text, std::shared_ptr<engine::Event const> event) {
    if (entries_.size() < most_entries)
      entries_.push_back({clock_.now() - start_, std::move(text), std::move(event)});
  }

  Clock& clock_;
  Time start_;
  std::vector<Entry> entries_;
};

}  // namespace sluice::sim
