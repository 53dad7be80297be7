#pragma once

#include <functional>

#include "server/router.hpp"
#include "server/runs.hpp"
#include "server/streams.hpp"

namespace sluice::server {

/// What the API stands on. All must outlive it.
struct ApiParts {
  Runs& runs;
  Streams& streams;
  Access& access;
  std::function<json::Value()> health;  ///< the body of /healthz
  /// What runs are executed with whose client may not bring its own (Access::takes_credentials).
  AwsSettings own_settings;
  std::vector<Route> more = {};  ///< routes besides those of runs; what they use must outlive it
};

/// The HTTP API, as the handler of a net::Server: a table of routes. Thread-safe.
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
/// Who may ask what is the router's and its Access's business.
class Api {
 public:
  explicit Api(ApiParts parts);
  net::Response handle(net::Incoming const& request) { return router_.handle(request); }
  std::vector<Route> const& routes() const { return router_.routes(); }

 private:
  std::vector<Route> table();
  Result<void> choose_settings(AwsSettings& given) const;
  net::Response start(Call const& call);
  net::Response list(Call const& call);
  net::Response get(Call const& call);
  net::Response plan(Call const& call);
  net::Response events(Call const& call);
  net::Response stream(Call const& call, std::int64_t after);
  net::Response signal(Call const& call);
  net::Response resume(Call const& call);

  ApiParts parts_;
  Router router_;
};

}  // namespace sluice::server
