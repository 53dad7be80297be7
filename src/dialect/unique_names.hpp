#pragma once

#include <set>
#include <string>

namespace sluice::dialect {

/// Names of siblings: a name that is taken gets "-2", "-3", … behind it.
class UniqueNames {
 public:
  std::string unique(std::string const& base) {
    std::string name = base;
    for (int count = 2; !used_.insert(name).second; ++count)
      name = base + "-" + std::to_string(count);
    return name;
  }

 private:
  std::set<std::string> used_;
};

}  // namespace sluice::dialect
