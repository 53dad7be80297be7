#pragma once

#include <map>
#include <set>
#include <string>

namespace sluice::dialect {

/// Names of siblings: a name that is taken gets "-2", "-3", … behind it.
class UniqueNames {
 public:
  std::string unique(std::string const& base) {
    std::string name = base;
    // Counts go on where they were: thousands of steps may have the same name.
    for (int& count = counts_[base]; !used_.insert(name).second;)
      name = base + "-" + std::to_string(++count + 1);
    return name;
  }

 private:
  std::set<std::string> used_;
  std::map<std::string, int> counts_;
};

}  // namespace sluice::dialect
