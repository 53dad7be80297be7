#include "base/log.hpp"
#include "base/strings.hpp"
#include "net/fields.hpp"
#include "net/server_exchange.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t stream_block = 64 << 10;
constexpr std::size_t feed_block = 16 << 10;

using StreamHolder = std::shared_ptr<BodySource const>;
using FeedHolder = std::shared_ptr<ServerFeed>;

template <class Holder>
void drop(void* held) {
  delete static_cast<Holder*>(held);
}

ssize_t read_stream(void* held, std::uint64_t position, char* buffer, std::size_t size) {
  auto got = (*static_cast<StreamHolder*>(held))->read(position, std::span(buffer, size));
  if (!got || *got == 0) {
    log::warning("response_body_unreadable",
                 {{"reason", got ? "it ended before its announced size" : got.error().text()}});
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  return static_cast<ssize_t>(*got);
}

ssize_t read_feed(void* held, std::uint64_t, char* buffer, std::size_t size) {
  return (*static_cast<FeedHolder*>(held))->read(buffer, size);
}

MHD_Response* text_response(std::string text) {
  auto* held = new std::string(std::move(text));
  auto* response = MHD_create_response_from_buffer_with_free_callback_cls(
      held->size(), held->data(), drop<std::string>, held);
  if (!response) delete held;
  return response;
}

MHD_Response* stream_response(StreamHolder stream) {
  std::uint64_t size = stream->size();
  if (size == 0) return text_response({});
  auto* held = new StreamHolder(std::move(stream));
  auto* response =
      MHD_create_response_from_callback(size, stream_block, read_stream, held, drop<StreamHolder>);
  if (!response) delete held;
  return response;
}

MHD_Response* feed_response(FeedHolder feed) {
  auto* held = new FeedHolder(std::move(feed));
  auto* response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, feed_block, read_feed, held,
                                                     drop<FeedHolder>);
  if (!response) delete held;
  return response;
}

/// False where a field cannot be sent. The length of the body is not the handler's to state.
bool add_fields(MHD_Response* response, Headers const& headers) {
  for (auto const& [name, value] : headers.all()) {
    if (equal_ignoring_case(name, "content-length")) continue;
    if (equal_ignoring_case(name, "transfer-encoding")) continue;
    if (!is_token(name) || !is_field_value(value)) return false;
    // libmicrohttpd takes no empty values; such a field says nothing that its absence would not.
    if (trim(value).empty()) continue;
    if (MHD_add_response_header(response, name.c_str(), value.c_str()) != MHD_YES) return false;
  }
  return true;
}

MHD_Result queue(MHD_Connection* connection, int status, MHD_Response* response) {
  if (!response) return MHD_NO;
  MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(status), response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

MHD_Result send_refusal(MHD_Connection* connection, Refusal const& refusal) {
  MHD_Response* response = text_response(refusal.reason + "\n");
  if (!response) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
  MHD_add_response_header(response, "Connection", "close");
  return queue(connection, refusal.status, response);
}

MHD_Result send_response(MHD_Connection* connection, Exchange& exchange) {
  Response& answer = *exchange.response;
  MHD_Response* response = exchange.feed   ? feed_response(exchange.feed)
                           : answer.stream ? stream_response(answer.stream)
                                           : text_response(std::move(answer.body));
  if (!response) return MHD_NO;
  if (!add_fields(response, answer.headers)) {
    MHD_destroy_response(response);
    log::error("response_header_refused", {{"path", exchange.incoming.path}});
    return send_refusal(connection, {500, "the answer held a header that cannot be sent"});
  }
  return queue(connection, answer.status, response);
}

}  // namespace sluice::net
