#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/guarded.hpp"
#include "local/runtime/environment.hpp"

namespace sluice::local {

/// One thread that serves the Runtime API, the output and the end of every process. It holds each
/// environment until its process was reaped, so that none is left behind.
class Hub {
 public:
  /// Called on the hub's thread with no lock held.
  struct Listener {
    std::function<void(std::shared_ptr<Environment> const&)> settled, ended;
    std::function<void()> tick;  ///< about every `runtime_limits::tick`
  };

  static Result<std::unique_ptr<Hub>> start(Listener listener);
  /// Kills what still runs and waits until it is reaped.
  ~Hub();

  /// Starts the environment's process and serves it from now on.
  Result<void> run(std::shared_ptr<Environment> const& environment, ProcessOptions options);
  /// Processes that are not reaped yet.
  std::size_t size();

 private:
  using Table = std::unordered_map<std::uint32_t, std::shared_ptr<Environment>>;

  Hub(Listener listener, FileHandle epoll, FileHandle wake);
  void loop(std::stop_token stop);
  void dispatch(std::uint64_t tag, std::uint32_t flags);
  void tick();
  std::vector<std::shared_ptr<Environment>> all();

  Listener listener_;
  FileHandle epoll_, wake_;
  Guarded<Table> table_;
  std::jthread thread_;
};

}  // namespace sluice::local
