#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/secret.hpp"
#include "server/host.hpp"
#include "server/proxies.hpp"
#include "server/token_access.hpp"

namespace sluice::server {

struct ServeOptions {
  HostOptions host;
  /// With which it executes its runs: those that come over TCP, and the unfinished ones it finds.
  AwsSettings own_settings;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  /// Where others reach it, where that is not what it listens on: "https://sluice.example".
  std::optional<net::Url> public_url;
  /// PEM files; with them it speaks TLS and nothing else.
  struct TlsFiles {
    std::string certificate, key;
  };
  std::optional<TlsFiles> tls;
  /// Proxies in front of it, which speak TLS with the clients.
  std::vector<net::AddressRange> proxies;
};

/// `sluice serve`: the process that holds a store, executes its runs, and serves the API over TCP
/// to those who show a token, besides the Unix socket of every Host to this user's own commands.
///
/// What it finds unfinished at its start it goes on with (TakeUp). On a shared store several of
/// them have their shares of the runs (engine::Node), and each has a state folder of its own.
class ServerProcess {
 public:
  using Opened = std::variant<std::unique_ptr<ServerProcess>, store::HeldBy>;
  /// Takes the store and listens, or says who has the store. Returns at once. Refused
  /// (invalid_input): an address that others reach, without anything that protects what is sent.
  static Result<Opened> open(ServeOptions options);
  /// Takes no more requests, ends the streams, lets the runs go without ending them, gives the
  /// store up. Steps at work are asked to return and are waited for. On a shared store the runs are
  /// handed over first: other servers go on while this one still answers.
  ~ServerProcess();
  ServerProcess(ServerProcess const&) = delete;

  /// Reads certificate and key anew and shows them from now on. Streams break off and are taken up
  /// again; no connection is refused. An error: the old ones stay in force.
  Result<void> reload();

  /// Where it listens, as a URL without a path.
  std::string url() const;
  Host& host() { return *host_; }
  /// To log in with for the first time; none where there is a token already.
  std::optional<Secret> const& setup_token() const { return setup_token_; }

 private:
  ServerProcess(ServeOptions options, std::unique_ptr<Host> host);
  Result<void> listen(int socket);
  net::Response handle(net::Incoming const& request);

  ServeOptions const options_;
  Proxies const proxies_;
  std::unique_ptr<Host> host_;
  std::optional<Secret> setup_token_;
  TokenAccess access_;
  Api api_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace sluice::server
