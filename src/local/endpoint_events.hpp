#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "local/endpoint_invoke.hpp"

namespace sluice::local {

struct EventOptions {
  /// How long after a failed attempt the next one is made; their number is the number of retries
  /// (Lambda: two, after about one and two minutes).
  std::vector<Duration> retry_delays{std::chrono::minutes(1), std::chrono::minutes(2)};
  /// How long an event that is only throttled, or whose function is not ready, is kept.
  Duration max_age = std::chrono::hours(6);
  unsigned workers = 8;
};

/// Asynchronous invocations: queued, run by workers, repeated after function errors. What is queued
/// does not outlive the process. Thread-safe.
class EventQueue {
 public:
  static constexpr std::size_t max_events = 10'000;

  EventQueue(FunctionInvoker& invoker, Clock& clock, EventOptions options);
  ~EventQueue();

  /// False when the queue is full.
  bool add(FunctionEvent event);
  /// Runs one event that is due, on this thread; false where there is none. For owners of a virtual
  /// clock, who start no workers.
  bool run_one();
  /// When the next event is due.
  std::optional<Time> next_due();

  void start();
  /// Ends the workers; events in the queue are dropped. Idempotent.
  void stop();
  void clear();

 private:
  struct Queued {
    FunctionEvent event;
    Time since;
    std::size_t failures = 0;  ///< function errors so far
    std::size_t delays = 0;    ///< attempts that did not reach the function
  };

  std::optional<Queued> take(Time now);
  void run(Queued queued);
  void again(Queued queued, Time due);
  void work();

  FunctionInvoker& invoker_;
  Clock& clock_;
  EventOptions options_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::multimap<Time, Queued> events_;  ///< by due time; under mutex_
  bool stopping_ = false;               ///< under mutex_
  std::vector<std::thread> threads_;
};

}  // namespace sluice::local
