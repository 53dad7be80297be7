#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/time.hpp"

namespace sluice::net {

/// Cuts TCP connections on which a request's header has begun and does not end in time. A time
/// limit between two bytes, as libmicrohttpd has one, lets a client keep a connection for hours
/// with a byte a minute (operability C13, N18). Whether a byte came is asked of the kernel once a
/// second, so that TLS handshakes count too. Thread-safe.
class HeaderDeadlines {
 public:
  /// `patience` zero: nothing is ever cut.
  explicit HeaderDeadlines(Duration patience);
  ~HeaderDeadlines();
  HeaderDeadlines(HeaderDeadlines const&) = delete;

  /// The connection waits for a request: it is new, or the one before has been answered.
  void waits(int socket);
  /// The request's header is there.
  void arrived(int socket);
  /// To be called before the socket is closed: its number may then be another connection's.
  void closed(int socket);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Waiting {
    std::uint64_t received = 0;  ///< bytes when it began to wait
    std::optional<Instant> since;
  };

  void run(std::stop_token const& stop);

  Duration const patience_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::map<int, Waiting> waiting_;  ///< under mutex_
  std::jthread thread_;
};

}  // namespace sluice::net
