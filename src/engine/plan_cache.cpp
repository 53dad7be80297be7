#include "engine/plan_cache.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t most_recent = 64;
constexpr std::size_t least_sweep = 256;

}  // namespace

std::shared_ptr<plan::Plan const> PlanCache::find(std::string const& digest) const {
  auto found = known_.find(digest);
  return found == known_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<plan::Plan const> PlanCache::keep(std::string const& digest, plan::Plan plan) {
  auto shared = std::make_shared<plan::Plan const>(std::move(plan));
  known_[digest] = shared;
  recent_.push_back(shared);
  if (recent_.size() > most_recent) recent_.pop_front();
  if (known_.size() > std::max(sweep_at_, least_sweep)) {
    std::erase_if(known_, [](auto const& entry) { return entry.second.expired(); });
    sweep_at_ = known_.size() * 2;
  }
  return shared;
}

}  // namespace sluice::engine
