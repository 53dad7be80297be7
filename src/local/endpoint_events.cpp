#include "local/endpoint_events.hpp"

#include <algorithm>

namespace sluice::local {

EventQueue::EventQueue(FunctionInvoker& invoker, Clock& clock, EventOptions options)
    : invoker_(invoker), clock_(clock), options_(std::move(options)) {}

EventQueue::~EventQueue() { stop(); }

bool EventQueue::add(FunctionEvent event) {
  auto const now = clock_.now();
  {
    std::lock_guard lock(mutex_);
    if (events_.size() >= max_events || stopping_) return false;
    events_.emplace(now, Queued{std::move(event), now});
  }
  woken_.notify_one();
  return true;
}

std::optional<EventQueue::Queued> EventQueue::take(Time now) {
  if (events_.empty() || events_.begin()->first > now) return {};
  auto event = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  return event;
}

bool EventQueue::run_one() {
  std::optional<Queued> event;
  {
    std::lock_guard lock(mutex_);
    event = take(clock_.now());
  }
  if (!event) return false;
  run(std::move(*event));
  return true;
}

std::optional<Time> EventQueue::next_due() {
  std::lock_guard lock(mutex_);
  if (events_.empty()) return {};
  return events_.begin()->first;
}

void EventQueue::run(Queued queued) {
  auto const answer = invoker_.attempt(queued.event);
  auto const now = clock_.now();
  if (answer) {
    bool const failed = !answer->function_error.empty();
    if (!failed || queued.failures >= options_.retry_delays.size()) return;
    auto const due = now + options_.retry_delays[queued.failures];
    ++queued.failures;
    again(std::move(queued), due);
    return;
  }
  // Throttled or not ready: Lambda keeps the event and tries again, ever more slowly.
  bool const passing =
      answer.error().status == 429 || answer.error().status == 409 || answer.error().status >= 500;
  if (!passing || now - queued.since > options_.max_age) return;
  auto const wait =
      std::min<Duration>(std::chrono::seconds(1) * (1 << std::min<std::size_t>(queued.delays, 9)),
                         std::chrono::minutes(5));
  ++queued.delays;
  again(std::move(queued), now + wait);
}

void EventQueue::again(Queued queued, Time due) {
  {
    std::lock_guard lock(mutex_);
    if (events_.size() >= max_events || stopping_) return;
    events_.emplace(due, std::move(queued));
  }
  woken_.notify_one();
}

void EventQueue::start() {
  std::lock_guard lock(mutex_);
  if (!threads_.empty() || stopping_) return;
  for (unsigned i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { work(); });
}

void EventQueue::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto const now = clock_.now();
    if (auto event = take(now)) {
      lock.unlock();
      run(std::move(*event));
      lock.lock();
      continue;
    }
    if (events_.empty())
      woken_.wait(lock, [this] { return stopping_ || !events_.empty(); });
    else
      woken_.wait_for(lock, events_.begin()->first - now);
  }
}

void EventQueue::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    events_.clear();
  }
  woken_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void EventQueue::clear() {
  std::lock_guard lock(mutex_);
  events_.clear();
}

}  // namespace sluice::local
