#include "server/api.hpp"

#include <algorithm>
#include <iterator>

#include "server/answers.hpp"
#include "server/openapi.hpp"
#include "server/problem.hpp"

namespace sluice::server {

Api::Api(ApiParts parts)
    : parts_(std::move(parts)),
      requests_(parts_.engine, parts_.clock, parts_.random),
      router_(table(), parts_.access, parts_.clock, parts_.rate) {}

std::function<net::Response(Call const&)> Api::once(Keyed keyed) {
  return [this, keyed](Call const& call) {
    bool required = !parts_.access.takes_credentials();
    return requests_.once(call, required, [this, keyed, &call](Attempt const& attempt) {
      return (this->*keyed)(call, attempt);
    });
  };
}

std::size_t Api::body_limit(net::Incoming const& head) {
  constexpr std::size_t usual = 1 << 20;
  return head.method == "POST" && head.path == "/api/v1/runs" ? most_body : usual;
}

std::vector<Route> Api::table() {
  using enum Permission;
  auto to = [this](Handler handler) {
    return [this, handler](Call const& call) { return (this->*handler)(call); };
  };
  auto health = [this](Call const&) { return answer(200, parts_.health()); };
  auto openapi = [](Call const&) {
    net::Response response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = openapi_document();
    return response;
  };
  std::vector<Route> routes = {
      {"GET", "/", anyone, to(&Api::page)},
      {"GET", "/healthz", anyone, health},
      {"GET", "/readyz", anyone, to(&Api::ready)},
      {"GET", "/metrics", view, to(&Api::metrics)},
      {"GET", "/api/v1/healthz", anyone, health},
      {"GET", "/api/v1/openapi.json", anyone, openapi},
      {"GET", "/api/v1/runs", view, to(&Api::list)},
      {"POST", "/api/v1/runs", operate, once(&Api::start)},
      {"GET", "/api/v1/runs/{run}", view, to(&Api::get)},
      {"GET", "/api/v1/runs/{run}/plan", view, to(&Api::plan)},
      {"GET", "/api/v1/runs/{run}/events", view, to(&Api::events)},
      // Each kind of signal has a permission of its own.
      {"POST", "/api/v1/runs/{run}/signals", view, once(&Api::signal)},
      {"POST", "/api/v1/runs/{run}/resume", operate, once(&Api::resume)},
      {"HEAD", "/api/v1/packages/{sha256}", operate, to(&Api::has_package)},
      {"PUT", "/api/v1/packages/{sha256}", operate, to(&Api::put_package)}};
  std::ranges::move(parts_.more, std::back_inserter(routes));
  return routes;
}

/// A server works with its own credentials. A client that sends others is told, for it would
/// believe that they were used.
Result<void> Api::choose_settings(AwsSettings& given) const {
  if (parts_.access.takes_credentials()) return {};
  bool any = !given.environment.empty() || given.profile || given.region || given.endpoint_url ||
             given.local_state;
  if (any)
    return fail(ErrorCode::invalid_input,
                "a server takes no AWS credentials, region or endpoint with a run",
                "It works with its own; a target's role and region stand in the release file.");
  given = parts_.own_settings;
  return {};
}

}  // namespace sluice::server
