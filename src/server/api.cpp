#include "server/api.hpp"

#include <algorithm>
#include <charconv>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "server/problem.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t page_events = 1000;

net::Response answer(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = body.dump();
  return response;
}

net::Response nothing() {
  net::Response response;
  response.status = 204;
  return response;
}

net::Response wrong_method(std::string const& allowed) {
  net::Response response =
      problem({ErrorCode::invalid_input, "this resource takes " + allowed + " only", ""});
  response.status = 405;
  response.headers.set("Allow", allowed);
  return response;
}

net::Response no_resource(net::Incoming const& request) {
  return problem({ErrorCode::not_found, "there is no resource " + printable(request.path), ""});
}

/// A page in a browser must not reach what listens on this machine (operability M18).
std::optional<net::Response> refuse_foreign(net::Incoming const& request) {
  std::string host = lower(request.headers.get("Host"));
  if (std::size_t colon = host.rfind(':'); colon != std::string::npos && !host.ends_with(']'))
    host.resize(colon);
  bool local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  if (!local)
    return problem({ErrorCode::denied,
                    "requests for the host '" + printable(host) + "' are not answered here", ""});
  auto const& site = request.headers.get("Sec-Fetch-Site");
  bool page = request.headers.contains("Origin") || (!site.empty() && site != "none");
  if (page) return problem({ErrorCode::denied, "requests of web pages are not answered here", ""});
  return std::nullopt;
}

Result<json::Value> body_of(net::Incoming const& request) {
  auto body = json::parse(request.body);
  if (!body) return fail(body.error(), "read the request");
  return body;
}

bool wants_stream(net::Incoming const& request) {
  return request.headers.get("Accept").contains("text/event-stream");
}

}  // namespace

net::Response Api::handle(net::Incoming const& request) {
  if (auto refused = refuse_foreign(request)) return *refused;
  std::vector<std::string> path;
  for (auto const& part :
       split(request.path.substr(std::min<std::size_t>(1, request.path.size())), '/')) {
    auto decoded = net::percent_decode(part);
    if (!decoded) return problem(decoded.error());
    path.push_back(std::move(*decoded));
  }
  net::Response response = route(request, path);
  log::debug("api",
             {{"method", request.method}, {"path", request.path}, {"status", response.status}});
  return response;
}

net::Response Api::route(net::Incoming const& request, std::vector<std::string> const& path) {
  bool health = path == std::vector<std::string>{"healthz"} ||
                path == std::vector<std::string>{"api", "v1", "healthz"};
  if (health) return request.method == "GET" ? answer(200, parts_.health()) : wrong_method("GET");
  bool ours = path.size() >= 3 && path[0] == "api" && path[1] == "v1" && path[2] == "runs";
  if (!ours || path.size() > 5) return no_resource(request);
  if (path.size() > 3) return run_route(request, path[3], path.size() > 4 ? path[4] : "");
  if (request.method == "POST") return start(request);
  return request.method == "GET" ? list(request) : wrong_method("GET, POST");
}

net::Response Api::run_route(net::Incoming const& request, std::string const& run,
                             std::string const& part) {
  bool command = part == "signals" || part == "resume";
  bool known = command || part.empty() || part == "plan" || part == "events";
  if (!known) return no_resource(request);
  if (request.method != (command ? "POST" : "GET")) return wrong_method(command ? "POST" : "GET");
  if (part == "signals") return signal(request, run);
  if (part == "resume") return resume(request, run);
  if (part == "events") return events(request, run);
  if (part == "plan") {
    auto plan = parts_.runs.plan(run);
    return plan ? answer(200, plan::to_json(*plan)) : problem(plan.error());
  }
  auto row = parts_.runs.get(run);
  return row ? answer(200, to_json(*row)) : problem(row.error());
}

net::Response Api::start(net::Incoming const& request) {
  auto body = body_of(request);
  if (!body) return problem(body.error());
  auto run = new_run(*body);
  if (!run) return problem(run.error());
  auto started = parts_.runs.start(std::move(*run));
  if (!started) return problem(started.error());
  if (started->busy) return busy_problem(*started->busy);
  json::Value out{{"run", started->run}};
  if (auto const& queued = started->queued)
    out.set("queued", json::Value{{"lock", queued->lock}, {"behind", queued->run}});
  net::Response response = answer(201, out);
  response.headers.set("Location", "/api/v1/runs/" + started->run);
  return response;
}

net::Response Api::list(net::Incoming const& request) {
  auto filter = run_filter(request.query);
  if (!filter) return problem(filter.error());
  auto rows = parts_.runs.list(*filter);
  if (!rows) return problem(rows.error());
  json::Value runs = json::Array{};
  for (auto const& row : *rows) runs.push(to_json(row));
  return answer(200, json::Value{{"runs", runs}});
}

net::Response Api::events(net::Incoming const& request, std::string const& run) {
  auto after = after_of(request.query);
  if (!after) return problem(after.error());
  if (wants_stream(request)) return stream(request, run, *after);
  auto events = parts_.runs.events(run, *after);
  if (!events) return problem(events.error());
  json::Value page = json::Array{};
  for (auto const& event : *events) {
    if (page.items().size() == page_events) break;
    page.push(to_json(event));
  }
  bool more = events->size() > page_events;
  return answer(200, json::Value{{"events", page}, {"more", more}});
}

net::Response Api::stream(net::Incoming const& request, std::string const& run,
                          std::int64_t after) {
  if (auto row = parts_.runs.get(run); !row) return problem(row.error());
  if (auto const& last = request.headers.get("Last-Event-ID"); !last.empty()) {
    auto [end, wrong] = std::from_chars(last.data(), last.data() + last.size(), after);
    if (wrong != std::errc() || end != last.data() + last.size() || after < 0)
      return problem({ErrorCode::invalid_input, "Last-Event-ID is no number of an event", ""});
  }
  net::Response response;
  response.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}};
  response.feed = [this, run, after](std::shared_ptr<net::Feed> feed) {
    parts_.streams.add(run, after, std::move(feed));
  };
  return response;
}

net::Response Api::signal(net::Incoming const& request, std::string const& run) {
  auto body = body_of(request);
  if (!body) return problem(body.error());
  auto signal = signal_of(*body);
  if (!signal) return problem(signal.error());
  auto sent = parts_.runs.signal(run, *signal);
  return sent ? nothing() : problem(sent.error());
}

net::Response Api::resume(net::Incoming const& request, std::string const& run) {
  auto body = body_of(request);
  if (!body) return problem(body.error());
  auto settings = resume_settings(*body);
  if (!settings) return problem(settings.error());
  auto resumed = parts_.runs.resume(run, *settings);
  return resumed ? nothing() : problem(resumed.error());
}

}  // namespace sluice::server
