#include "net/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/result.hpp"

namespace sluice::net {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A test that waits for what never comes fails instead of standing still.
void bound_waiting(int fd) {
  timeval limit{.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

std::pair<int, std::uint16_t> bound_socket() {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ENSURE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  ENSURE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return {fd, ntohs(address.sin_port)};
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  bound_waiting(fd_);
  sockaddr_in address = loopback(port);
  ENSURE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

RawSocket::RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RawSocket::~RawSocket() { close(); }

void RawSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool RawSocket::write(std::string_view text) {
  while (!text.empty()) {
    ssize_t count = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string RawSocket::read_all() {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = recv(fd_, buffer, sizeof buffer, 0)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

std::string RawSocket::read_until(std::string_view wanted) {
  std::string text;
  char buffer[4096];
  while (!text.contains(wanted)) {
    ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

RawServer::RawServer(std::function<void(RawSocket)> serve) {
  std::tie(fd_, port_) = bound_socket();
  ENSURE(listen(fd_, 16) == 0);
  thread_ = std::thread([fd = fd_, serve = std::move(serve)] {
    // A client that leaves while TLS answers must not end the test program.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (int peer; (peer = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
      serve(RawSocket(peer, true));
  });
}

RawServer::~RawServer() { stop(); }

void RawServer::stop() {
  if (!thread_.joinable()) return;
  shutdown(fd_, SHUT_RDWR);
  thread_.join();
  close(fd_);
}

std::uint16_t unused_port() {
  auto [fd, port] = bound_socket();
  close(fd);
  return port;
}

}  // namespace sluice::net
