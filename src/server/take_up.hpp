#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/host_runs.hpp"

namespace sluice::server {

/// Goes on with every run that has not ended and that nobody executes, when a server starts. One
/// whose AWS cannot be reached is held, with the reason in HeldRuns, and tried again: after 5 s,
/// then twice as long each time, up to a minute. The others do not wait for it. Those that roll
/// back come first, then those that are due first.
class TakeUp {
 public:
  struct Options {
    AwsSettings settings;
    Duration first_wait = std::chrono::seconds(5);
    Duration longest_wait = std::chrono::minutes(1);
    unsigned threads = 8;
  };

  /// Begins at once, on threads of its own. The references must outlive it.
  TakeUp(HostRuns& runs, Clock& clock, Options options);
  /// Returns once what is under way has been broken off.
  ~TakeUp();
  TakeUp(TakeUp const&) = delete;

  /// Waits until every run has been tried once; false where `patience` is over before.
  bool tried_all(Duration patience);

 private:
  struct Waiting {
    std::string run;
    Duration due{};   ///< of the monotonic clock
    Duration wait{};  ///< after the next failure
    bool tried = false;
  };

  void find(std::stop_token const& stop);
  Result<std::deque<Waiting>> unexecuted();
  void work(std::stop_token const& stop);
  void attempt(Waiting waiting, std::stop_token const& stop);

  HostRuns& runs_;
  Clock& clock_;
  Options const options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // All of these under mutex_.
  std::deque<Waiting> waiting_;  ///< by due time
  std::size_t untried_ = 0;
  bool found_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace sluice::server
