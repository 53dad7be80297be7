#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::net {

/// What came in. Path and query are as they stood on the wire (still escaped): signatures need
/// that.
struct Incoming {
  std::string method;
  std::string path;
  std::string query;
  Headers headers;
  std::string body;
  std::shared_ptr<BodySource const> upload;  ///< instead of `body`: see UploadOptions
  std::string peer;                          ///< address of the other side; "unix" on a socket file
};

/// Called on a worker thread with the complete request. Must not throw.
using Handler = std::function<Response(Incoming const&)>;

/// With what a server shows who it is.
struct TlsIdentity {
  std::string certificates;  ///< PEM: its own, then those that signed it
  Secret key;                ///< PEM
};

/// invalid_input: a file that cannot be read, is no PEM, has expired, or does not belong to the
/// other.
Result<TlsIdentity> load_identity(std::string const& certificate_file, std::string const& key_file);

/// Requests whose bodies are not held in memory but put on disk while they come.
struct UploadOptions {
  std::filesystem::path folder;  ///< made (0700) where it is missing; its parent exists
  std::size_t max_body = 0;
  std::size_t at_once = 16;  ///< more are answered 503
  /// Which those are, by method and path. Called on the server's thread: must be quick.
  std::function<bool(Incoming const&)> is_upload;
  /// Asked on a worker before the body is read; an answer refuses it. Must not throw.
  std::function<std::optional<Response>(Incoming const&)> refusal;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;   ///< 0: any free one
  std::string unix_socket;  ///< a path; then address and port are not used. Made with mode 0600.
  unsigned workers = 8;  ///< threads that run handlers at the same time, grown on demand up to this
  std::size_t max_connections = 1024;
  std::size_t max_connections_per_address = 0;  ///< 0: no other bound than that of all
  std::size_t max_body = 1 << 20;
  /// The same for one request, by its method and path, where requests differ; at most max_body.
  /// Called on the server's thread: must be quick. None: max_body for all.
  std::function<std::size_t(Incoming const&)> body_limit = {};
  /// Without a byte either way; a handler at work does not count. Zero: none.
  Duration idle_timeout = std::chrono::seconds(60);
  /// For a request's header, from its first byte to its last; a TLS handshake is part of the first.
  /// Over TCP only. Zero: none.
  Duration header_timeout = std::chrono::seconds(10);
  std::optional<TlsIdentity> tls;  ///< TLS 1.2 or 1.3 and nothing else; none: plain HTTP
  /// A socket that listens already, to go on with where another server stopped: no connection is
  /// refused in between. Owned from then on. -1: none, address and port are used.
  int listening_socket = -1;
  std::optional<UploadOptions> uploads;
};

/// libmicrohttpd with its laxness taken away (engineering 4.4): a request with two Content-Length,
/// a coding other than chunked, a bad field name, control characters, or not exactly one Host is
/// answered 400 and closed before its body is read; so is a folded or otherwise irregular line.
/// What is too large is 413, 414 or 431. Destroying it drains and stops.
class Server {
 public:
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// For ServerOptions::listening_socket; -1 where there are no descriptors left.
  virtual int duplicate_socket() const = 0;
  /// Refuses new requests, answers waiting ones 503, closes feeds and waits for the handlers that
  /// run: who lets a handler wait for something must wake it first. Clients get 5 s to take what is
  /// ready. Idempotent; not to be called from a handler.
  virtual void stop() = 0;
};

Result<std::unique_ptr<Server>> listen(ServerOptions options, Handler handler);

}  // namespace sluice::net
