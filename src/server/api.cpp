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

Result<json::Value> body_of(net::Incoming const& request) {
  auto body = json::parse(request.body);
  if (!body) return fail(body.error(), "read the request");
  return body;
}

bool wants_stream(net::Incoming const& request) {
  return request.headers.get("Accept").contains("text/event-stream");
}

/// What a plan asks people is answered by those who may approve; the rest is operation.
Permission permission_for(std::string const& signal) {
  bool answers = signal == "approve" || signal == "reject";
  return answers ? Permission::approve : Permission::operate;
}

std::string const& run_of(Call const& call) { return call.parameters.at("run"); }

}  // namespace

Api::Api(ApiParts parts) : parts_(std::move(parts)), router_(table(), parts_.access) {}

std::vector<Route> Api::table() {
  using enum Permission;
  auto to = [this](net::Response (Api::*answer)(Call const&)) {
    return [this, answer](Call const& call) { return (this->*answer)(call); };
  };
  auto health = [this](Call const&) { return answer(200, parts_.health()); };
  std::vector<Route> routes = {{"GET", "/healthz", anyone, health},
                               {"GET", "/api/v1/healthz", anyone, health},
                               {"GET", "/api/v1/runs", view, to(&Api::list)},
                               {"POST", "/api/v1/runs", operate, to(&Api::start)},
                               {"GET", "/api/v1/runs/{run}", view, to(&Api::get)},
                               {"GET", "/api/v1/runs/{run}/plan", view, to(&Api::plan)},
                               {"GET", "/api/v1/runs/{run}/events", view, to(&Api::events)},
                               {"POST", "/api/v1/runs/{run}/signals", view, to(&Api::signal)},
                               {"POST", "/api/v1/runs/{run}/resume", operate, to(&Api::resume)}};
  std::ranges::move(parts_.more, std::back_inserter(routes));
  return routes;
}

net::Response Api::get(Call const& call) {
  auto row = parts_.runs.get(run_of(call));
  return row ? answer(200, to_json(*row)) : problem(row.error());
}

net::Response Api::plan(Call const& call) {
  auto plan = parts_.runs.plan(run_of(call));
  return plan ? answer(200, plan::to_json(*plan)) : problem(plan.error());
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

net::Response Api::start(Call const& call) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto run = new_run(*body);
  if (!run) return problem(run.error());
  if (auto chosen = choose_settings(run->aws); !chosen) return problem(chosen.error());
  if (!call.who.name.empty()) run->requester = call.who.name;
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

net::Response Api::list(Call const& call) {
  auto filter = run_filter(call.request.query);
  if (!filter) return problem(filter.error());
  auto rows = parts_.runs.list(*filter);
  if (!rows) return problem(rows.error());
  json::Value runs = json::Array{};
  for (auto const& row : *rows) runs.push(to_json(row));
  return answer(200, json::Value{{"runs", runs}});
}

net::Response Api::events(Call const& call) {
  auto after = after_of(call.request.query);
  if (!after) return problem(after.error());
  if (wants_stream(call.request)) return stream(call, *after);
  auto events = parts_.runs.events(run_of(call), *after);
  if (!events) return problem(events.error());
  json::Value page = json::Array{};
  for (auto const& event : *events) {
    if (page.items().size() == page_events) break;
    page.push(to_json(event));
  }
  bool more = events->size() > page_events;
  return answer(200, json::Value{{"events", page}, {"more", more}});
}

net::Response Api::stream(Call const& call, std::int64_t after) {
  auto const& run = run_of(call);
  if (auto row = parts_.runs.get(run); !row) return problem(row.error());
  if (auto const& last = call.request.headers.get("Last-Event-ID"); !last.empty()) {
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

net::Response Api::signal(Call const& call) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto signal = signal_of(*body);
  if (!signal) return problem(signal.error());
  if (!may(call.who, permission_for(signal->kind))) return problem(not_permitted(call.who));
  if (!call.who.name.empty()) signal->by = call.who.name;
  auto sent = parts_.runs.signal(run_of(call), *signal);
  return sent ? nothing() : problem(sent.error());
}

net::Response Api::resume(Call const& call) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto settings = resume_settings(*body);
  if (!settings) return problem(settings.error());
  if (auto chosen = choose_settings(*settings); !chosen) return problem(chosen.error());
  auto resumed = parts_.runs.resume(run_of(call), *settings);
  return resumed ? nothing() : problem(resumed.error());
}

}  // namespace sluice::server
