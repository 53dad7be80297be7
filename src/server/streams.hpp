#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "net/http.hpp"

namespace sluice::server {

/// Sends runs' events to the clients that follow them. A commit only says that there is something
/// new; one thread reads it from the store, so that a stream has neither gap nor duplicate whenever
/// it began. Thread-safe.
class Streams {
 public:
  /// The references must outlive it. `heartbeat`: after how long without an event a comment is
  /// sent.
  Streams(engine::Engine& engine, Clock& clock, Duration heartbeat = std::chrono::seconds(10));
  ~Streams() { stop(); }
  Streams(Streams const&) = delete;

  /// Sends what follows `after`, and closes the feed when the run has ended.
  void add(std::string run, std::int64_t after, std::shared_ptr<net::Feed> feed);
  /// The runs that somebody follows.
  std::set<std::string> followed();
  /// Sends every stream a heartbeat soon: a client that died is noticed a few of them later.
  void ping();
  /// Closes every stream without an end mark: the clients go on elsewhere. Idempotent.
  void stop();

 private:
  struct Stream {
    std::string run;
    std::int64_t after = 0;
    std::shared_ptr<net::Feed> feed;
    Duration last_push{};
    bool fresh = true;
  };
  struct News {
    std::set<std::string> runs;  ///< something was committed
    std::vector<Stream> arrived;
    std::set<std::string> followed;  ///< as of the last round, and what arrived since
    bool ping = false;
    bool stopping = false;
  };

  void loop();
  bool wait(News& news);
  std::set<std::string> executed_of_followed();
  /// False once the stream is done with.
  bool serve(Stream& stream);
  bool send(Stream& stream, std::string text);

  engine::Engine& engine_;
  Clock& clock_;
  Duration const heartbeat_;
  std::mutex mutex_;
  std::condition_variable changed_;
  News news_;                    ///< under mutex_
  std::vector<Stream> streams_;  ///< the thread's own
  std::size_t listener_ = 0;
  std::thread thread_;
};

}  // namespace sluice::server
