#include "samples.hpp"

#include <algorithm>

namespace sluice::bench {

double Samples::median() const {
  if (values_.empty()) return 0;
  auto sorted = values_;
  std::ranges::sort(sorted);
  auto const middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double Samples::smallest() const { return values_.empty() ? 0 : std::ranges::min(values_); }
double Samples::largest() const { return values_.empty() ? 0 : std::ranges::max(values_); }

json::Value Samples::to_json() const {
  return {{"median", median()},
          {"smallest", smallest()},
          {"largest", largest()},
          {"count", values_.size()}};
}

}  // namespace sluice::bench
