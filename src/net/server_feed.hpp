#pragma once

#include <microhttpd.h>

#include <mutex>
#include <string>

#include "net/http.hpp"

namespace sluice::net {

/// What a client that reads too slowly may fall behind before its feed is dropped.
constexpr std::size_t max_feed_backlog = 1 << 20;

/// The meeting point of a publisher and one connection. While there is nothing to send the
/// connection is suspended ("parked") and costs no thread.
///
/// Lock order: this feed's mutex, then those inside libmicrohttpd. The library holds none of its
/// own that suspend and resume need while it calls `read`, so both may be called under the mutex;
/// that makes "nothing there, park" one step that no push can come between.
class ServerFeed final : public Feed {
 public:
  ServerFeed(MHD_Connection* connection, std::string first)
      : connection_(connection), backlog_(std::move(first)) {}

  bool push(std::string chunk) override;
  void close() override;

  /// Called by libmicrohttpd for more to send; parks the connection where there is nothing.
  ssize_t read(char* buffer, std::size_t size);
  /// The connection ended. It is not touched any more.
  void detach();

 private:
  void unpark();  ///< under `mutex_`

  std::mutex mutex_;
  // All of these under `mutex_`.
  MHD_Connection* connection_;  ///< null once it ended
  std::string backlog_;
  std::size_t sent_ = 0;  ///< of `backlog_`
  bool parked_ = false;
  bool closed_ = false;
  bool dropped_ = false;  ///< the client fell too far behind
};

}  // namespace sluice::net
