#pragma once

#include <optional>
#include <string>

#include "net/http.hpp"

namespace sluice::net {

/// Of a request, before anyone is authenticated (operability C13).
constexpr std::size_t max_header_block = 16 << 10;
constexpr std::size_t max_header_fields = 100;
constexpr std::size_t max_line = 8 << 10;

/// What is known of a request before its body.
struct RequestHead {
  std::string method;
  std::string target;  ///< as on the wire
  std::string version;
  Headers headers;
  std::size_t size = 0;         ///< of the whole block, in bytes
  bool lines_are_whole = true;  ///< no folded line, no bare CR or LF, no NUL
};

/// An answer that ends the connection.
struct Refusal {
  int status = 400;
  std::string reason;  ///< a sentence for who sent the request
};

/// What libmicrohttpd lets pass and two servers could read in two ways: RFC 9112, sections 3 to 6.
/// Nothing where the request may go on.
std::optional<Refusal> refusal_of(RequestHead const& head, std::size_t max_body);

}  // namespace sluice::net
