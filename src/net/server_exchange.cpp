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

std::optional<Response> call_refusal(UploadOptions const& uploads, Incoming const& incoming) {
  try {
    return uploads.refusal(incoming);
  } catch (std::exception const& problem) {
    log::error("handler_failed", {{"path", incoming.path}, {"reason", problem.what()}});
    Response response;
    response.status = 500;
    return response;
  }
}

/// Whether an upload may come. On a worker, or where `run` is false on the thread that stops.
void ask(MHD_Connection* connection, std::shared_ptr<Exchange> const& exchange, bool run) {
  if (run)
    exchange->response = call_refusal(*exchange->server->options.uploads, exchange->incoming);
  else
    exchange->response = ending_answer();
  MHD_resume_connection(connection);
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

/// The client sends a body that nobody reads: it shall see the answer before the connection is cut.
void linger(MHD_Connection* connection, Exchange& exchange) {
  auto const* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info) exchange.server->linger.hold(info->connect_fd);
}

using Work = void (*)(MHD_Connection*, std::shared_ptr<Exchange> const&, bool);

/// Lets a worker go on with a request, and the connection wait for it.
void hand_over(MHD_Connection* connection, std::shared_ptr<Exchange> const& exchange,
               Exchange::Phase next, Work work) {
  ServerState& server = *exchange->server;
  {
    std::lock_guard lock(server.mutex);
    ++server.owed;
    exchange->owed = true;
  }
  // Suspended before it is handed over: the worker may resume it before this function returns.
  MHD_suspend_connection(connection);
  exchange->phase = next;
  bool taken = server.pool.submit(
      [connection, exchange, work](bool run) { work(connection, exchange, run); });
  if (!taken) work(connection, exchange, false);
}

void no_longer_owed(Exchange& exchange) {
  if (!std::exchange(exchange.owed, false)) return;
  {
    std::lock_guard lock(exchange.server->mutex);
    --exchange.server->owed;
  }
  exchange.server->changed.notify_all();
}

std::size_t body_limit(ServerOptions const& options, Exchange const& exchange) {
  if (exchange.is_upload) return options.uploads->max_body;
  if (!options.body_limit) return options.max_body;
  return std::min(options.max_body, options.body_limit(exchange.incoming));
}

MHD_Result begin(MHD_Connection* connection, std::shared_ptr<Exchange> const& held,
                 char const* method, char const* version) {
  Exchange& exchange = *held;
  RequestHead head = read_head(connection, exchange, method, version);
  Incoming& incoming = exchange.incoming;
  std::size_t mark = head.target.find('?');
  incoming.method = head.method;
  incoming.path = head.target.substr(0, mark);
  if (mark != std::string::npos) incoming.query = head.target.substr(mark + 1);
  auto const& options = exchange.server->options;
  exchange.is_upload = options.uploads && options.uploads->is_upload(incoming);
  exchange.body_limit = body_limit(options, exchange);
  if (auto refusal = refusal_of(head, exchange.body_limit)) {
    linger(connection, exchange);
    return refuse(connection, exchange, *refusal);
  }
  if (exchange.server->draining)
    return refuse(connection, exchange, {503, "this server is stopping"});
  incoming.headers = std::move(head.headers);
  incoming.peer = peer_of(connection);
  exchange.phase = Exchange::Phase::body;
  if (exchange.is_upload) hand_over(connection, held, Exchange::Phase::asked, ask);
  return MHD_YES;
}

/// An upload that was asked about: its body comes now, or it is answered without one.
MHD_Result begin_upload(MHD_Connection* connection, Exchange& exchange) {
  if (exchange.response) {
    linger(connection, exchange);
    exchange.phase = Exchange::Phase::answered;
    return send_response(connection, exchange);
  }
  no_longer_owed(exchange);
  auto const& uploads = *exchange.server->options.uploads;
  if (exchange.server->uploads >= uploads.at_once) {
    linger(connection, exchange);
    return refuse(connection, exchange, {503, "too many uploads at the same time; try again"});
  }
  auto spool = Spool::open(uploads.folder);
  if (!spool) {
    log::error("upload_failed", {{"reason", spool.error().message}});
    linger(connection, exchange);
    return refuse(connection, exchange, {503, "the body cannot be kept"});
  }
  exchange.spool = std::move(*spool);
  ++exchange.server->uploads;
  exchange.phase = Exchange::Phase::body;
  return MHD_YES;
}

/// Why this piece of the body is not taken.
std::optional<Refusal> keep(Exchange& exchange, std::string_view piece) {
  std::size_t const limit = exchange.body_limit;
  std::size_t size = exchange.spool ? exchange.spool->size() : exchange.incoming.body.size();
  if (size + piece.size() > limit)
    return Refusal{413, "the body is over " + std::to_string(limit) + " bytes"};
  if (!exchange.spool) {
    exchange.incoming.body.append(piece);
    return std::nullopt;
  }
  auto written = exchange.spool->write(piece);
  if (written) return std::nullopt;
  log::error("upload_failed", {{"reason", written.error().message}});
  return Refusal{503, "the body cannot be kept"};
}

MHD_Result take_body(Exchange& exchange, char const* data, std::size_t* size) {
  if (!exchange.refusal) exchange.refusal = keep(exchange, {data, *size});
  if (exchange.refusal) {
    exchange.discarded += *size;
    exchange.incoming.body.clear();
    if (exchange.discarded > max_discarded) return MHD_NO;
  }
  *size = 0;
  return MHD_YES;
}

MHD_Result dispatch(MHD_Connection* connection, std::shared_ptr<Exchange> const& exchange) {
  if (exchange->refusal) return refuse(connection, *exchange, *exchange->refusal);
  exchange->incoming.upload = exchange->spool;
  hand_over(connection, exchange, Exchange::Phase::suspended, answer);
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
    case Exchange::Phase::head: return begin(connection, exchange, method, version);
    case Exchange::Phase::asked: return begin_upload(connection, *exchange);
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
  if (exchange.spool) --server.uploads;
  no_longer_owed(exchange);
}

}  // namespace sluice::net
