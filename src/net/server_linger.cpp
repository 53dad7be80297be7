#include "net/server_linger.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace sluice::net {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t most_held = 64;
constexpr std::size_t most_bytes = 256 << 20;
constexpr std::chrono::seconds longest{5};
constexpr int reads_in_a_row = 16;

/// False once the client has closed or failed.
bool read_away(int fd, std::size_t& bytes_left) {
  char buffer[64 << 10];
  for (int i = 0; i < reads_in_a_row; ++i) {
    ssize_t count = recv(fd, buffer, std::min(sizeof buffer, bytes_left), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    bytes_left -= static_cast<std::size_t>(count);
    if (count == 0 || bytes_left == 0) return false;
  }
  return true;
}

void notify(int wake) {
  std::uint64_t one = 1;
  // It can only fail where the counter is full, and then the thread wakes anyway.
  [[maybe_unused]] ssize_t written = write(wake, &one, sizeof one);
}

}  // namespace

Linger::~Linger() {
  std::thread thread;
  {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) return;
    ending_ = true;
    notify(wake_);
    thread.swap(thread_);
  }
  thread.join();
  close(wake_);
}

void Linger::hold(int socket) {
  std::lock_guard lock(mutex_);
  if (count_ >= most_held) return;
  if (wake_ < 0) wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int copy = wake_ < 0 ? -1 : fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this, wake = wake_] { run(wake); });
  } catch (std::system_error const&) {
    close(copy);
    return;
  }
  inbox_.push_back({copy, steady_clock::now() + longest, most_bytes});
  ++count_;
  notify(wake_);
}

bool Linger::take_inbox(std::vector<Held>& held) {
  std::lock_guard lock(mutex_);
  held.insert(held.end(), inbox_.begin(), inbox_.end());
  inbox_.clear();
  count_ = held.size();
  return !ending_;
}

void Linger::run(int wake) {
  std::vector<Held> held;
  std::vector<pollfd> polled;
  while (take_inbox(held)) {
    polled.assign(1, {wake, POLLIN, 0});
    for (Held const& one : held) polled.push_back({one.fd, POLLIN, 0});
    poll(polled.data(), polled.size(), held.empty() ? -1 : 1000);
    std::uint64_t count = 0;
    [[maybe_unused]] ssize_t drained = read(wake, &count, sizeof count);
    auto now = steady_clock::now();
    auto ends = [&](Held& one) {
      // Both lists are in the same order and as long as each other.
      bool ready = polled[static_cast<std::size_t>(&one - held.data()) + 1].revents != 0;
      return now >= one.until || (ready && !read_away(one.fd, one.bytes_left));
    };
    std::vector<Held> staying;
    for (Held& one : held) {
      if (ends(one))
        close(one.fd);
      else
        staying.push_back(one);
    }
    held = std::move(staying);
  }
  for (Held const& one : held) close(one.fd);
}

}  // namespace sluice::net
