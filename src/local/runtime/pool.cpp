#include "local/runtime/pool.hpp"

#include <algorithm>

namespace sluice::local {

bool Pool::can_take() const { return free_ > 0 || members_.size() < most_; }

Result<Pool::Taken> Pool::take(std::string const& key) {
  std::unique_lock lock(mutex_);
  if (!closed_ && (!line_.empty() || !can_take())) {
    if (line_.size() >= waiting_)
      return fail(ErrorCode::throttled, "too many requests wait for a free process",
                  "Send fewer requests at a time, or allow more processes.");
    std::condition_variable turn;
    line_.push_back(&turn);
    turn.wait(lock, [&] { return closed_ || (line_.front() == &turn && can_take()); });
    std::erase(line_, &turn);
  }
  if (closed_) {
    wake_first();
    return fail(ErrorCode::cancelled,
                "functions are no longer run: the local endpoint is stopping");
  }
  Taken taken = take_now(key);
  wake_first();
  return taken;
}

Pool::Taken Pool::take_now(std::string const& key) {
  if (auto warm = last_freed(key); warm != members_.end()) {
    warm->second.free = false;
    --free_;
    return {.environment = warm->second.environment, .warm = true};
  }
  Taken taken;
  if (members_.size() >= most_) {
    auto oldest = first_freed();
    taken.surplus = oldest->second.environment;
    members_.erase(oldest);
    --free_;
  }
  std::uint32_t id = next_id_++;
  taken.environment = std::make_shared<Environment>(id, key);
  members_.emplace(id, Member{.environment = taken.environment});
  return taken;
}

/// The most recently used one is the one whose caches are warm, and lets the others grow idle.
Pool::Members::iterator Pool::last_freed(std::string const& key) {
  auto best = members_.end();
  for (auto it = members_.begin(); it != members_.end(); ++it) {
    if (!it->second.free || it->second.environment->key() != key) continue;
    if (best == members_.end() || it->second.order > best->second.order) best = it;
  }
  return best;
}

Pool::Members::iterator Pool::first_freed() {
  auto best = members_.end();
  for (auto it = members_.begin(); it != members_.end(); ++it) {
    if (!it->second.free) continue;
    if (best == members_.end() || it->second.order < best->second.order) best = it;
  }
  ENSURE(best != members_.end());
  return best;
}

bool Pool::give_back(Handle const& environment, Duration now) {
  std::lock_guard lock(mutex_);
  auto found = members_.find(environment->id());
  if (found == members_.end()) return false;
  bool keep = !found->second.retired && !closed_;
  if (keep) {
    found->second.free = true;
    found->second.free_since = now;
    found->second.order = next_order_++;
    ++free_;
  } else {
    members_.erase(found);
  }
  wake_first();
  return keep;
}

void Pool::forget(Handle const& environment) {
  std::lock_guard lock(mutex_);
  auto found = members_.find(environment->id());
  if (found == members_.end()) return;
  if (found->second.free) --free_;
  members_.erase(found);
  wake_first();
}

void Pool::wake_first() {
  if (!line_.empty()) line_.front()->notify_one();
}

template <class Condition>
std::vector<Pool::Handle> Pool::remove_free(Condition const& condition) {
  std::vector<Handle> removed;
  for (auto it = members_.begin(); it != members_.end();) {
    bool remove = it->second.free && condition(it->second);
    if (remove) removed.push_back(it->second.environment);
    it = remove ? members_.erase(it) : std::next(it);
  }
  free_ -= removed.size();
  wake_first();
  return removed;
}

std::vector<Pool::Handle> Pool::retire(std::string_view prefix) {
  std::lock_guard lock(mutex_);
  auto meant = [&](Member const& member) { return member.environment->key().starts_with(prefix); };
  for (auto& [id, member] : members_) member.retired |= meant(member);
  return remove_free(meant);
}

std::vector<Pool::Handle> Pool::expire(Duration since) {
  std::lock_guard lock(mutex_);
  return remove_free([&](Member const& member) { return member.free_since < since; });
}

std::vector<Pool::Handle> Pool::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  std::vector<Handle> all;
  for (auto const& [id, member] : members_) all.push_back(member.environment);
  for (auto* turn : line_) turn->notify_one();
  return all;
}

bool Pool::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t Pool::size() const {
  std::lock_guard lock(mutex_);
  return members_.size();
}

}  // namespace sluice::local
