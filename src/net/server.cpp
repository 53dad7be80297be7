#include "net/server.hpp"

#include <microhttpd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "net/server_exchange.hpp"
#include "net/server_socket.hpp"
#include "net/server_state.hpp"

namespace sluice::net {
namespace {

/// Holds a connection's header and its reading buffer.
constexpr std::size_t connection_memory = 64 << 10;
/// GnuTLS's usual ciphers, under the two versions that are not broken.
constexpr char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
/// How long `stop` waits for clients to take answers that are ready.
constexpr std::chrono::seconds drain_limit{5};

/// Whether it is the first call for this request: its header is complete, its body has not begun.
bool is_new(void* held) {
  return (*static_cast<std::shared_ptr<Exchange>*>(held))->phase == Exchange::Phase::head;
}

ServerState& state_of(void* self) { return *static_cast<ServerState*>(self); }

void* on_target(void* self, char const* target, MHD_Connection*) {
  return open_exchange(state_of(self), target);
}

/// Left escaped: "%2F" in a name must survive, and signatures cover what was on the wire.
std::size_t on_unescape(void*, MHD_Connection*, char* text) { return std::strlen(text); }

int socket_of(MHD_Connection* connection) {
  auto const* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

void on_connection(void* self, MHD_Connection* connection, void**,
                   MHD_ConnectionNotificationCode what) {
  auto& deadlines = state_of(self).deadlines;
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    deadlines.waits(socket_of(connection));
  else
    deadlines.closed(socket_of(connection));
}

MHD_Result on_request(void* self, MHD_Connection* connection, char const*, char const* method,
                      char const* version, char const* data, std::size_t* size, void** held) {
  if (is_new(*held)) state_of(self).deadlines.arrived(socket_of(connection));
  return advance_exchange(*held, connection, method, version, data, size);
}

void on_completed(void* self, MHD_Connection* connection, void** held,
                  MHD_RequestTerminationCode code) {
  if (*held) close_exchange(std::exchange(*held, nullptr));
  if (code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
    state_of(self).deadlines.waits(socket_of(connection));
}

__attribute__((format(printf, 2, 0))) void on_log(void*, char const* format, va_list values) {
  if (!log::enabled(log::Level::debug)) return;
  char text[512];
  std::vsnprintf(text, sizeof text, format, values);
  log::debug("http_server", {{"message", trim(text)}});
}

/// libmicrohttpd reads what it is given while it starts, and changes none of it.
void add_tls(TlsIdentity const& identity, std::vector<MHD_OptionItem>& options) {
  auto text = [](char const* bytes) { return const_cast<char*>(bytes); };
  options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, text(identity.certificates.c_str())});
  options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, text(identity.key.open().data())});
  options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, text(tls_priorities)});
}

class MicroServer final : public Server {
 public:
  MicroServer(ServerOptions options, Handler handler, ListeningSocket socket)
      : state_(std::move(options), std::move(handler)), socket_(std::move(socket)) {}
  ~MicroServer() override { stop(); }

  Result<void> start() {
    auto const& options = state_.options;
    auto idle = std::chrono::ceil<std::chrono::seconds>(options.idle_timeout).count();
    std::vector<MHD_OptionItem> more;
    if (options.max_connections_per_address)
      more.push_back({MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                      static_cast<std::intptr_t>(options.max_connections_per_address), nullptr});
    if (options.tls) add_tls(*options.tls, more);
    more.push_back({MHD_OPTION_END, 0, nullptr});
    unsigned const tls = options.tls ? MHD_USE_TLS : MHD_NO_FLAG;
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | tls, 0,
        nullptr, nullptr, on_request, &state_,               //
        MHD_OPTION_EXTERNAL_LOGGER, on_log, nullptr,         //
        MHD_OPTION_LISTEN_SOCKET, socket_.fd(),              //
        MHD_OPTION_URI_LOG_CALLBACK, on_target, &state_,     //
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, nullptr,  //
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, &state_,  //
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, &state_, MHD_OPTION_CONNECTION_LIMIT,
        static_cast<unsigned>(options.max_connections), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        connection_memory,  //
        MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(idle), MHD_OPTION_ARRAY, more.data(),
        MHD_OPTION_END);
    if (daemon_) return {};
    return fail(ErrorCode::unavailable, "the HTTP server could not be started",
                "check the limits on open files and memory");
  }

  std::uint16_t port() const override { return socket_.port(); }
  int duplicate_socket() const override { return socket_.duplicate(); }

  void stop() override {
    std::call_once(stopped_, [this] { drain(); });
  }

 private:
  void drain() {
    if (!daemon_) return;
    // libmicrohttpd aborts the process when it is stopped with a suspended connection, so
    // everything that is parked gets its answer or its end first.
    state_.draining = true;
    MHD_quiesce_daemon(daemon_);
    state_.pool.close();
    auto feeds = state_.feeds.with([](auto const& open) { return open; });
    for (auto const& feed : feeds) feed->close();
    state_.pool.join();
    {
      std::unique_lock lock(state_.mutex);
      state_.changed.wait_for(lock, drain_limit, [this] { return state_.owed == 0; });
    }
    MHD_stop_daemon(daemon_);
    daemon_ = nullptr;
    socket_.close();
  }

  ServerState state_;
  ListeningSocket socket_;
  MHD_Daemon* daemon_ = nullptr;
  std::once_flag stopped_;
};

}  // namespace

Result<std::unique_ptr<Server>> listen(ServerOptions options, Handler handler) {
  ENSURE(handler != nullptr);
  ENSURE(options.workers > 0);
  if (options.tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
    return fail(ErrorCode::unavailable, "this machine's libmicrohttpd was built without TLS",
                "Install one with it, or let a proxy speak TLS.");
  auto socket = ListeningSocket::open(options);
  if (!socket) return std::unexpected(socket.error());
  auto server =
      std::make_unique<MicroServer>(std::move(options), std::move(handler), std::move(*socket));
  if (auto started = server->start(); !started) return std::unexpected(started.error());
  return server;
}

}  // namespace sluice::net
