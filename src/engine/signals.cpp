#include "base/strings.hpp"
#include "engine/core_run.hpp"
#include "engine/events.hpp"
#include "engine/failure.hpp"
#include "engine/hook.hpp"
#include "plan/steps.hpp"

namespace sluice::engine {
namespace {

/// `node`: a path, which is empty for the root; null: the signal is for the whole run.
json::Value body_of(Signal const& signal, std::string const* node) {
  json::Value body{{"kind", signal.kind}, {"by", signal.by}};
  if (node) body.set("node", *node);
  if (!signal.reason.empty()) body.set("reason", signal.reason);
  if (!signal.data.is_null()) body.set("data", signal.data);
  if (!signal.letter.empty()) body.set("letter", signal.letter);
  if (!signal.request.empty()) body.set("request", signal.request);
  return body;
}

bool decides(std::string_view kind) { return kind == "approve" || kind == "reject"; }

/// Whoever decides may say which plan they have read: then it counts for no other one.
Result<void> check_plan(plan::Plan const& plan, std::string const& run, Signal const& signal) {
  std::string const& read = signal.data["plan_digest"].as_string();
  if (read.empty() || read == plan::digest(plan)) return {};
  return fail(
      ErrorCode::conflict,
      "'" + signal.kind + "' is for plan " + read + ", and run " + run + " executes another one",
      "sluice get " + run + " shows what it does.");
}

/// Four eyes: whoever asked for the run may be kept from approving it. To reject stays open to
/// them.
Result<void> check_approver(RunState const& state, std::string const& path, Signal const& signal) {
  bool may = !plan::approval_step(state.node(path).input).other_than_requester ||
             signal.by != state.requester;
  if (may) return {};
  return fail(ErrorCode::denied,
              signal.by + " asked for run " + state.id + ", and '" + path +
                  "' has to be approved by somebody else",
              "Let somebody else approve it. To reject or stop it is open to you too.");
}

/// The report of a hook as it is journalled: for the step whose execution it names, and without the
/// id, with which somebody else could report.
Result<Signal> report_of(plan::Plan const& plan, RunState const& state, Signal const& signal) {
  std::string const& status = signal.data["status"].as_string();
  if (status != report_succeeded && status != report_failed)
    return fail(ErrorCode::invalid_input,
                "the execution of a hook is reported as " + std::string(report_succeeded) + " or " +
                    report_failed + ", not as '" + printable(status) + "'");
  auto execution = find_execution(plan, state, signal.data["execution_id"].as_string());
  if (!execution)
    return fail(ErrorCode::invalid_input,
                "no hook of run " + state.id + " has an execution with that id",
                "The id is in what the hook was invoked with, as LifecycleEventHookExecutionId.");
  if (execution->completed)
    return fail(ErrorCode::conflict, "hook '" + execution->node + "' has ended already");
  Signal told = signal;
  told.node = execution->node;
  told.data = json::Value{{"status", status}};
  return told;
}

bool ends_the_run(Signal const& signal) {
  return signal.kind == "stop" || signal.kind == "rollback";
}

}  // namespace

Result<void> Core::signal(std::string const& id, Signal const& signal) {
  auto reached = reach(id);
  if (!reached) return std::unexpected(reached.error());
  Run* run = *reached;
  if (!run) return std::unexpected(not_active(id));
  if (run->ended())
    return fail(ErrorCode::conflict, "run " + id + " has ended: " + run->state.end_state);
  if (run->lost && shared_) return std::unexpected(not_active(id));
  if (run->lost)
    return fail(ErrorCode::conflict, "run " + id + " is executed by another process now");
  if (!run->frozen.empty())
    return fail(ErrorCode::unavailable,
                "the journal cannot be written, so nothing was accepted: " + run->frozen,
                "Free the disk, or mend the store; the run goes on by itself then.");
  static constexpr std::string_view whole_run[] = {"stop", "rollback", "pause", "continue",
                                                   "promote"};
  bool question = !signal.node.empty() && run->state.node(signal.node).status == NodeStatus::asking;
  if (!question && signal.node.empty() && (signal.kind == "continue" || signal.kind == "retry")) {
    for (auto const& [path, it] : run->state.nodes)
      if (it.status == NodeStatus::asking && it.answer.is_null())
        return answer_question(*run, path, signal);
  }
  if (question) return answer_question(*run, signal.node, signal);
  if (std::ranges::find(whole_run, signal.kind) != std::end(whole_run))
    return signal_run(*run, signal);
  return signal_node(*run, signal);
}

Result<void> Core::signal_run(Run& run, Signal const& signal) {
  if (ends_the_run(signal) && !run.state.linked_from.empty())
    return fail(ErrorCode::conflict,
                "run " + run.id + " is the rollback of run " + run.state.linked_from,
                "sluice watch " + run.id + " follows it to its end.");
  if (run.state.stop)
    return fail(ErrorCode::conflict,
                "run " + run.id + " is already " +
                    (run.state.stop->roll_back ? "being rolled back" : "being stopped") +
                    " (asked by " + run.state.stop->by + ")");
  if (signal.kind == "pause" && run.state.paused)
    return fail(ErrorCode::conflict, "run " + run.id + " is paused already");
  if (signal.kind == "continue" && !run.state.paused)
    return fail(ErrorCode::conflict, "run " + run.id + " is not paused");
  record_signal(run, signal);
  if (!flush(run))
    return fail(ErrorCode::unavailable, "the journal cannot be written: " + run.frozen);
  advance(run);
  return {};
}

void Core::record_signal(Run& run, Signal const& signal) {
  record(run, event::signal, body_of(signal, nullptr));
  if (!ends_the_run(signal)) return;
  std::string verb = signal.kind == "stop" ? "stopped" : "rolled back";
  std::string reason = signal.reason.empty() ? verb + " by " + signal.by : signal.reason;
  json::Value body{{"reason", reason}, {"by", signal.by}, {"roll_back", signal.kind == "rollback"}};
  if (signal.data.contains("superseded_by"))
    body.set("superseded_by", signal.data["superseded_by"]);
  if (signal.kind == "stop" && signal.data["stay"].as_bool()) body.set("stay", true);
  record(run, event::stopping, std::move(body));
}

Result<void> Core::signal_unexecuted(std::string const& id, Signal const& signal) {
  // Somebody may have resumed it since it was found unexecuted: claiming it would fence it off.
  if (executes(id)) return this->signal(id, signal);
  if (!ends_the_run(signal))
    return fail(ErrorCode::unavailable, "no process executes run " + id + " now",
                "sluice resume " + id + " goes on with it.");
  auto claimed = claim(id);
  if (!claimed) return std::unexpected(claimed.error());
  Run& run = **claimed;
  Result<void> taken;
  if (run.state.stop) {
    taken = fail(ErrorCode::conflict,
                 "run " + id + " is already to be " +
                     (run.state.stop->roll_back ? "rolled back" : "stopped") + " (asked by " +
                     run.state.stop->by + ")",
                 "sluice resume " + id + " carries that out.");
  } else {
    record_signal(run, signal);
    if (run.state.queued) conclude(run);
    if (!flush(run))
      taken = fail(ErrorCode::unavailable, "the journal cannot be written: " + run.frozen);
  }
  if (run.ended()) return taken;
  // In any case: nobody executes it now, and its row must not name somebody who does.
  auto released = ports_.store.release(id, run.epoch);
  return taken ? released : taken;
}

Result<void> Core::answer_question(Run& run, std::string const& path, Signal const& signal) {
  NodeState const& it = run.state.node(path);
  auto choice = chosen_by(signal.kind);
  bool offered =
      choice && std::ranges::find(it.question.choices, *choice) != it.question.choices.end();
  if (!offered) {
    std::string choices;
    for (auto offer : it.question.choices)
      choices += (choices.empty() ? "" : ", ") + std::string(plan::name_of(offer));
    return fail(ErrorCode::invalid_input, "'" + path + "' asks for one of: " + choices);
  }
  if (!it.answer.is_null())
    return fail(ErrorCode::conflict,
                "'" + path + "' was answered already: " + it.answer["kind"].as_string() + " by " +
                    it.answer["by"].as_string());
  record(run, event::signal, body_of(signal, &path));
  if (!flush(run))
    return fail(ErrorCode::unavailable, "the journal cannot be written: " + run.frozen);
  advance(run);
  return {};
}

Result<void> Core::signal_node(Run& run, Signal const& given) {
  auto told = given.kind == "report" ? report_of(*run.plan, run.state, given) : given;
  if (!told) return std::unexpected(told.error());
  Signal const& signal = *told;
  std::vector<std::string> waiting;
  for (auto const& [path, it] : run.state.nodes) {
    if (!it.active() || it.ending || (!signal.node.empty() && signal.node != path)) continue;
    plan::Node const* node = plan::find(*run.plan, path);
    Executor const* executor =
        node && node->step ? ports_.executors.find(node->step->kind) : nullptr;
    if (executor && executor->accepts(signal.kind)) waiting.push_back(path);
  }
  if (waiting.empty())
    return fail(ErrorCode::conflict,
                "nothing in run " + run.id + " waits for '" + signal.kind + "' now",
                "sluice get " + run.id + " shows where it stands.");
  if (waiting.size() > 1)
    return fail(ErrorCode::invalid_input, "several steps wait: " + join(waiting, ", "),
                "Name one with --step.");
  if (decides(signal.kind)) {
    if (auto same = check_plan(*run.plan, run.id, signal); !same) return same;
  }
  if (signal.kind == "approve") {
    if (auto may = check_approver(run.state, waiting.front(), signal); !may) return may;
  }
  NodeState const& it = run.state.node(waiting.front());
  for (auto const& earlier : it.signals)
    if (decides(signal.kind) && decides(earlier["kind"].as_string()))
      return fail(ErrorCode::conflict, "'" + waiting.front() +
                                           "' was decided already: " + earlier["kind"].as_string() +
                                           " by " + earlier["by"].as_string());
  record(run, event::signal, body_of(signal, &waiting.front()));
  // Before the commit: one whose answer is lost may stand in the journal all the same.
  run.to_wake.insert(waiting.front());
  if (!flush(run))
    return fail(ErrorCode::unavailable, "the journal cannot be written: " + run.frozen);
  // Whatever the hook's function does after its report is of no interest any more.
  auto flight = run.in_flight.find(waiting.front());
  if (signal.kind == "report" && flight != run.in_flight.end() && flight->second.performs)
    flight->second.stop.request_stop();
  advance(run);
  return {};
}

}  // namespace sluice::engine
