#include "engine/waits.hpp"

#include <utility>

namespace sluice::engine {
namespace {

using Kind = Wait::Kind;

constexpr std::pair<Kind, std::string_view> names[] = {
    {Kind::queue, "queue"},    {Kind::paused, "paused"},     {Kind::approval, "approval"},
    {Kind::pause, "pause"},    {Kind::report, "report"},     {Kind::check, "check"},
    {Kind::hold, "hold"},      {Kind::question, "question"}, {Kind::retry, "retry"},
    {Kind::service, "service"}};

/// What the executors of these kinds accept while they wait, without two names for one thing.
std::vector<std::string> signals_of(Kind kind, bool person) {
  switch (kind) {
    case Kind::queue: return {"stop"};
    case Kind::paused: return {"continue"};
    case Kind::approval: return {"approve", "reject"};
    case Kind::pause: return {"skip", "promote"};
    case Kind::report: return {"report"};
    case Kind::check:
      return person ? std::vector<std::string>{"approve", "reject", "promote"}
                    : std::vector<std::string>{"skip", "promote"};
    default: return {};
  }
}

Kind kind_of(plan::Node const& node) {
  if (!node.step) return Kind::service;
  std::string const& kind = node.step->kind;
  if (kind == "approval") return Kind::approval;
  if (kind == "pause") return Kind::pause;
  if (kind == "hook") return Kind::report;
  return kind == "check" ? Kind::check : Kind::service;
}

Wait parked(plan::Node const& node, std::string const& path, NodeState const& it) {
  Wait wait{kind_of(node), path, it.waiting_for, it.due, it.asks_person, {}, {}};
  // A check looks again and again: what counts is when it has seen enough.
  bool looks = wait.kind == Kind::check && !it.asks_person && it.memory.contains("decided_ms");
  if (looks) wait.due = from_millis(it.memory["decided_ms"].as_int());
  wait.signals = signals_of(wait.kind, wait.person);
  return wait;
}

Wait asking(std::string const& path, NodeState const& it) {
  bool held = it.error == plan::ErrorClass::external_change;
  Wait wait{
      held ? Kind::hold : Kind::question, path, it.reason, it.due, true, {}, it.question.choices};
  for (auto choice : wait.choices) wait.signals.push_back(signal_for(choice));
  return wait;
}

}  // namespace

std::string_view name_of(Kind kind) {
  for (auto const& [one, name] : names)
    if (one == kind) return name;
  return "";
}

std::string signal_for(plan::ActionKind choice) {
  if (choice == plan::ActionKind::retry) return "continue";
  if (choice == plan::ActionKind::roll_back) return "rollback";
  return std::string(plan::name_of(choice));
}

std::vector<Wait> waits_of(plan::Plan const& plan, RunState const& state) {
  std::vector<Wait> out;
  if (state.over()) return out;
  if (auto const& queued = state.queued)
    out.push_back({Kind::queue,
                   "",
                   "run " + queued->behind + ", which holds or is next for " + queued->lock,
                   std::nullopt,
                   false,
                   signals_of(Kind::queue, false),
                   {}});
  if (state.paused)
    out.push_back({Kind::paused,
                   "",
                   "somebody who lets it continue",
                   std::nullopt,
                   true,
                   signals_of(Kind::paused, true),
                   {}});
  for (auto const& [path, it] : state.nodes) {
    if (it.ending || !it.answer.is_null()) continue;
    if (it.status == NodeStatus::asking)
      out.push_back(asking(path, it));
    else if (auto const* node = plan::find(plan, path); node && it.status == NodeStatus::parked)
      out.push_back(parked(*node, path, it));
    else if (it.status == NodeStatus::pending && it.due)
      out.push_back({Kind::retry, path, "the next try", it.due, false, {}, {}});
  }
  return out;
}

}  // namespace sluice::engine
