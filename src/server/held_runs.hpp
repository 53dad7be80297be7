#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/guarded.hpp"

namespace sluice::server {

/// Runs that this process would execute and cannot now: why, in a sentence for people. Thread-safe.
class HeldRuns {
 public:
  void hold(std::string const& run, std::string reason) {
    runs_.with([&](auto& runs) { runs[run] = std::move(reason); });
  }
  void clear(std::string const& run) {
    runs_.with([&](auto& runs) { runs.erase(run); });
  }
  std::optional<std::string> why(std::string const& run) {
    return runs_.with([&](auto& runs) -> std::optional<std::string> {
      auto found = runs.find(run);
      if (found == runs.end()) return std::nullopt;
      return found->second;
    });
  }
  std::size_t count() {
    return runs_.with([](auto& runs) { return runs.size(); });
  }

 private:
  Guarded<std::map<std::string, std::string>> runs_;
};

}  // namespace sluice::server
