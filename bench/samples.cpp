#include "samples.hpp"

#include <algorithm>
#include <cmath>

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

double Samples::at(double share) const {
  if (values_.empty()) return 0;
  auto sorted = values_;
  std::ranges::sort(sorted);
  auto const rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, sorted.size()) - 1];
}

json::Value Samples::to_json() const {
  return {{"median", median()},
          {"smallest", smallest()},
          {"largest", largest()},
          {"count", values_.size()}};
}

}  // namespace sluice::bench
