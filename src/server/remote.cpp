#include "server/remote.hpp"

#include "server/problem.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t most_runs = 200;  // of one answer
constexpr char root[] = "/api/v1/runs";

std::string run_path(std::string const& run, std::string const& part = {}) {
  return std::string(root) + "/" + net::percent_encode(run) + (part.empty() ? "" : "/" + part);
}

}  // namespace

RemoteRuns::RemoteRuns(net::Client& client, RemoteOptions options)
    : client_(client), api_(client, std::move(options)) {}

bool RemoteRuns::answers(Duration timeout, std::stop_token stop) {
  net::Request request;
  request.url = "/api/v1/healthz";
  auto response = api_.exchange_once(std::move(request), timeout, std::move(stop));
  return response && response->status == 200;
}

Result<engine::Started> RemoteRuns::start(NewRun run) {
  auto response = api_.post(root, to_json(run));
  if (!response) return std::unexpected(response.error());
  if (auto busy = busy_of(*response)) return engine::Started{"", std::move(busy), std::nullopt};
  if (response->status != 201) return std::unexpected(api_.refusal(*response));
  auto body = json::parse(response->body);
  if (!body) return std::unexpected(body.error());
  engine::Started started{(*body)["run"].as_string(), std::nullopt, std::nullopt};
  if (auto const& queued = (*body)["queued"]; queued.is_object())
    started.queued = store::Busy{queued["lock"].as_string(), queued["behind"].as_string()};
  return started;
}

Result<void> RemoteRuns::post(std::string const& path, json::Value const& body) {
  auto response = api_.post(path, body);
  if (!response) return std::unexpected(response.error());
  if (response->status / 100 != 2) return std::unexpected(api_.refusal(*response));
  return {};
}

Result<void> RemoteRuns::resume(std::string const& run, AwsSettings const& aws) {
  return post(run_path(run, "resume"), json::Value{{"aws", to_json(aws)}});
}

Result<void> RemoteRuns::signal(std::string const& run, engine::Signal const& signal) {
  return post(run_path(run, "signals"), to_json(signal));
}

Result<store::RunRow> RemoteRuns::get(std::string const& run) {
  auto body = api_.get_json(run_path(run));
  if (!body) return std::unexpected(body.error());
  return run_row(*body);
}

Result<std::vector<store::RunRow>> RemoteRuns::list(store::RunFilter const& filter) {
  std::vector<store::RunRow> rows;
  store::RunFilter page = filter;
  while (rows.size() < filter.limit) {
    page.limit = std::min(most_runs, filter.limit - rows.size());
    auto body = api_.get_json(std::string(root) + "?" + query_of(page));
    if (!body) return std::unexpected(body.error());
    auto const& runs = (*body)["runs"].items();
    for (auto const& entry : runs) {
      auto row = run_row(entry);
      if (!row) return std::unexpected(row.error());
      rows.push_back(std::move(*row));
    }
    if (runs.size() < page.limit) break;
    page.before = rows.back().id;
  }
  return rows;
}

Result<plan::Plan> RemoteRuns::plan(std::string const& run) {
  auto body = api_.get_json(run_path(run, "plan"));
  if (!body) return std::unexpected(body.error());
  return plan::plan_from_json(*body);
}

Result<RemoteRuns::Page> RemoteRuns::events_page(std::string const& run, std::int64_t after,
                                                 std::stop_token stop) {
  auto body =
      api_.get_json(run_path(run, "events") + "?after=" + std::to_string(after), std::move(stop));
  if (!body) return std::unexpected(body.error());
  Page page;
  page.more = (*body)["more"].as_bool();
  for (auto const& entry : (*body)["events"].items()) {
    auto event = event_row(entry);
    if (!event) return std::unexpected(event.error());
    page.events.push_back(std::move(*event));
  }
  return page;
}

Result<std::vector<store::EventRow>> RemoteRuns::events(std::string const& run,
                                                        std::int64_t after) {
  std::vector<store::EventRow> all;
  while (true) {
    auto page = events_page(run, after, {});
    if (!page) return std::unexpected(page.error());
    for (auto& event : page->events) all.push_back(std::move(event));
    if (!page->more || all.empty()) return all;
    after = all.back().seq;
  }
}

}  // namespace sluice::server
