#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace sluice::net {

/// A plain TCP connection to 127.0.0.1, for saying what no HTTP client would say.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);
  explicit RawSocket(int fd, bool) : fd_(fd) {}
  RawSocket(RawSocket&& other) noexcept;
  ~RawSocket();

  bool write(std::string_view text);
  /// What arrives until the other side closes.
  std::string read_all();
  /// What arrives until `text` is part of it; all there was where the other side closed before.
  std::string read_until(std::string_view text);
  void close();
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// A server of one thread that treats each connection as `serve` says, one after the other.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawSocket)> serve);
  ~RawServer();
  std::uint16_t port() const { return port_; }
  /// Accepts no more and waits for the running `serve`.
  void stop();

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// A port on which nothing listens.
std::uint16_t unused_port();

}  // namespace sluice::net
