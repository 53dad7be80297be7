#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/access.hpp"

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
};

/// What those are told who are known but may not do what they asked.
Error not_permitted(Principal const& who);

/// Finds the route of a request, asks who sent it and whether they may. Requests for other hosts
/// and those that web pages cause are refused first (operability M18). Thread-safe.
class Router {
 public:
  /// `access` must outlive it.
  Router(std::vector<Route> routes, Access& access);
  net::Response handle(net::Incoming const& request) const;

  std::vector<Route> const& routes() const { return routes_; }

 private:
  net::Response unknown_principal(Error const& error, net::Incoming const& request) const;
  net::Response permitted(Route const& route, Call const& call) const;

  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> parts_;  ///< of each route's path
  Access& access_;
};

}  // namespace sluice::server
