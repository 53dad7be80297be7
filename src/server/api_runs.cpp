#include "server/answers.hpp"
#include "server/api.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

std::string const& run_of(Call const& call) { return call.parameters.at("run"); }

net::Response started_answer(std::string const& run, std::optional<store::Busy> const& queued) {
  json::Value out{{"run", run}};
  if (queued) out.set("queued", json::Value{{"lock", queued->lock}, {"behind", queued->run}});
  net::Response response = answer(201, out);
  response.headers.set("Location", "/api/v1/runs/" + run);
  return response;
}

/// Everything that is wrong with a plan, at once.
std::optional<net::Response> refuse_plan(plan::Plan const& plan) {
  auto problems = plan::problems_of(plan);
  if (problems.empty()) return std::nullopt;
  std::vector<FieldError> parts;
  for (auto const& text : problems)
    parts.push_back({{ErrorCode::invalid_input, text, ""}, "/plan"});
  Error error{ErrorCode::invalid_input, "the plan cannot be run: " + problems.front(), ""};
  return problem(error, parts);
}

}  // namespace

net::Response Api::get(Call const& call) {
  auto row = parts_.runs.get(run_of(call));
  return row ? answer(200, to_json(*row)) : problem(row.error());
}

net::Response Api::plan(Call const& call) {
  auto plan = parts_.runs.plan(run_of(call));
  return plan ? answer(200, plan::to_json(*plan)) : problem(plan.error());
}

Result<Api::ListPage> Api::list_page(store::RunFilter const& filter) {
  // One more than asked for tells whether anything stands behind them.
  store::RunFilter wider = filter;
  ++wider.limit;
  auto rows = parts_.runs.list(wider);
  if (!rows) return std::unexpected(rows.error());
  ListPage page{std::move(*rows), std::nullopt};
  if (page.rows.size() <= filter.limit) return page;
  page.rows.resize(filter.limit);
  page.next = next_runs(filter, page.rows.back().id);
  return page;
}

net::Response Api::list(Call const& call) {
  auto filter = run_filter(call.request.query);
  if (!filter) return problem(filter.error());
  auto page = list_page(*filter);
  if (!page) return problem(page.error());
  json::Value runs = json::Array{};
  for (auto const& row : page->rows) runs.push(to_json(row));
  json::Value body{{"runs", std::move(runs)}};
  if (page->next) body.set("next", *page->next);
  return answer(200, body);
}

/// The answer of a request that was carried out before, where it was: its run is there.
std::optional<net::Response> Api::started_before(Attempt const& attempt, AwsSettings const& aws) {
  auto row = parts_.runs.get(attempt.run);
  if (!row && row.error().code == ErrorCode::not_found) return std::nullopt;
  if (!row) return problem(row.error());
  if (!row->ended && row->owner.empty()) {
    // It was written, and the process died before it did anything for it.
    auto resumed = parts_.runs.resume(attempt.run, aws);
    if (!resumed && resumed.error().code != ErrorCode::conflict) return problem(resumed.error());
  }
  std::optional<store::Busy> queued;
  if (auto const& waits = row->summary["queued"]; waits.is_object())
    queued = store::Busy{waits["lock"].as_string(), waits["behind"].as_string()};
  return started_answer(row->id, queued);
}

net::Response Api::start(Call const& call, Attempt const& attempt) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto run = new_run(*body);
  if (!run) return field_problem(run.error());
  if (auto refused = refuse_plan(run->plan)) return *refused;
  if (auto chosen = choose_settings(run->aws); !chosen) return problem(chosen.error());
  if (attempt.again)
    if (auto before = started_before(attempt, run->aws)) return *before;
  if (!call.who.name.empty()) run->requester = call.who.name;
  run->id = attempt.run;
  AwsSettings aws = run->aws;
  auto started = parts_.runs.start(std::move(*run));
  if (!started && started.error().code == ErrorCode::conflict && attempt.again)
    if (auto before = started_before(attempt, aws)) return *before;
  if (!started) return problem(started.error());
  if (started->busy) return busy_problem(*started->busy);
  return started_answer(started->run, started->queued);
}

/// Resuming a run that is executed changes nothing: it can be repeated as it is.
net::Response Api::resume(Call const& call, Attempt const&) {
  auto body = body_of(call.request);
  if (!body) return problem(body.error());
  auto settings = resume_settings(*body);
  if (!settings) return field_problem(settings.error());
  if (auto chosen = choose_settings(*settings); !chosen) return problem(chosen.error());
  auto resumed = parts_.runs.resume(run_of(call), *settings);
  return resumed ? nothing() : problem(resumed.error());
}

}  // namespace sluice::server
