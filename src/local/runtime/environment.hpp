#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "local/runtime/http_reader.hpp"
#include "local/runtime/runtime_limits.hpp"
#include "local/runtime/runtime_state.hpp"

namespace sluice::local {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A process of one code unit, with its own Runtime API listener on loopback: the runtime knows
/// nothing but host and port, so the port tells the processes apart.
///
/// Two threads meet here: the one that invokes, and the hub's, which reads every socket and pipe.
/// `mutex_` is held for short non-blocking work only, and nothing is called out of it.
class Environment {
 public:
  /// What the hub is told to watch; the kind travels with each event.
  enum class Watched : std::uint8_t { listener, output, exit, connection };
  struct Event {
    Watched what;
    std::uint32_t connection = 0;
    std::uint32_t flags = 0;  ///< of epoll
  };
  /// What an event has changed for those outside.
  struct Change {
    bool settled = false;  ///< free again after its caller had gone on without waiting for that
    bool ended = false;    ///< reaped; nothing of it is left
  };

  /// Where a wait ended.
  enum class Found { ready, posted, ended, late };

  Environment(std::uint32_t id, std::string key) : id_(id), key_(std::move(key)) {}
  Environment(Environment const&) = delete;
  ~Environment();

  std::uint32_t id() const { return id_; }
  /// Of its code unit.
  std::string const& key() const { return key_; }

  /// Opens the listener; the port for AWS_LAMBDA_RUNTIME_API.
  Result<std::uint16_t> listen();
  /// Starts the process and has `epoll` watch it. Once, after `listen`.
  Result<void> start(ProcessOptions options, int epoll);

  /// The end of the start: ready for requests, an init error posted, or the process's end.
  Found wait_ready(SteadyTime until);
  /// False where the process is no longer there to take it.
  bool begin(Task const& task);
  Found wait_posted(SteadyTime until);
  std::optional<Posted> take_posted();
  /// Waits a moment for the runtime to come back. False: it has not, and `Change::settled` or
  /// `ended` will tell; it is killed at `give_up` if it does neither.
  bool wait_settled(Duration most, SteadyTime give_up);

  /// What was printed before the current request began, and since.
  struct Log {
    std::string before, during;
  };
  Log take_log();
  /// Handler time: from handing the request over to the answer, or to `otherwise` without one.
  std::chrono::duration<double, std::milli> handler_time(SteadyTime otherwise) const;
  /// In bytes; re-read at most every `memory_sample`, or when `fresh`.
  std::size_t peak_memory(bool fresh = false);
  std::optional<ProcessExit> exit() const;

  /// Kills the group; the hub reaps it.
  void kill();

  /// Hub's thread only.
  Change on_event(Event event);
  /// Hub's thread only: kills a process that did not come back in time.
  void on_tick(SteadyTime now);

 private:
  struct Connection {
    std::uint32_t serial;
    FileHandle socket;
    RequestReader reader{runtime_limits::response_bytes};
    std::string out = {};
    bool parked = false;
    bool closing = false;       ///< after `out` is sent
    bool watches_room = false;  ///< epoll tells when more can be sent
    bool gone = false;
  };

  std::uint64_t tag(Watched what, std::uint32_t connection = 0) const;
  bool watch(int descriptor, std::uint64_t tag);
  Connection* find(std::uint32_t serial);
  void accept_all();
  void serve(Connection& connection, std::uint32_t flags);
  bool receive(Connection& connection);
  void answer_requests(Connection& connection);
  void send(Connection& connection);
  void drop_gone();
  void drain_output();
  void finish();
  bool is_idle() const { return !exit_ && state_.phase() == RuntimeState::Phase::idle; }

  std::uint32_t const id_;
  std::string const key_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  RuntimeState state_;
  std::optional<Process> process_;
  std::optional<ProcessExit> exit_;
  FileHandle listener_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::uint32_t next_serial_ = 0;
  std::string before_, log_;
  std::size_t log_left_out_ = 0;
  SteadyTime begun_{}, posted_at_{}, memory_read_{};
  std::size_t peak_memory_ = 0;
  std::optional<SteadyTime> detached_until_;
};

}  // namespace sluice::local
