#include "net/server_pool.hpp"

#include <system_error>

#include "base/log.hpp"

namespace sluice::net {

WorkerPool::~WorkerPool() {
  close();
  join();
}

bool WorkerPool::submit(Job job) {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  // `idle_` counts threads that wait; each waiting job has already claimed one of them.
  if (idle_ <= jobs_.size() && threads_.size() < most_) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (std::system_error const& problem) {
      log::warning("no_more_threads", {{"reason", problem.what()}});
      if (threads_.empty()) return false;
    }
  }
  jobs_.push_back(std::move(job));
  changed_.notify_one();
  return true;
}

void WorkerPool::close() {
  std::deque<Job> left;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(jobs_);
  }
  changed_.notify_all();
  for (Job& job : left) job(false);
}

void WorkerPool::join() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(true);
    job = nullptr;
    lock.lock();
  }
}

}  // namespace sluice::net
