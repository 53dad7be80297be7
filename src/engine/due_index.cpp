#include "engine/due_index.hpp"

namespace sluice::engine {

void DueIndex::set(std::string const& run, std::optional<Time> due) {
  auto known = times_.find(run);
  if (known != times_.end()) {
    if (due == known->second) return;
    order_.erase({known->second, run});
    if (!due) times_.erase(known);
  }
  if (!due) return;
  order_.emplace(*due, run);
  times_[run] = *due;
}

std::optional<Time> DueIndex::earliest() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::vector<std::string> DueIndex::due_by(Time now, std::size_t most) const {
  std::vector<std::string> runs;
  for (auto const& [due, run] : order_) {
    if (due > now || runs.size() == most) break;
    runs.push_back(run);
  }
  return runs;
}

}  // namespace sluice::engine
