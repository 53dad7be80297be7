#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "store/store.hpp"

/// Server-sent events as the API sends them: `id` is the seq, `event` the type, `data` the event.
namespace sluice::server {

/// Marks that are no events of a journal and carry no id.
inline constexpr char stream_end[] = "end";          ///< the run has ended; nothing follows
inline constexpr char stream_unowned[] = "unowned";  ///< no process executes the run
inline constexpr char stream_again[] = "again";      ///< it was open for long: take it up anew

std::string stream_text(store::EventRow const& event);
std::string stream_mark(std::string_view name);
/// A comment: it keeps the connection alive and finds out whether the client is still there.
std::string stream_heartbeat();

struct StreamMessage {
  std::string id, event, data;
};

/// Takes a stream apart, in pieces as they arrive (WHATWG HTML, "Interpreting an event stream").
class StreamReader {
 public:
  /// Calls `each` with every message that is complete. invalid_input where one is over 64 MB; an
  /// error of `each` ends it and is passed on.
  Result<void> take(std::string_view piece,
                    std::function<Result<void>(StreamMessage const&)> const& each);

 private:
  Result<void> line(std::string_view text,
                    std::function<Result<void>(StreamMessage const&)> const& each);

  std::string rest_;  ///< an incomplete line
  StreamMessage message_;
  bool any_ = false;
};

}  // namespace sluice::server
