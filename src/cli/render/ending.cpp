#include "cli/render/ending.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

using engine::NodeStatus;
using engine::Place;

std::string coloured_state(std::string const& state, Style const& style) {
  std::string text = state_words(state);
  if (state == "succeeded") return style.green(text);
  if (state == "rolled_back" || state == "stopped" || state == "rejected" || state == "superseded")
    return style.yellow(text);
  return style.red(text);
}

void release_lines(std::vector<std::string>& out, RunView const& view) {
  for (auto const& [id, value] : view.state.releases) {
    auto release = engine::release_state(value);
    out.push_back("  " +
                  printable(release_name(*view.plan, id, value) + "  " + place_words(release)));
    bool shows_alias = release.place == Place::changed_by_others || release.place == Place::unknown;
    if (shows_alias && !release.alias_now.version.empty())
      out.push_back("    last seen: " + engine::in_words(release.alias_now));
    auto said = [&](std::string const& text) {
      return std::ranges::find(view.state.rollbacks, text, &engine::Rollback::reason) !=
             view.state.rollbacks.end();
    };
    for (auto const* note : {&release.place_note, &release.latest_note})
      if (!note->empty() && !said(*note)) out.push_back("    " + printable(*note));
    if (!release.why_at_once.empty() && release.place == Place::on_candidate)
      out.push_back("    all at once: " + printable(release.why_at_once));
  }
  for (auto const& declared : view.plan->releases)
    if (!view.state.releases.contains(declared.id))
      out.push_back("  " + release_name(*view.plan, declared.id, {}) +
                    "  unchanged: it was not begun");
}

void next_lines(std::vector<std::string>& out, RunView const& view) {
  std::string const& state = view.state.end_state;
  out.push_back("  sluice logs " + view.id);
  if (!view.state.linked_run.empty()) {
    out.push_back("  sluice watch " + view.state.linked_run);
    return;
  }
  if (view.state.stop && !view.state.stop->superseded_by.empty())
    out.push_back("  sluice watch " + view.state.stop->superseded_by);
  bool moved = false;
  auto const& local = view.state.options["local_state"].as_string();
  std::string there = local.empty() ? "" : " --local-state " + local;
  for (auto const& [id, value] : view.state.releases) {
    auto release = engine::release_state(value);
    moved |=
        release.place == Place::on_candidate && !release.unchanged && !release.created_function;
    bool lost = release.place == Place::unknown || release.place == Place::changed_by_others ||
                release.place == Place::left_split || release.place == Place::moving;
    if (lost && !release.alias.empty()) {
      out.push_back("  sluice get " + release.function + ":" + release.alias + there);
      out.push_back("  sluice rollback " + release.function + ":" + release.alias + there);
    }
  }
  if (moved && (state == "succeeded" || state == "failed" || state == "stopped"))
    out.push_back("  sluice rollback " + view.id);
}

/// Failed steps, oldest first.
std::vector<std::pair<std::string, engine::NodeState const*>> failures(RunView const& view) {
  std::vector<std::pair<std::string, engine::NodeState const*>> out;
  for (auto const& [path, node] : view.state.nodes) {
    auto const* declared = plan::find(*view.plan, path);
    bool step = declared && declared->kind == plan::NodeKind::step;
    bool timed_out = declared && !step && node.error == plan::ErrorClass::timeout;
    bool failed = node.status == NodeStatus::failed || node.status == NodeStatus::ignored ||
                  node.status == NodeStatus::asking;
    // Of a linked run what failed in the run before it, and was told there.
    bool before = !view.state.linked_from.empty() && node.attempt == 0 && node.reason.empty();
    if ((step || timed_out) && failed && !before) out.emplace_back(path, &node);
  }
  // By time, then by path: the order of the map they come from.
  std::ranges::sort(out, {}, [](auto const& entry) {
    return std::pair(entry.second->ended.value_or(Time{}), entry.first);
  });
  return out;
}

}  // namespace

std::vector<std::string> outcome_lines(RunView const& view, Look const& look) {
  Style style{look.colour, look.ascii};
  auto const& state = view.state;
  std::vector<std::string> out;
  Duration took = state.ended.value_or(look.now) - state.created;
  out.push_back(view.id + " (" + printable(view.plan->name) + ") " +
                coloured_state(state.end_state, style) + " after " + short_duration(took));
  if (state.stop && !state.stop->superseded_by.empty())
    out.push_back("  " + printable(state.stop->reason));
  else if (state.stop)
    out.push_back("  by " + printable(state.stop->by + ": " + state.stop->reason));
  if (!state.linked_run.empty())
    out.push_back("  run " + state.linked_run + " carries out its rollback");
  if (!state.linked_from.empty()) out.push_back("  the rollback of run " + state.linked_from);
  for (auto const& rollback : state.rollbacks)
    if (!rollback.reason.empty() && (!state.stop || rollback.reason != state.stop->reason))
      out.push_back((state.end_state == "rolled_back" ? "  rolled back because: " : "  because: ") +
                    printable(replace_all(rollback.reason, "\n", " ")));
  out.emplace_back();
  release_lines(out, view);
  if (!view.notes.empty()) {
    out.emplace_back();
    out.push_back(style.bold("Notes:"));
    for (auto const& note : view.notes) {
      std::string where =
          note.node.empty() ? "" : title_of(*view.plan, note.node, look.ascii) + ": ";
      out.push_back("  " + printable(replace_all(where + note.text, "\n", " ")));
    }
  }
  return out;
}

std::vector<std::string> ending_lines(RunView const& view, Look const& look) {
  std::vector<std::string> out = outcome_lines(view, look);
  out.emplace_back();
  out.push_back(Style{look.colour, look.ascii}.bold("Next:"));
  next_lines(out, view);
  return out;
}

std::vector<std::string> failure_lines(RunView const& view, Look const& look) {
  Style style{look.colour, look.ascii};
  std::vector<std::string> out;
  for (auto const& [path, node] : failures(view)) {
    std::string kind =
        node->error ? " (" + replace_all(plan::name_of(*node->error), "_", " ") + ")" : "";
    out.push_back(style.red("error:") + " " + printable(title_of(*view.plan, path, look.ascii)) +
                  " failed" + kind);
    for (auto const& line : split(node->reason, '\n')) out.push_back("  " + printable(line));
    if (!node->hint.empty()) out.push_back("  " + printable(replace_all(node->hint, "\n", "\n  ")));
  }
  return out;
}

json::Value result_json(RunView const& view) {
  json::Value releases = json::Array{};
  for (auto const& [id, value] : view.state.releases) {
    auto release = engine::release_state(value);
    json::Value one{
        {"id", id}, {"function", release.function}, {"place", engine::name_of(release.place)}};
    if (!release.alias.empty()) one.set("alias", release.alias);
    if (!release.baseline_version.empty()) one.set("baseline_version", release.baseline_version);
    if (!release.candidate_version.empty()) one.set("candidate_version", release.candidate_version);
    if (!release.alias_now.version.empty())
      one.set("alias_now", engine::to_json(release.alias_now));
    if (release.unchanged) one.set("unchanged", true);
    if (!release.place_note.empty()) one.set("note", release.place_note);
    if (!release.latest_note.empty()) one.set("latest_note", release.latest_note);
    releases.push(std::move(one));
  }
  json::Value errors = json::Array{};
  for (auto const& [path, node] : failures(view)) {
    json::Value error{{"node", path}, {"message", node->reason}};
    if (node->error) error.set("class", plan::name_of(*node->error));
    if (!node->hint.empty()) error.set("hint", node->hint);
    errors.push(std::move(error));
  }
  std::string state = view.state.queued ? "queued" : "running";
  if (view.state.over()) state = view.state.end_state;
  json::Value out{
      {"kind", "Result"}, {"run", view.id}, {"name", view.plan->name}, {"state", state}};
  if (auto const& queued = view.state.queued)
    out.set("queued", json::Value{{"lock", queued->lock}, {"behind", queued->behind}});
  if (view.state.stop && !view.state.stop->superseded_by.empty())
    out.set("superseded_by", view.state.stop->superseded_by);
  if (!view.state.linked_run.empty()) out.set("linked_run", view.state.linked_run);
  if (!view.state.linked_from.empty()) out.set("linked_from", view.state.linked_from);
  if (!view.state.rollbacks.empty()) out.set("rollback_reason", view.state.rollbacks.back().reason);
  out.set("releases", std::move(releases));
  out.set("errors", std::move(errors));
  json::Value notes = json::Array{};
  for (auto const& note : view.notes) notes.push(note.text);
  out.set("notes", std::move(notes));
  return out;
}

}  // namespace sluice::cli
