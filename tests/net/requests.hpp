#pragma once

#include <string>
#include <utility>

#include "net/server.hpp"

namespace sluice::net {

inline std::string url_of(std::uint16_t port, std::string const& target = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + target;
}

inline std::string url_of(Server const& server, std::string const& target = "/") {
  return url_of(server.port(), target);
}

inline Request request_of(std::string method, std::string url, std::string body = {}) {
  Request request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

}  // namespace sluice::net
