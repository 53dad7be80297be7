#include "server/metrics.hpp"

#include <algorithm>

#include "engine/events.hpp"
#include "plan/steps.hpp"

namespace sluice::server {
namespace {

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

/// "steps" where some traffic stays on the baseline for a while, "at_once" where all of it moves
/// or the function has no alias, "none" for a run that releases nothing.
std::string strategy_of(plan::Node const& node) {
  std::string found = "none";
  if (node.step && node.step->kind == "shift")
    return plan::shift_step(node.step->input).weight < 100 ? "steps" : "at_once";
  if (node.step && node.step->kind == "publish") found = "at_once";
  for (auto const& child : node.children) {
    auto below = strategy_of(child);
    if (below == "steps") return below;
    if (below == "at_once") found = below;
  }
  return found;
}

std::string const& kind_of(plan::Plan const& plan, std::string const& path) {
  static std::string const none;
  auto const* node = plan::find(plan, path);
  return node && node->step ? node->step->kind : none;
}

bool is_throttle(aws::Attempt const& attempt) {
  return attempt.status == 429 || attempt.code.contains("Throttl") ||
         attempt.code == "TooManyRequestsException" || attempt.code == "SlowDown";
}

}  // namespace

void Metrics::listen_to(engine::Engine& engine) {
  engine.listen([this](std::string const&, engine::Snapshot const& run,
                       std::vector<engine::Event> const& events) { committed(run, events); });
}

void Metrics::committed(engine::Snapshot const& run, std::vector<engine::Event> const& events) {
  for (auto const& event : events) {
    if (event.type == engine::event::node_ended) node_ended(run, event);
    if (event.type == engine::event::rollback_ended) rollback_ended(run, event);
    if (event.type == engine::event::run_claimed) takeovers_.add({});
    if (event.type == engine::event::run_ended) run_ended(run);
  }
}

void Metrics::node_ended(engine::Snapshot const& run, engine::Event const& event) {
  auto const& path = event.body["node"].as_string();
  auto const& kind = kind_of(*run.plan, path);
  auto const& node = run.state.node(path);
  if (kind.empty() || !node.started) return;
  step_.observe({kind, event.body["status"].as_string()}, seconds(event.at - *node.started));
}

void Metrics::rollback_ended(engine::Snapshot const& run, engine::Event const& event) {
  auto const& scope = event.body["scope"].as_string();
  std::optional<Time> began;
  for (auto const& [path, node] : run.state.nodes) {
    bool part = node.started && engine::within(path, scope) && engine::in_compensation(path);
    if (part && (!began || *node.started < *began)) began = node.started;
  }
  if (began) rollback_.observe({event.body["status"].as_string()}, seconds(event.at - *began));
}

void Metrics::run_ended(engine::Snapshot const& run) {
  auto const& state = run.state;
  rollouts_.add({strategy_of(run.plan->root), state.end_state});
  if (!state.ended) return;
  Duration manual{};
  for (auto const& [path, node] : state.nodes)
    if (node.started && node.ended && kind_of(*run.plan, path) == "approval")
      manual += *node.ended - *node.started;
  Duration whole = *state.ended - state.created;
  rollout_.observe({state.end_state}, seconds(whole));
  // Approvals side by side can add up to more than there was.
  manual_.observe({state.end_state}, seconds(std::min(manual, whole)));
  active_.observe({state.end_state}, seconds(whole - std::min(manual, whole)));
}

void Metrics::called(aws::Attempt const& attempt) {
  std::string code = !attempt.code.empty() ? attempt.code
                     : attempt.status      ? std::to_string(attempt.status)
                                           : "no_answer";
  requests_.add({attempt.operation, std::move(code)});
  if (is_throttle(attempt)) throttled_.add({});
}

void Metrics::told(Duration lag) { lag_.observe({}, seconds(lag)); }

void Metrics::committed_in(Duration took) { commit_.observe({}, seconds(took)); }

std::string Metrics::text(Now const& now) const {
  std::string out;
  write_gauge(out, {"sluice_build_info", "The program that answers.", {"version"}}, {version_}, 1);
  write_gauge(out, {"sluice_runs_active", "Runs that this process executes.", {}}, {},
              static_cast<double>(now.active_runs));
  write_gauge(out, {"sluice_runs_followed", "Runs whose streams somebody follows.", {}}, {},
              static_cast<double>(now.streams));
  write_gauge(out, {"sluice_journal_frozen", "1 while nothing can be journalled.", {}}, {},
              now.frozen ? 1 : 0);
  rollouts_.write(out);
  rollout_.write(out);
  active_.write(out);
  manual_.write(out);
  step_.write(out);
  rollback_.write(out);
  requests_.write(out);
  throttled_.write(out);
  takeovers_.write(out);
  Counter fenced({"sluice_fenced_writes_total",
                  "Writes of runs refused because another process owns them.",
                  {}});
  fenced.add({}, static_cast<double>(now.fenced_writes));
  fenced.write(out);
  commit_.write(out);
  lag_.write(out);
  return out;
}

}  // namespace sluice::server
