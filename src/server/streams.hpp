#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "net/http.hpp"

namespace sluice::server {

struct StreamOptions {
  Duration heartbeat = std::chrono::seconds(10);  ///< a comment after so long without an event
  Duration lifetime = std::chrono::minutes(30);   ///< then the client takes it up anew; give or
                                                  ///< take a tenth, lest all come at once
  Duration recheck = std::chrono::seconds(10);    ///< how often it is asked who may follow
  std::function<void(Duration)> told;             ///< how long after it happened an event was sent
};

/// Sends runs' events to the clients that follow them. A commit only says that there is something
/// new; one thread reads it from the store, so that a stream has neither gap nor duplicate whenever
/// it began. Thread-safe.
class Streams {
 public:
  /// The references must outlive it.
  Streams(engine::Engine& engine, Clock& clock, StreamOptions options = {});
  ~Streams() { stop(); }
  Streams(Streams const&) = delete;

  /// Sends what follows `after`, and closes the feed when the run has ended, or when `allowed`,
  /// asked now and then on the thread of the streams, says no.
  void add(std::string run, std::int64_t after, std::shared_ptr<net::Feed> feed,
           std::function<bool()> allowed = {});
  struct Poll {
    std::int64_t after = 0;
    std::size_t limit = 0;
    Duration wait{};
  };
  /// Sends one page (run_page.hpp) as soon as there is an event, or when the time is over, and
  /// closes the feed.
  void add_poll(std::string run, Poll const& poll, std::shared_ptr<net::Feed> feed);
  /// The runs that somebody follows. Who polls does not.
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
    std::function<bool()> allowed;
    std::size_t page = 0;                     ///< of a poll: its limit
    Duration last_push{}, checked{}, ends{};  ///< monotonic
    bool fresh = true;
    bool caught_up = false;

    bool is_poll() const { return page > 0; }
  };
  struct News {
    std::set<std::string> runs;  ///< something was committed
    std::vector<Stream> arrived;
    std::set<std::string> followed;  ///< as of the last round, and what arrived since
    std::set<std::string> polled;    ///< likewise
    bool ping = false;
    bool stopping = false;
  };

  void take(Stream stream);
  void loop();
  bool wait(News& news);
  std::set<std::string> executed_of_followed();
  void note_runs();
  // Each of these is false once the stream is done with.
  bool keep(Stream& stream, News const& news, bool executed);
  bool serve(Stream& stream);
  bool serve_poll(Stream& stream, bool last);
  bool send(Stream& stream, std::string text);

  engine::Engine& engine_;
  Clock& clock_;
  StreamOptions const options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  News news_;                    ///< under mutex_
  std::vector<Stream> streams_;  ///< the thread's own
  std::size_t listener_ = 0;
  std::uint64_t begun_ = 0;  ///< streams so far, under mutex_
  std::thread thread_;
};

}  // namespace sluice::server
