#pragma once

#include <cstdint>

#include "net/server.hpp"

namespace sluice::net {

/// A socket that listens and closes with this object. A socket file goes with it.
class ListeningSocket {
 public:
  static Result<ListeningSocket> open(ServerOptions const& options);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const { return fd_; }
  std::uint16_t port() const { return port_; }  ///< 0 on a socket file
  int duplicate() const;                        ///< -1 where that fails
  /// Takes no more connections and removes the socket file. Idempotent.
  void close();

 private:
  ListeningSocket(int fd, std::uint16_t port, std::string file)
      : fd_(fd), port_(port), file_(std::move(file)) {}

  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::string file_;
};

}  // namespace sluice::net
