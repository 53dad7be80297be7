#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "server/access.hpp"
#include "server/rate_limit.hpp"

namespace sluice::server {

/// A request that was let in.
struct Call {
  net::Incoming const& request;
  Principal const& who;
  std::map<std::string, std::string> parameters;  ///< of the path, decoded
};

/// One thing that can be asked. The table of routes is the only way to a handler, so nothing is
/// reachable without a permission (operability M5).
struct Route {
  std::string method;
  std::string path;  ///< "/api/v1/runs/{run}": a part in braces is a parameter
  Permission permission = Permission::administer;
  std::function<net::Response(Call const&)> answer;
  /// Of a POST's body: one that a web page cannot send without being asked.
  std::string media_type = "application/json";
  /// The route of another protocol: `answer` finds out who asks, how often they may, and notes what
  /// was asked, and its refusals have that protocol's form.
  bool asks_itself = false;
};

/// What those are told who are known but may not do what they asked.
Error not_permitted(Principal const& who);

/// Finds the route of a request, asks who sent it and whether they may. Requests for other hosts
/// and those that web pages cause are refused first (operability M18), and a POST that is not
/// what its route takes (M21). Problems go out with a traceId. Whoever is known by a name has a
/// rate. Thread-safe.
class Router {
 public:
  /// The references must outlive it.
  Router(std::vector<Route> routes, Access& access, Clock& clock, RateLimitOptions rate = {});
  net::Response handle(net::Incoming const& request);
  /// Why a request may not even send its body; none: it may. It is asked again with its body.
  std::optional<net::Response> refusal(net::Incoming const& head);

  std::vector<Route> const& routes() const { return routes_; }

 private:
  net::Response unknown_principal(Error const& error, net::Incoming const& request) const;
  struct Found {
    Route const* route = nullptr;
    Principal who;
    std::map<std::string, std::string> parameters;
  };
  std::variant<net::Response, Found> find(net::Incoming const& request) const;
  std::variant<net::Response, Found> let_in(net::Incoming const& request, Found found) const;
  net::Response within_rate(net::Incoming const& request, Found const& found);
  net::Response finished(net::Incoming const& request, net::Response response) const;

  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> parts_;  ///< of each route's path
  Access& access_;
  Clock& clock_;
  RateLimit rate_;
};

}  // namespace sluice::server
