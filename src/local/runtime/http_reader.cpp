#include "local/runtime/http_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/strings.hpp"
#include "local/runtime/runtime_limits.hpp"

namespace sluice::local {
namespace {

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c));
  });
}

bool has_controls(std::string_view value) {
  return std::ranges::any_of(value,
                             [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

bool read_number(std::string_view text, int base, std::size_t& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view ApiRequest::field(std::string_view name) const {
  for (auto const& [field_name, value] : fields)
    if (equal_ignoring_case(field_name, name)) return value;
  return {};
}

void RequestReader::feed(std::string_view bytes) {
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  } else if (used_ > runtime_limits::head_bytes) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  buffer_.append(bytes);
}

RequestReader::Found RequestReader::next(ApiRequest& out) {
  while (part_ != Part::done && part_ != Part::refused)
    if (!step()) break;
  if (part_ == Part::refused) return Found::refused;
  if (part_ != Part::done) return Found::nothing;
  out = std::move(request_);
  request_ = {};
  total_ = 0;
  part_ = Part::head;
  return Found::request;
}

bool RequestReader::take_continue() { return std::exchange(continue_, false); }

bool RequestReader::step() {
  switch (part_) {
    case Part::head: return read_head();
    case Part::sized_body: return read_sized_body();
    case Part::chunk_size: return read_chunk_size();
    case Part::chunk_data: return read_chunk_data();
    case Part::chunk_end: return read_chunk_end();
    case Part::trailers: return read_trailers();
    case Part::done:
    case Part::refused: return false;
  }
  return false;
}

bool RequestReader::read_head() {
  std::size_t end = rest().find("\r\n\r\n");
  if (std::min(end, rest().size()) > runtime_limits::head_bytes) return refuse();
  if (end == std::string_view::npos) return false;
  std::string_view head = rest().substr(0, end);
  used_ += end + 4;
  return (parse_head(head) && choose_body()) || refuse();
}

bool RequestReader::parse_head(std::string_view head) {
  std::size_t line_end = std::min(head.find("\r\n"), head.size());
  std::string_view line = head.substr(0, line_end);
  std::size_t first = line.find(' ');
  std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || second <= first) return false;
  request_.method = line.substr(0, first);
  request_.target = line.substr(first + 1, second - first - 1);
  std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" || !is_token(request_.method)) return false;
  if (!request_.target.starts_with('/') || request_.target.contains(' ') ||
      has_controls(request_.target))
    return false;
  while (line_end < head.size()) {
    std::size_t start = line_end + 2;
    line_end = std::min(head.find("\r\n", start), head.size());
    if (!parse_field(head.substr(start, line_end - start))) return false;
  }
  return true;
}

bool RequestReader::parse_field(std::string_view line) {
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  std::string_view value = trim(line.substr(colon + 1));
  if (has_controls(value) || request_.fields.size() >= runtime_limits::fields) return false;
  request_.fields.emplace_back(line.substr(0, colon), value);
  return true;
}

bool RequestReader::choose_body() {
  std::size_t lengths = 0, codings = 0, hosts = 0;
  for (auto const& [name, value] : request_.fields) {
    lengths += equal_ignoring_case(name, "Content-Length");
    codings += equal_ignoring_case(name, "Transfer-Encoding");
    hosts += equal_ignoring_case(name, "Host");
  }
  if (lengths > 1 || codings > 1 || lengths + codings > 1 || hosts != 1) return false;
  if (codings && !equal_ignoring_case(request_.field("Transfer-Encoding"), "chunked")) return false;
  left_ = 0;
  if (lengths && !read_number(request_.field("Content-Length"), 10, left_)) return false;
  if (left_ > runtime_limits::skipped_body_bytes) return false;
  part_ = codings ? Part::chunk_size : left_ ? Part::sized_body : Part::done;
  continue_ = part_ != Part::done && rest().empty() &&
              equal_ignoring_case(request_.field("Expect"), "100-continue");
  return true;
}

void RequestReader::keep(std::string_view bytes) {
  total_ += bytes.size();
  request_.body_too_large = total_ > max_body_;
  if (request_.body_too_large)
    request_.body = {};
  else
    request_.body.append(bytes);
}

bool RequestReader::read_sized_body() {
  std::string_view piece = rest().substr(0, left_);
  if (request_.body.empty() && left_ <= max_body_) request_.body.reserve(left_);
  keep(piece);
  used_ += piece.size();
  left_ -= piece.size();
  if (left_) return false;
  part_ = Part::done;
  return true;
}

bool RequestReader::take_line(std::string_view& line) {
  std::size_t end = rest().find("\r\n");
  if (std::min(end, rest().size()) > runtime_limits::head_bytes) return refuse();
  if (end == std::string_view::npos) return false;
  line = rest().substr(0, end);
  used_ += end + 2;
  return true;
}

bool RequestReader::read_chunk_size() {
  std::string_view line;
  if (!take_line(line)) return false;
  if (part_ == Part::refused) return true;
  std::string_view size = trim(line.substr(0, line.find(';')));
  if (!read_number(size, 16, left_) || left_ > runtime_limits::skipped_body_bytes ||
      total_ + left_ > runtime_limits::skipped_body_bytes)
    return refuse();
  part_ = left_ ? Part::chunk_data : Part::trailers;
  return true;
}

bool RequestReader::read_chunk_data() {
  std::string_view piece = rest().substr(0, left_);
  keep(piece);
  used_ += piece.size();
  left_ -= piece.size();
  if (left_) return false;
  part_ = Part::chunk_end;
  return true;
}

bool RequestReader::read_chunk_end() {
  if (rest().size() < 2) return false;
  if (!rest().starts_with("\r\n")) return refuse();
  used_ += 2;
  part_ = Part::chunk_size;
  return true;
}

bool RequestReader::read_trailers() {
  std::string_view line;
  if (!take_line(line)) return false;
  if (part_ == Part::refused) return true;
  if (line.empty())
    part_ = Part::done;
  else if (!parse_field(line))
    return refuse();
  return true;
}

/// Always true: there was progress, to the end.
bool RequestReader::refuse() {
  part_ = Part::refused;
  return true;
}

}  // namespace sluice::local
