#include "net/server_exchange.hpp"

#include <exception>

#include "base/log.hpp"
#include "net/server_state.hpp"

namespace sluice::net {
namespace {

/// After this much of a body that is too large the connection is cut without an answer.
constexpr std::size_t max_discarded = 1 << 20;

Response ending_answer() {
  Response response;
  response.status = 503;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Connection", "close"}};
  response.body = "this server is stopping\n";
  return response;
}

Response call_handler(ServerState& server, Incoming const& incoming) {
  try {
    return server.handler(incoming);
  } catch (std::exception const& problem) {
    log::error("handler_failed", {{"path", incoming.path}, {"reason", problem.what()}});
    Response response;
    response.status = 500;
    return response;
  }
}

/// Runs on a worker, or on the thread that stops the server where `run` is false.
void answer(MHD_Connection* connection, std::shared_ptr<Exchange> const& exchange, bool run) {
  ServerState& server = *exchange->server;
  Response response = run ? call_handler(server, exchange->incoming) : ending_answer();
  auto opened = std::exchange(response.feed, nullptr);
  std::shared_ptr<ServerFeed> feed;
  if (opened && exchange->incoming.method != "HEAD") {
    feed = std::make_shared<ServerFeed>(connection, std::exchange(response.body, {}));
    server.feeds.with([&](auto& feeds) { feeds.insert(feed); });
    // Looked at behind the insertion: whoever stops the server either sees the feed or is seen
    // here.
    if (server.draining) feed->close();
  }
  exchange->feed = feed;
  exchange->response = std::move(response);
  // The exchange belongs to the server's thread again; only the feed may be touched from here on.
  MHD_resume_connection(connection);
  if (feed) opened(feed);
}

MHD_Result refuse(MHD_Connection* connection, Exchange& exchange, Refusal const& refusal) {
  exchange.phase = Exchange::Phase::answered;
  return send_refusal(connection, refusal);
}

MHD_Result begin(MHD_Connection* connection, Exchange& exchange, char const* method,
                 char const* version) {
  RequestHead head = read_head(connection, exchange, method, version);
  if (auto refusal = refusal_of(head, exchange.server->options.max_body)) {
    auto const* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info) exchange.server->linger.hold(info->connect_fd);
    return refuse(connection, exchange, *refusal);
  }
  if (exchange.server->draining)
    return refuse(connection, exchange, {503, "this server is stopping"});
  Incoming& incoming = exchange.incoming;
  std::size_t mark = head.target.find('?');
  incoming.method = std::move(head.method);
  incoming.path = head.target.substr(0, mark);
  if (mark != std::string::npos) incoming.query = head.target.substr(mark + 1);
  incoming.headers = std::move(head.headers);
  incoming.peer = peer_of(connection);
  exchange.phase = Exchange::Phase::body;
  return MHD_YES;
}

MHD_Result take_body(Exchange& exchange, char const* data, std::size_t* size) {
  std::string& body = exchange.incoming.body;
  if (exchange.discarded || body.size() + *size > exchange.server->options.max_body) {
    exchange.discarded += *size;
    body.clear();
    if (exchange.discarded > max_discarded) return MHD_NO;
  } else {
    body.append(data, *size);
  }
  *size = 0;
  return MHD_YES;
}

MHD_Result dispatch(MHD_Connection* connection, std::shared_ptr<Exchange> const& exchange) {
  ServerState& server = *exchange->server;
  if (exchange->discarded)
    return refuse(connection, *exchange,
                  {413, "the body is over " + std::to_string(server.options.max_body) + " bytes"});
  {
    std::lock_guard lock(server.mutex);
    ++server.owed;
    exchange->owed = true;
  }
  // Suspended before it is handed over: the worker may resume it before this function returns.
  MHD_suspend_connection(connection);
  exchange->phase = Exchange::Phase::suspended;
  bool taken =
      server.pool.submit([connection, exchange](bool run) { answer(connection, exchange, run); });
  if (!taken) answer(connection, exchange, false);
  return MHD_YES;
}

}  // namespace

void* open_exchange(ServerState& server, char const* target) {
  auto exchange = std::make_shared<Exchange>();
  exchange->server = &server;
  exchange->target_place = target;
  if (target) exchange->target = target;
  return new std::shared_ptr<Exchange>(std::move(exchange));
}

MHD_Result advance_exchange(void* held, MHD_Connection* connection, char const* method,
                            char const* version, char const* data, std::size_t* size) {
  auto const& exchange = *static_cast<std::shared_ptr<Exchange>*>(held);
  switch (exchange->phase) {
    case Exchange::Phase::head: return begin(connection, *exchange, method, version);
    case Exchange::Phase::body:
      return *size ? take_body(*exchange, data, size) : dispatch(connection, exchange);
    case Exchange::Phase::suspended:
      exchange->phase = Exchange::Phase::answered;
      exchange->incoming.body.clear();
      if (exchange->response && exchange->response->drop) return MHD_NO;
      return send_response(connection, *exchange);
    case Exchange::Phase::answered: *size = 0; return MHD_YES;
  }
  return MHD_NO;
}

void close_exchange(void* held) {
  std::unique_ptr<std::shared_ptr<Exchange>> holder(static_cast<std::shared_ptr<Exchange>*>(held));
  Exchange& exchange = **holder;
  ServerState& server = *exchange.server;
  if (exchange.feed) {
    exchange.feed->detach();
    server.feeds.with([&](auto& feeds) { feeds.erase(exchange.feed); });
  }
  if (!exchange.owed) return;
  {
    std::lock_guard lock(server.mutex);
    --server.owed;
  }
  server.changed.notify_all();
}

}  // namespace sluice::net
