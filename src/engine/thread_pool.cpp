#include "engine/thread_pool.hpp"

#include <tuple>

namespace sluice::engine {

void ThreadPool::submit(std::string const& party, std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  parties_[party].waiting.push_back(std::move(work));
  ++waiting_;
  if (idle_ < waiting_ && threads_.size() < most_) threads_.emplace_back([this] { loop(); });
  arrived_.notify_one();
}

void ThreadPool::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  arrived_.notify_all();
  for (auto& thread : threads) thread.join();
}

/// Whose turn it is; somebody's work waits. There are as many parties as targets at work: few.
ThreadPool::Parties::iterator ThreadPool::next() {
  auto best = parties_.end();
  for (auto it = parties_.begin(); it != parties_.end(); ++it) {
    if (it->second.waiting.empty()) continue;
    auto rank = [](Party const& party) { return std::tie(party.at_work, party.served); };
    if (best == parties_.end() || rank(it->second) < rank(best->second)) best = it;
  }
  return best;
}

void ThreadPool::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    arrived_.wait(lock, [&] { return stopping_ || waiting_ > 0; });
    --idle_;
    if (waiting_ == 0) return;
    auto party = next();
    auto work = std::move(party->second.waiting.front());
    party->second.waiting.pop_front();
    --waiting_;
    ++party->second.at_work;
    party->second.served = ++turns_;
    lock.unlock();
    work();
    work = nullptr;  // what it holds is not let go under the lock
    lock.lock();
    --party->second.at_work;
    if (party->second.at_work == 0 && party->second.waiting.empty()) parties_.erase(party);
  }
}

}  // namespace sluice::engine
