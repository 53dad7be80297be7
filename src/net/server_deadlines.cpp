#include "net/server_deadlines.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sluice::net {
namespace {

constexpr std::chrono::seconds look_again{1};

/// So far, over this connection; 0 where the kernel does not say.
std::uint64_t bytes_received(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

}  // namespace

HeaderDeadlines::HeaderDeadlines(Duration patience) : patience_(patience) {
  if (patience_ > Duration::zero())
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

HeaderDeadlines::~HeaderDeadlines() = default;

void HeaderDeadlines::waits(int socket) {
  if (patience_ <= Duration::zero()) return;
  std::uint64_t const received = bytes_received(socket);
  std::lock_guard lock(mutex_);
  waiting_[socket] = {received, std::nullopt};
}

void HeaderDeadlines::arrived(int socket) { closed(socket); }

void HeaderDeadlines::closed(int socket) {
  if (patience_ <= Duration::zero()) return;
  std::lock_guard lock(mutex_);
  waiting_.erase(socket);
}

void HeaderDeadlines::run(std::stop_token const& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto const now = std::chrono::steady_clock::now();
    for (auto& [socket, waiting] : waiting_) {
      if (!waiting.since && bytes_received(socket) > waiting.received) waiting.since = now;
      // The server's own thread sees the end and closes the socket.
      if (waiting.since && now - *waiting.since >= patience_) ::shutdown(socket, SHUT_RDWR);
    }
    stopped_.wait_for(lock, stop, std::min<Duration>(look_again, patience_), [] { return false; });
  }
}

}  // namespace sluice::net
