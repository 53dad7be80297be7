#pragma once

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::net {

/// Reads away what a refused client still sends. A socket closed with unread data resets the
/// connection, and the client would lose the very answer that tells it why it was refused. One
/// thread, started with the first such client; everything about it is bounded, and a client beyond
/// the bounds sees a reset.
class Linger {
 public:
  Linger() = default;
  ~Linger();
  Linger(Linger const&) = delete;
  Linger& operator=(Linger const&) = delete;

  /// Keeps a duplicate of the socket, which its owner shuts down for writing and closes.
  void hold(int socket);

 private:
  struct Held {
    int fd;
    std::chrono::steady_clock::time_point until;
    std::size_t bytes_left;
  };

  void run(int wake);
  bool take_inbox(std::vector<Held>& held);

  std::mutex mutex_;
  // All of these under `mutex_`.
  std::vector<Held> inbox_;
  std::size_t count_ = 0;  ///< held, in the inbox or by the thread
  bool ending_ = false;
  int wake_ = -1;  ///< an eventfd
  std::thread thread_;
};

}  // namespace sluice::net
