#pragma once

#include <functional>

#include "server/metrics.hpp"
#include "server/query.hpp"
#include "server/requests.hpp"
#include "server/runs.hpp"
#include "server/streams.hpp"
#include "store/packages.hpp"

namespace sluice::server {

/// One thing that must hold for the server to do its work.
struct ReadyCheck {
  std::string name;
  bool ok = true;
  std::string reason;  ///< why not
};

/// What the API stands on. All must outlive it.
struct ApiParts {
  Runs& runs;
  Streams& streams;
  Access& access;
  engine::Engine& engine;
  store::Packages& packages;
  Clock& clock;
  Random& random;
  Metrics& metrics;
  std::function<json::Value()> health;  ///< the body of /healthz
  /// What /readyz asks besides the store: lease, clock. May be empty.
  std::function<std::vector<ReadyCheck>()> ready_checks;
  /// What runs are executed with whose client may not bring its own (Access::takes_credentials).
  AwsSettings own_settings;
  RateLimitOptions rate;
  std::vector<Route> more = {};  ///< routes besides its own; what they use must outlive it
};

/// The HTTP API, as the handler of a net::Server, one for each listener: a table of routes,
/// described in docs/reference/openapi.json and docs/reference/api.md. Thread-safe.
///
/// Who may ask what is the router's and its Access's business.
class Api {
 public:
  explicit Api(ApiParts parts);
  Api(Api const&) = delete;
  net::Response handle(net::Incoming const& request) { return router_.handle(request); }
  std::vector<Route> const& routes() const { return router_.routes(); }
  /// How much a net::Server holds of a request before it is asked who sends it: a plan with many
  /// functions is large, nothing else is.
  static std::size_t body_limit(net::Incoming const& head);
  static constexpr std::size_t most_body = 16 << 20;
  /// How a net::Server takes packages: streamed to `folder`, after it was asked who sends them.
  net::UploadOptions uploads(std::filesystem::path folder);

 private:
  using Handler = net::Response (Api::*)(Call const&);
  using Keyed = net::Response (Api::*)(Call const&, Attempt const&);

  std::vector<Route> table();
  /// A POST with effects: carried out once for each Idempotency-Key, which TCP requires.
  std::function<net::Response(Call const&)> once(Keyed keyed);
  Result<void> choose_settings(AwsSettings& given) const;

  net::Response start(Call const& call, Attempt const& attempt);
  std::optional<net::Response> started_before(Attempt const& attempt, AwsSettings const& aws);
  struct ListPage {
    std::vector<store::RunRow> rows;
    std::optional<std::string> next;  ///< a cursor
  };
  Result<ListPage> list_page(store::RunFilter const& filter);
  net::Response list(Call const& call);
  net::Response get(Call const& call);
  net::Response plan(Call const& call);
  net::Response resume(Call const& call, Attempt const& attempt);

  net::Response signal(Call const& call, Attempt const& attempt);
  Result<bool> was_journalled(std::string const& run, std::string const& request);

  net::Response events(Call const& call);
  net::Response stream(Call const& call, EventsQuery const& query);

  net::Response ready(Call const& call);
  net::Response metrics(Call const& call);
  net::Response page(Call const& call);

  net::Response has_package(Call const& call);
  net::Response put_package(Call const& call);

  ApiParts parts_;
  Requests requests_;
  Router router_;
};

}  // namespace sluice::server
