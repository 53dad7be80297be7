#include "server/event_stream.hpp"

#include "base/limits.hpp"
#include "server/wire.hpp"

namespace sluice::server {

std::string stream_text(store::EventRow const& event) {
  // One line of JSON holds no line end, so that one `data` field suffices.
  return "id: " + std::to_string(event.seq) + "\nevent: " + event.type +
         "\ndata: " + to_json(event).dump() + "\n\n";
}

std::string stream_mark(std::string_view name) {
  return "event: " + std::string(name) + "\ndata: {}\n\n";
}

std::string stream_heartbeat() { return ": still here\n\n"; }

Result<void> StreamReader::take(std::string_view piece,
                                std::function<Result<void>(StreamMessage const&)> const& each) {
  while (true) {
    std::size_t end = piece.find('\n');
    rest_ += piece.substr(0, end);
    if (rest_.size() + message_.data.size() > limits::response_bytes)
      return fail(ErrorCode::invalid_input, "an event of the stream is too large");
    if (end == std::string_view::npos) return {};
    std::string text = std::exchange(rest_, {});
    if (text.ends_with('\r')) text.pop_back();
    if (auto taken = line(text, each); !taken) return taken;
    piece.remove_prefix(end + 1);
  }
}

Result<void> StreamReader::line(std::string_view text,
                                std::function<Result<void>(StreamMessage const&)> const& each) {
  if (text.empty()) {
    StreamMessage message = std::exchange(message_, {});
    return std::exchange(any_, false) ? each(message) : Result<void>{};
  }
  std::size_t colon = text.find(':');
  if (colon == 0) return {};
  std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") {
    message_.id = value;
  } else if (name == "event") {
    message_.event = value;
    any_ = true;
  } else if (name == "data") {
    if (any_ && !message_.data.empty()) message_.data += '\n';
    message_.data += value;
    any_ = true;
  }
  return {};
}

}  // namespace sluice::server
