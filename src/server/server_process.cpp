#include "server/server_process.hpp"

#include <arpa/inet.h>

#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t most_body = 16 << 20;  // a plan with many functions
constexpr unsigned workers = 16;
constexpr std::size_t most_connections = 4096;

bool is_loopback(std::string const& address) {
  if (address == "localhost" || address == "::1") return true;
  in_addr four{};
  return inet_pton(AF_INET, address.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
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
  if (is_loopback(options.address)) return {};
  return fail(ErrorCode::invalid_input,
              "listening on " + options.address +
                  " would let tokens pass over the network for everybody to read",
              "Listen on 127.0.0.1.");
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
  if (auto listening = process->listen(); !listening) return std::unexpected(listening.error());
  auto setup = process->host_->tokens().offer_setup();
  if (!setup) return std::unexpected(setup.error());
  process->setup_token_ = std::move(*setup);
  return Opened(std::move(process));
}

ServerProcess::ServerProcess(ServeOptions options, std::unique_ptr<Host> host)
    : options_(std::move(options)),
      host_(std::move(host)),
      access_(host_->tokens(), host_->failures(), host_names(options_)),
      api_(host_->api_parts(access_, options_.own_settings)) {}

ServerProcess::~ServerProcess() {
  // The streams that the host ends are this listener's, too; it waits for their clients.
  if (server_) server_->stop();
}

Result<void> ServerProcess::listen() {
  net::ServerOptions settings;
  settings.address = options_.address;
  settings.port = options_.port;
  settings.workers = workers;
  settings.max_connections = most_connections;
  settings.max_body = most_body;
  settings.uploads = api_.uploads(options_.host.state_folder / "packages");
  auto listening =
      net::listen(settings, [this](net::Incoming const& request) { return api_.handle(request); });
  if (!listening) return std::unexpected(listening.error());
  server_ = std::move(*listening);
  return {};
}

std::string ServerProcess::url() const {
  return "http://" + in_url(options_.address) + ":" + std::to_string(server_->port());
}

}  // namespace sluice::server
