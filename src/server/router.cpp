#include "server/router.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "server/audit.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

net::Response wrong_method(std::vector<std::string> const& allowed) {
  std::string list = join(allowed, ", ");
  net::Response response =
      problem({ErrorCode::invalid_input, "this resource takes " + list + " only", ""});
  response.status = 405;
  response.headers.set("Allow", list);
  return response;
}

/// A page in a browser must not reach what listens on this machine (operability M18).
std::optional<net::Response> refuse_foreign(net::Incoming const& request, Access const& access) {
  std::string host = lower(request.headers.get("Host"));
  if (std::size_t colon = host.rfind(':'); colon != std::string::npos && !host.ends_with(']'))
    host.resize(colon);
  if (!access.is_our_host(host))
    return problem({ErrorCode::denied,
                    "requests for the host '" + printable(host) + "' are not answered here", ""});
  auto const& site = request.headers.get("Sec-Fetch-Site");
  bool page = request.headers.contains("Origin") || (!site.empty() && site != "none");
  if (page) return problem({ErrorCode::denied, "requests of web pages are not answered here", ""});
  return std::nullopt;
}

std::vector<std::string> parts_of(std::string_view path) {
  return split(path.substr(std::min<std::size_t>(1, path.size())), '/');
}

bool is_parameter(std::string const& part) { return part.starts_with('{'); }

/// The parameters of the path, where it is one of that route.
std::optional<std::map<std::string, std::string>> match(std::vector<std::string> const& route,
                                                        std::vector<std::string> const& path) {
  if (route.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (!is_parameter(route[i])) {
      if (route[i] != path[i]) return std::nullopt;
    } else if (path[i].empty()) {
      return std::nullopt;
    } else {
      found[route[i].substr(1, route[i].size() - 2)] = path[i];
    }
  }
  return found;
}

}  // namespace

Error not_permitted(Principal const& who) {
  return {ErrorCode::denied, "'" + printable(who.name) + "' may not do this",
          "An administrator can make a token with another role."};
}

Router::Router(std::vector<Route> routes, Access& access)
    : routes_(std::move(routes)), access_(access) {
  for (auto const& route : routes_) parts_.push_back(parts_of(route.path));
}

net::Response Router::unknown_principal(Error const& error, net::Incoming const& request) const {
  auto refused = problem(error);
  if (error.code == ErrorCode::denied) {
    refused.status = 401;
    refused.headers.set("WWW-Authenticate", "Bearer");
  }
  if (error.code == ErrorCode::throttled) {
    auto wait = std::chrono::ceil<std::chrono::seconds>(access_.retry_after(request));
    refused.headers.set("Retry-After", std::to_string(std::max<long>(1, wait.count())));
  }
  return refused;
}

net::Response Router::permitted(Route const& route, Call const& call) const {
  if (!may(call.who, route.permission)) {
    audit("denied", call.who, call.request);
    return problem(not_permitted(call.who));
  }
  auto response = route.answer(call);
  if (route.method != "GET")
    audit("command", call.who, call.request, {{"status", response.status}});
  return response;
}

net::Response Router::handle(net::Incoming const& request) const {
  if (auto refused = refuse_foreign(request, access_)) return *refused;
  std::vector<std::string> path;
  for (auto const& part : parts_of(request.path)) {
    auto decoded = net::percent_decode(part);
    if (!decoded) return problem(decoded.error());
    path.push_back(std::move(*decoded));
  }
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    auto parameters = match(parts_[i], path);
    if (!parameters) continue;
    auto const& route = routes_[i];
    if (route.method != request.method) {
      allowed.push_back(route.method);
      continue;
    }
    Principal who;
    if (route.permission != Permission::anyone) {
      auto known = access_.principal_of(request);
      if (!known) return unknown_principal(known.error(), request);
      who = std::move(*known);
    }
    auto response = permitted(route, {request, who, std::move(*parameters)});
    log::debug("api",
               {{"method", request.method}, {"path", request.path}, {"status", response.status}});
    return response;
  }
  if (!allowed.empty()) return wrong_method(allowed);
  return problem({ErrorCode::not_found, "there is no resource " + printable(request.path), ""});
}

}  // namespace sluice::server
