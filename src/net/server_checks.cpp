#include "net/server_checks.hpp"

#include <algorithm>
#include <charconv>

#include "base/strings.hpp"
#include "net/fields.hpp"

namespace sluice::net {
namespace {

using Check = std::optional<Refusal>;

std::size_t count_of(Headers const& headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers.all(), [&](auto const& field) { return equal_ignoring_case(field.first, name); }));
}

Check check_size(RequestHead const& head) {
  if (head.target.size() > max_line) return Refusal{414, "the request target is over 8 KiB"};
  if (head.headers.all().size() > max_header_fields)
    return Refusal{431, "there are more than 100 header fields"};
  for (auto const& [name, value] : head.headers.all())
    if (name.size() + value.size() > max_line) return Refusal{431, "a header line is over 8 KiB"};
  if (head.size > max_header_block) return Refusal{431, "the header is over 16 KiB"};
  return std::nullopt;
}

Check check_request_line(RequestHead const& head) {
  if (!is_token(head.method)) return Refusal{400, "the method is not a token"};
  if (head.version != "HTTP/1.1" && head.version != "HTTP/1.0")
    return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  bool visible = std::ranges::all_of(head.target, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible)
    return Refusal{400, "the request target holds blanks or bytes that must be escaped"};
  if (!head.target.starts_with('/') && !(head.target == "*" && head.method == "OPTIONS"))
    return Refusal{400, "the request target must start with '/'"};
  return std::nullopt;
}

Check check_fields(RequestHead const& head) {
  if (!head.lines_are_whole)
    return Refusal{400, "header lines must end in CRLF and must not be folded or hold NUL"};
  for (auto const& [name, value] : head.headers.all()) {
    if (!is_token(name)) return Refusal{400, "a header name is not a token"};
    if (!is_field_value(value)) return Refusal{400, "a header value holds control characters"};
  }
  if (count_of(head.headers, "host") != 1)
    return Refusal{400, "there must be exactly one Host field"};
  return std::nullopt;
}

Check check_body_length(RequestHead const& head, std::size_t max_body) {
  std::size_t lengths = count_of(head.headers, "content-length");
  std::size_t codings = count_of(head.headers, "transfer-encoding");
  if (lengths > 1) return Refusal{400, "there is more than one Content-Length field"};
  if (lengths && codings)
    return Refusal{400, "Content-Length and Transfer-Encoding exclude each other"};
  if (codings > 1 ||
      (codings && !equal_ignoring_case(head.headers.get("transfer-encoding"), "chunked")))
    return Refusal{400, "the only transfer coding spoken here is 'chunked'"};
  if (codings && head.version == "HTTP/1.0")
    return Refusal{400, "HTTP/1.0 has no transfer codings"};
  if (!lengths) return std::nullopt;
  std::string const& text = head.headers.get("content-length");
  bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return Refusal{400, "Content-Length is not a number"};
  std::uint64_t length = 0;
  auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (problem != std::errc{} || length > max_body)
    return Refusal{413, "the body is over " + std::to_string(max_body) + " bytes"};
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refusal_of(RequestHead const& head, std::size_t max_body) {
  if (auto refusal = check_size(head)) return refusal;
  if (auto refusal = check_request_line(head)) return refusal;
  if (auto refusal = check_fields(head)) return refusal;
  return check_body_length(head, max_body);
}

}  // namespace sluice::net
