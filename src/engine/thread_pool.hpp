#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::engine {

/// Threads that are started when they are first needed, up to a number, and take work in its order.
class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads) : most_(threads) {}
  ~ThreadPool() { stop(); }

  void submit(std::function<void()> work);
  /// Lets what was submitted run to its end, then joins. Work submitted later is dropped.
  void stop();

 private:
  void loop();

  unsigned const most_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> waiting_;
  unsigned idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::engine
