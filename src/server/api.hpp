#pragma once

#include <functional>

#include "net/server.hpp"
#include "server/runs.hpp"
#include "server/streams.hpp"

namespace sluice::server {

/// What the API stands on. All must outlive it.
struct ApiParts {
  Runs& runs;
  Streams& streams;
  std::function<json::Value()> health;  ///< the body of /healthz
};

/// The HTTP API, as the handler of a net::Server. Thread-safe.
///
///   POST /api/v1/runs                   a new run → 201 {"run"}; 409 "busy" names lock and run
///   GET  /api/v1/runs                   ?state, name, function, before, limit (at most 200)
///   GET  /api/v1/runs/ID                its row
///   GET  /api/v1/runs/ID/plan
///   GET  /api/v1/runs/ID/events         ?after=SEQ: {"events", "more"}; with
///                                       Accept: text/event-stream the live stream
///   POST /api/v1/runs/ID/signals        {"kind", "node", "by", "reason", "data"} → 204
///   POST /api/v1/runs/ID/resume         {"aws"} → 204
///   GET  /api/v1/healthz, /healthz
///
/// It does not ask who calls: whoever reaches it may do everything. On a Unix socket that is the
/// user whose folder it lies in (mode 0700, the socket 0600). Requests for another host than
/// localhost and those that a web page causes are refused (operability M18).
class Api {
 public:
  explicit Api(ApiParts parts) : parts_(std::move(parts)) {}
  net::Response handle(net::Incoming const& request);

 private:
  net::Response route(net::Incoming const& request, std::vector<std::string> const& path);
  net::Response run_route(net::Incoming const& request, std::string const& run,
                          std::string const& part);
  net::Response start(net::Incoming const& request);
  net::Response list(net::Incoming const& request);
  net::Response events(net::Incoming const& request, std::string const& run);
  net::Response stream(net::Incoming const& request, std::string const& run, std::int64_t after);
  net::Response signal(net::Incoming const& request, std::string const& run);
  net::Response resume(net::Incoming const& request, std::string const& run);

  ApiParts parts_;
};

}  // namespace sluice::server
