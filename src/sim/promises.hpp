#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/followed.hpp"

namespace sluice::sim {

/// What people were told about their signals, to be held against the journals (design E8, E9): what
/// was acknowledged stands there, once, and what was taken back does not.
class Promises {
 public:
  /// `letter`: the one it came by; empty: it was said to the server that executes the run.
  void acknowledged(std::string run, std::string kind, std::string letter = {});
  void taken_back(std::string letter) { taken_back_.insert(std::move(letter)); }

  std::vector<std::string> broken(Followed const& followed) const;

 private:
  std::multiset<std::pair<std::string, std::string>> said_;  ///< run and kind
  std::map<std::string, std::string> acknowledged_letters_;  ///< with their kinds
  std::set<std::string> taken_back_;
};

}  // namespace sluice::sim
