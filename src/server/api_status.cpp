#include "server/answers.hpp"
#include "server/api.hpp"
#include "server/lease_status.hpp"
#include "server/page.hpp"
#include "server/problem.hpp"

namespace sluice::server {

/// What is wrong is told to this machine's user only: anybody may ask.
net::Response Api::ready(Call const&) {
  std::vector<ReadyCheck> checks;
  auto frozen = parts_.engine.frozen();
  checks.push_back({"journal", !frozen, frozen.value_or("")});
  // A store of another schema cannot be opened at all.
  auto read = parts_.engine.with_store(
      [](store::Store& store) { return store.record("request", "ready"); });
  checks.push_back({"store", read.has_value(), read ? "" : read.error().message});
  if (parts_.ready_checks)
    for (auto& check : parts_.ready_checks()) checks.push_back(std::move(check));
  bool all = true;
  json::Value list = json::Array{};
  for (auto const& check : checks) {
    json::Value entry{{"name", check.name}, {"ok", check.ok}};
    bool tell = !check.reason.empty() && parts_.access.takes_credentials();
    if (tell) entry.set("reason", check.reason);
    list.push(std::move(entry));
    all = all && check.ok;
  }
  return answer(all ? 200 : 503,
                json::Value{{"status", all ? "ready" : "not_ready"}, {"checks", std::move(list)}});
}

net::Response Api::metrics(Call const&) {
  net::Response response;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                      {"Cache-Control", "no-store"}};
  response.body = parts_.metrics.text({.active_runs = parts_.engine.active().size(),
                                       .fenced_writes = parts_.engine.ownership().fenced_writes,
                                       .streams = parts_.streams.followed().size(),
                                       .frozen = parts_.engine.frozen().has_value()});
  if (auto lease = parts_.engine.lease()) response.body += lease_metrics(*lease);
  return response;
}

/// Open to anyone, for a browser must learn how to go on. Who may look is asked here.
net::Response Api::page(Call const& call) {
  auto who = parts_.access.principal_of(call.request);
  if (!who || !may(*who, Permission::view)) return login_page();
  auto filter = run_filter(call.request.query);
  if (!filter) return problem(filter.error());
  auto listed = list_page(*filter);
  if (!listed) return problem(listed.error());
  return runs_page(listed->rows, listed->next);
}

}  // namespace sluice::server
