#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"

namespace sluice::sim {

/// What happened in a simulation, a line each, for people who look for the reason of a violation.
class Script {
 public:
  explicit Script(Clock& clock) : clock_(clock), start_(clock.now()) {}

  void say(std::string text) {
    if (lines_.size() < most_lines)
      lines_.push_back("+" + text_of(clock_.now() - start_) + " " + std::move(text));
  }
  std::vector<std::string> const& lines() const { return lines_; }

 private:
  static constexpr std::size_t most_lines = 5000;
  Clock& clock_;
  Time start_;
  std::vector<std::string> lines_;
};

}  // namespace sluice::sim
