#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::engine {

/// Threads that are started when they are first needed, up to a number. Work of one party is taken
/// in its order; a thread that comes free goes to the party that has the fewest at work, among
/// equals to the one that was served longest ago: who meets a limit of its own, and holds threads
/// while it waits for that, holds up nobody else.
class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads) : most_(threads) {}
  ~ThreadPool() { stop(); }

  void submit(std::string const& party, std::function<void()> work);
  /// Lets what was submitted run to its end, then joins. Work submitted later is dropped.
  void stop();

 private:
  struct Party {
    std::deque<std::function<void()>> waiting;
    unsigned at_work = 0;
    std::uint64_t served = 0;  ///< the number of its last turn
  };
  using Parties = std::map<std::string, Party>;

  void loop();
  Parties::iterator next();

  unsigned const most_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Parties parties_;  ///< those with work that waits or is done
  std::size_t waiting_ = 0;
  std::uint64_t turns_ = 0;
  unsigned idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::engine
