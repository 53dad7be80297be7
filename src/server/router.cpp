#include "server/router.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"
#include "server/audit.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

net::Response wrong_method(std::vector<std::string> const& allowed) {
  std::string list = join(allowed, ", ");
  net::Response response = restated(
      problem({ErrorCode::invalid_input, "this resource takes " + list + " only", ""}), 405);
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
  // Our own page may lead to another of its kind; it changes nothing.
  bool ours = site.empty() || site == "none" || (site == "same-origin" && request.method == "GET");
  bool page = request.headers.contains("Origin") || !ours;
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

bool has_type(net::Incoming const& request, std::string const& wanted) {
  auto type = lower(request.headers.get("Content-Type"));
  return trim(std::string_view(type).substr(0, type.find(';'))) == wanted;
}

/// 128 random bits, as trace ids have them (W3C Trace Context).
std::string new_trace() {
  std::string bytes;
  for (int i = 0; i < 2; ++i) {
    std::uint64_t word = system_random().next();
    bytes.append(reinterpret_cast<char const*>(&word), sizeof word);
  }
  return hex(bytes);
}

}  // namespace

Error not_permitted(Principal const& who) {
  return {ErrorCode::denied, "'" + printable(who.name) + "' may not do this",
          "An administrator can make a token with another role."};
}

Router::Router(std::vector<Route> routes, Access& access, Clock& clock, RateLimitOptions rate)
    : routes_(std::move(routes)), access_(access), clock_(clock), rate_(rate) {
  for (auto const& route : routes_) parts_.push_back(parts_of(route.path));
}

net::Response Router::unknown_principal(Error const& error, net::Incoming const& request) const {
  auto refused = problem(error);
  if (error.code == ErrorCode::denied) {
    refused = restated(std::move(refused), 401);
    refused.headers.set("WWW-Authenticate", "Bearer");
  }
  if (error.code == ErrorCode::throttled) {
    auto wait = std::chrono::ceil<std::chrono::seconds>(access_.retry_after(request));
    refused.headers.set("Retry-After", std::to_string(std::max<long>(1, wait.count())));
  }
  return refused;
}

std::variant<net::Response, Router::Found> Router::find(net::Incoming const& request) const {
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
    if (routes_[i].method == request.method)
      return let_in(request, {&routes_[i], {}, std::move(*parameters)});
    allowed.push_back(routes_[i].method);
  }
  if (!allowed.empty()) return wrong_method(allowed);
  return problem({ErrorCode::not_found, "there is no resource " + printable(request.path), ""});
}

std::variant<net::Response, Router::Found> Router::let_in(net::Incoming const& request,
                                                          Found found) const {
  if (found.route->permission != Permission::anyone) {
    auto known = access_.principal_of(request);
    if (!known) return unknown_principal(known.error(), request);
    found.who = std::move(*known);
  }
  if (!may(found.who, found.route->permission)) {
    audit("denied", found.who, request);
    return problem(not_permitted(found.who));
  }
  // Forms and plain text are what a foreign page can send without being asked.
  if (request.method == "POST" && !has_type(request, found.route->media_type))
    return restated(
        problem({ErrorCode::invalid_input, "the body must be " + found.route->media_type,
                 "Say so in the Content-Type field."}),
        415);
  return found;
}

net::Response Router::within_rate(net::Incoming const& request, Found const& found) {
  bool counted = !found.who.name.empty() && !access_.takes_credentials();
  RateLimit::Verdict verdict;
  if (counted) verdict = rate_.take(found.who.name, clock_.monotonic());
  auto response = verdict.allowed
                      ? found.route->answer({request, found.who, found.parameters})
                      : problem({ErrorCode::throttled, "too many requests", "Send them slower."});
  if (counted) rate_.tell(verdict, response.headers);
  bool const looks = request.method == "GET" || request.method == "HEAD";
  if (!looks && !found.route->asks_itself)
    audit("command", found.who, request, {{"status", response.status}});
  return response;
}

net::Response Router::finished(net::Incoming const& request, net::Response response) const {
  std::string trace = new_trace();
  log::debug("api", {{"trace", trace},
                     {"method", request.method},
                     {"path", request.path},
                     {"status", response.status}});
  response.headers.set("X-Content-Type-Options", "nosniff");
  if (response.status < 400) return response;
  return traced(std::move(response), trace, access_.takes_credentials());
}

net::Response Router::handle(net::Incoming const& request) {
  auto found = find(request);
  if (auto* refused = std::get_if<net::Response>(&found))
    return finished(request, std::move(*refused));
  return finished(request, within_rate(request, std::get<Found>(found)));
}

std::optional<net::Response> Router::refusal(net::Incoming const& head) {
  auto found = find(head);
  if (auto* refused = std::get_if<net::Response>(&found))
    return finished(head, std::move(*refused));
  return std::nullopt;
}

}  // namespace sluice::server
