#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "base/guarded.hpp"
#include "net/server.hpp"
#include "net/server_deadlines.hpp"
#include "net/server_feed.hpp"
#include "net/server_linger.hpp"
#include "net/server_pool.hpp"

namespace sluice::net {

/// What the server's thread, the workers and `stop` share.
struct ServerState {
  ServerState(ServerOptions options_, Handler handler_)
      : options(std::move(options_)),
        handler(std::move(handler_)),
        deadlines(options.unix_socket.empty() ? options.header_timeout : Duration::zero()),
        pool(options.workers) {}

  ServerOptions const options;
  Handler const handler;
  HeaderDeadlines deadlines;
  WorkerPool pool;
  Linger linger;
  std::atomic<bool> draining = false;
  std::size_t uploads = 0;  ///< bodies on disk; the server's thread alone
  Guarded<std::set<std::shared_ptr<ServerFeed>>> feeds;  ///< open ones

  /// Answers that are owed: requests that were read completely and whose answer is not yet sent.
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t owed = 0;  ///< under `mutex`
};

}  // namespace sluice::net
