#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::local {

/// One request to the Runtime API.
struct ApiRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> fields;  ///< trailers included, behind the rest
  std::string body;
  bool body_too_large = false;  ///< `body` is then empty

  /// The first value of that name, or empty.
  std::string_view field(std::string_view name) const;
};

/// Cuts the bytes of one connection into requests: HTTP/1.1 with Content-Length or chunked bodies
/// and trailers. No I/O.
class RequestReader {
 public:
  /// A body above `max_body` is read away and marked; one far above it is refused.
  explicit RequestReader(std::size_t max_body) : max_body_(max_body) {}

  enum class Found { nothing, request, refused };

  void feed(std::string_view bytes);
  /// The next whole request. `refused` (malformed or without bound) is final: close the connection.
  Found next(ApiRequest& out);
  /// True once for each request that waits for "100 Continue" before it sends its body.
  bool take_continue();

 private:
  enum class Part { head, sized_body, chunk_size, chunk_data, chunk_end, trailers, done, refused };

  bool step();
  bool read_head();
  bool read_sized_body();
  bool read_chunk_size();
  bool read_chunk_data();
  bool read_chunk_end();
  bool read_trailers();
  bool parse_head(std::string_view head);
  bool parse_field(std::string_view line);
  bool choose_body();
  bool refuse();
  void keep(std::string_view bytes);
  std::string_view rest() const { return std::string_view(buffer_).substr(used_); }
  bool take_line(std::string_view& line);

  std::size_t max_body_;
  std::string buffer_;
  std::size_t used_ = 0;
  Part part_ = Part::head;
  ApiRequest request_;
  std::size_t left_ = 0;   ///< of the body or chunk
  std::size_t total_ = 0;  ///< of the body, kept or not
  bool continue_ = false;
};

}  // namespace sluice::local
