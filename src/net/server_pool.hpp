#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::net {

/// Threads that run handlers, made when one is wanted and none is free, up to a bound. The queue is
/// bounded by the server's connections: each has at most one job here.
class WorkerPool {
 public:
  /// Called once: with true to run on a worker, with false where the pool closed before that.
  using Job = std::function<void(bool run)>;

  explicit WorkerPool(unsigned most) : most_(most) {}
  ~WorkerPool();

  /// False, and the job is not called, once the pool is closed or where no thread can be made.
  bool submit(Job job);
  /// Takes no more jobs and calls those that have not started with false. Idempotent.
  void close();
  /// Waits for the running jobs. After `close`.
  void join();

 private:
  void work();

  unsigned const most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // All of these under `mutex_`.
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::net
