#include "engine/run_state.hpp"

#include "engine/release/release_state.hpp"

namespace sluice::engine {
namespace {

constexpr std::pair<NodeStatus, std::string_view> statuses[] = {
    {NodeStatus::pending, "pending"},     {NodeStatus::running, "running"},
    {NodeStatus::parked, "parked"},       {NodeStatus::asking, "asking"},
    {NodeStatus::succeeded, "succeeded"}, {NodeStatus::ignored, "ignored"},
    {NodeStatus::failed, "failed"},       {NodeStatus::skipped, "skipped"},
    {NodeStatus::cancelled, "cancelled"}, {NodeStatus::rolled_back, "rolled_back"}};

}  // namespace

std::string_view name_of(NodeStatus status) {
  for (auto const& [entry, name] : statuses)
    if (entry == status) return name;
  return "pending";
}

NodeStatus node_status_of(std::string_view name) {
  for (auto const& [entry, text] : statuses)
    if (text == name) return entry;
  return NodeStatus::pending;
}

NodeState const& RunState::node(std::string_view path) const {
  static NodeState const untouched;
  auto found = nodes.find(path);
  return found == nodes.end() ? untouched : found->second;
}

bool within(std::string_view path, std::string_view scope) {
  if (scope.empty() || path == scope) return true;
  return path.starts_with(scope) && path[scope.size()] == '/';
}

bool in_compensation(std::string_view path) {
  return path.starts_with('~') || path.find("/~") != std::string_view::npos;
}

bool rolls_back(RunState const& state) {
  return !state.over() && !std::ranges::all_of(state.rollbacks, &Rollback::done);
}

std::optional<Time> next_due(plan::Plan const& plan, RunState const& state, Time after) {
  std::optional<Time> earliest;
  auto consider = [&](std::optional<Time> time) {
    if (time && *time > after && (!earliest || *time < *earliest)) earliest = time;
  };
  if (state.over()) return earliest;
  for (auto const& [path, node] : state.nodes) {
    bool waits = node.status == NodeStatus::parked || node.status == NodeStatus::asking ||
                 node.status == NodeStatus::pending;
    bool held = state.paused && node.status != NodeStatus::asking && !in_compensation(path);
    if (waits && !held) consider(node.due);
    auto const* declared = node.active() ? plan::find(plan, path) : nullptr;
    if (!declared || !declared->timeout || node.ending || !node.started) continue;
    if (declared->timeout->counts == plan::Timeout::Counts::wall) {
      consider(*node.started + declared->timeout->limit);
    } else if (node.working_since) {
      consider(*node.working_since + (declared->timeout->limit - node.worked));
    }
  }
  return earliest;
}

namespace {

std::string stopped_state(Stop const& stop) {
  return stop.superseded_by.empty() ? "stopped" : "superseded";
}

}  // namespace

std::string end_state_of(plan::Plan const& plan, RunState const& state) {
  (void)plan;
  // Where its releases end is the linked run's to say.
  if (!state.linked_run.empty()) return state.stop ? stopped_state(*state.stop) : "failed";
  bool needs_person = false;
  bool on_candidate = false;
  bool went_back = false;
  bool left_split = false;
  for (auto const& [id, release] : state.releases) {
    Place place = place_of(release["place"].as_string());
    bool others = place == Place::changed_by_others;
    bool restored = release["restored"].as_bool();  // others took the candidate off the alias first
    needs_person |= place == Place::unknown || place == Place::moving || (others && !restored);
    on_candidate |= place == Place::on_candidate;
    went_back |= place == Place::on_baseline || (others && restored);
    left_split |= place == Place::left_split;
  }
  for (auto const& rollback : state.rollbacks)
    needs_person |= rollback.done && state.node(rollback.scope).status == NodeStatus::failed;
  NodeState const& root = state.node("");
  if (needs_person) return "needs_person";
  if (state.stop && !state.stop->roll_back) return stopped_state(*state.stop);
  if (!state.stop && root.succeeded()) return "succeeded";
  if (on_candidate || left_split) return "failed";
  if (went_back || !state.linked_from.empty()) return "rolled_back";
  bool rejected = std::ranges::any_of(state.nodes, [](auto const& entry) {
    auto error = entry.second.error;
    return entry.second.status == NodeStatus::failed &&
           (error == plan::ErrorClass::rejected || error == plan::ErrorClass::input_timeout);
  });
  if (rejected) return "rejected";
  return state.stop ? "rolled_back" : "failed";
}

}  // namespace sluice::engine
