#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/process.hpp"
#include "base/time.hpp"
#include "samples.hpp"

namespace sluice::bench {

/// Which event of which run.
using EventKey = std::pair<std::string, std::int64_t>;

/// What one event's listeners saw of it.
struct Heard {
  Time at{};                      ///< as the journal has it
  std::vector<Time> wall;         ///< when each of them had it
  std::vector<Instant> instants;  ///< the same by the finer clock
};

/// Clients of event streams: one socket each, all read by one thread, so that they take little of
/// the machine from the server.
class Listeners {
 public:
  Listeners(std::uint16_t port, std::string token);
  ~Listeners();

  /// Opens a stream of that run and waits for the head of its answer, which must be 200.
  void open(std::string const& run);
  std::size_t count() const { return streams_.size(); }
  /// Starts to read them all. Once.
  void listen();
  /// Waits until that many listeners had the event; answers what they saw.
  Heard await(EventKey const& event, std::size_t listeners);

 private:
  struct Stream;
  void loop(std::stop_token const& stop);
  void take(Stream& stream, std::string_view bytes);
  void line(Stream& stream, std::string_view text);

  std::uint16_t port_;
  std::string token_;
  FileHandle epoll_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<EventKey, Heard> heard_;  ///< under mutex_
  std::jthread thread_;
};

}  // namespace sluice::bench
