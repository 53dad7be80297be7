#include "server/server_process.hpp"

#include "base/log.hpp"
#include "base/strings.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

constexpr unsigned workers = 16;
constexpr std::size_t most_connections = 4096;

/// From one address: no more than a browser and a team's commands behind one router need.
constexpr std::size_t most_connections_of_one = 1024;

bool only_this_machine(std::string const& address) {
  auto parsed = net::parse_address(address);
  return address == "localhost" || (parsed && net::is_loopback(*parsed));
}

std::string in_url(std::string const& address) {
  return address.contains(':') ? "[" + address + "]" : address;
}

HostNames host_names(ServeOptions const& options) {
  HostNames hosts;
  hosts.names.insert(in_url(lower(options.address)));
  if (options.public_url) hosts.names.insert(in_url(options.public_url->host));
  hosts.any_address = options.address == "0.0.0.0" || options.address == "::";
  // Requests to these come from this machine, wherever else it listens.
  for (auto name : {"localhost", "127.0.0.1", "[::1]"}) hosts.names.insert(name);
  return hosts;
}

Result<void> check_protection(ServeOptions const& options) {
  if (only_this_machine(options.address) || options.tls || !options.proxies.empty()) return {};
  return fail(
      ErrorCode::invalid_input,
      "on " + options.address + " everybody on the network could read the tokens that pass",
      "Give a certificate with --tls-cert and --tls-key, name the proxy in front of it with "
      "--behind-proxy ADDRESS, or listen on 127.0.0.1.");
}

net::Response refused(Error const& error, net::Incoming const& request) {
  log::info("denied", {{"from", request.peer}, {"reason", error.message}});
  return problem(error);
}

}  // namespace

Result<ServerProcess::Opened> ServerProcess::open(ServeOptions options) {
  if (auto fine = check_protection(options); !fine) return std::unexpected(fine.error());
  options.host.take_up = options.own_settings;
  auto opened = Host::open(options.host);
  if (!opened) return std::unexpected(opened.error());
  if (auto* other = std::get_if<store::HeldBy>(&*opened)) return Opened(std::move(*other));
  auto host = std::get<std::unique_ptr<Host>>(std::move(*opened));
  std::unique_ptr<ServerProcess> process(new ServerProcess(std::move(options), std::move(host)));
  if (auto listening = process->listen(-1); !listening) return std::unexpected(listening.error());
  auto setup = process->host_->tokens().offer_setup();
  if (!setup) return std::unexpected(setup.error());
  process->setup_token_ = std::move(*setup);
  return Opened(std::move(process));
}

ServerProcess::ServerProcess(ServeOptions options, std::unique_ptr<Host> host)
    : options_(std::move(options)),
      proxies_(options_.proxies),
      host_(std::move(host)),
      access_(host_->tokens(), host_->failures(), host_names(options_)),
      api_(host_->api_parts(access_, options_.own_settings)) {}

ServerProcess::~ServerProcess() {
  host_->hand_over();
  // The streams that the host ends are this listener's, too; it waits for their clients.
  if (server_) server_->stop();
}

Result<void> ServerProcess::listen(int socket) {
  net::ServerOptions settings;
  settings.address = options_.address;
  settings.port = options_.port;
  settings.listening_socket = socket;
  settings.workers = workers;
  settings.max_connections = most_connections;
  // A proxy's connections are everybody's.
  if (proxies_.none()) settings.max_connections_per_address = most_connections_of_one;
  settings.max_body = Api::most_body;
  settings.body_limit = Api::body_limit;
  settings.uploads = api_.uploads(options_.host.state_folder / "packages");
  if (options_.tls) {
    auto identity = net::load_identity(options_.tls->certificate, options_.tls->key);
    if (!identity) return std::unexpected(identity.error());
    settings.tls = std::move(*identity);
  }
  auto listening =
      net::listen(settings, [this](net::Incoming const& request) { return handle(request); });
  if (!listening) return std::unexpected(listening.error());
  server_ = std::move(*listening);
  return {};
}

Result<void> ServerProcess::reload() {
  if (!options_.tls) return {};
  int const socket = server_->duplicate_socket();
  if (socket < 0) return fail(ErrorCode::unavailable, "there are no file descriptors left");
  // Both take connections of the same socket until the old one stops.
  auto former = std::move(server_);
  auto listening = listen(socket);
  if (!listening) server_ = std::move(former);
  return listening;
}

net::Response ServerProcess::handle(net::Incoming const& request) {
  if (proxies_.none()) return api_.handle(request);
  auto source = proxies_.source_of(request);
  if (!source) return refused(source.error(), request);
  auto const peer = net::parse_address(request.peer);
  bool const passed_on = proxies_.trusts(request.peer) || (peer && net::is_loopback(*peer));
  if (!options_.tls && !passed_on)
    return refused({ErrorCode::denied, "this server is reached through its proxy only", ""},
                   request);
  net::Incoming of_client = request;
  of_client.peer = std::move(*source);
  return api_.handle(of_client);
}

std::string ServerProcess::url() const {
  return (options_.tls ? "https://" : "http://") + in_url(options_.address) + ":" +
         std::to_string(server_->port());
}

}  // namespace sluice::server
