#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "samples.hpp"

namespace sluice::bench {

/// What came of one window of load.
struct LoadResult {
  std::uint64_t calls = 0;
  double seconds = 0;
  double median_ms = 0, slow_ms = 0;  ///< latency; the slow one is the 99th of a hundred
  double generator_cpu = 0;           ///< seconds of this thread
  double per_second() const { return static_cast<double>(calls) / seconds; }
};

/// `callers` connections, each of which sends a request as soon as its last one was answered. One
/// thread and epoll, so that the generator takes as little of the machine as it can. Every answer
/// must be of status 2xx.
class Load {
 public:
  /// Connects. `requests` are whole HTTP requests, taken in turn.
  Load(std::uint16_t port, int callers, std::vector<std::string> requests);
  ~Load();
  Load(Load const&) = delete;
  Load& operator=(Load const&) = delete;

  LoadResult run(std::chrono::milliseconds window);

 private:
  struct Connection {
    int socket = -1;
    std::string answer;
    Instant sent;
  };
  void send(Connection& connection);
  /// Whether the answer is complete.
  bool receive(Connection& connection);

  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::vector<std::string> requests_;
  std::size_t next_ = 0;
};

}  // namespace sluice::bench
