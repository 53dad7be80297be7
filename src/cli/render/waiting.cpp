#include "cli/render/waiting.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "engine/waits.hpp"

namespace sluice::cli {
namespace {

using engine::Wait;

/// The command lines that end a wait. A choice that only the API offers has none.
std::vector<std::string> commands_of(RunView const& view, Wait const& wait) {
  static constexpr std::string_view commands[] = {"approve",  "reject",   "skip", "promote",
                                                  "continue", "rollback", "stop"};
  static constexpr std::string_view of_a_step[] = {"approve", "reject", "skip"};
  std::vector<std::string> out;
  for (auto const& signal : wait.signals) {
    if (std::ranges::find(commands, signal) == std::end(commands)) continue;
    bool step = std::ranges::find(of_a_step, signal) != std::end(of_a_step);
    out.push_back("sluice " + signal + " " + view.id + (step ? " --step " + wait.node : ""));
  }
  return out;
}

std::string title(RunView const& view, Wait const& wait, bool ascii) {
  return wait.node.empty() ? "the run" : title_of(*view.plan, wait.node, ascii);
}

std::string line_of(RunView const& view, Wait const& wait, Look const& look) {
  std::string text = title(view, wait, look.ascii);
  bool asks = wait.kind == Wait::Kind::hold || wait.kind == Wait::Kind::question;
  if (wait.kind == Wait::Kind::paused) text += "  is paused";
  text += (asks ? "  asks " : "  waits for ") + printable(replace_all(wait.text, "\n", " "));
  if (wait.due)
    text += (wait.person ? ", at most until " : ", until ") + local_text(*wait.due) + " (" +
            short_duration(*wait.due - look.now) + " left)";
  return text;
}

}  // namespace

std::vector<std::string> waiting_lines(RunView const& view, Look const& look) {
  std::vector<std::string> out;
  for (auto const& [path, node] : view.state.nodes) {
    auto const* declared = plan::find(*view.plan, path);
    bool works = node.status == engine::NodeStatus::running && declared && declared->step;
    if (!works) continue;
    bool watches = declared->step->kind == "alarms";
    out.push_back("  " + title_of(*view.plan, path, look.ascii) +
                  (watches ? "  are being watched" : "  is at work"));
  }
  for (auto const& wait : engine::waits_of(*view.plan, view.state)) {
    if (wait.kind == Wait::Kind::queue) continue;  // the head of the tree says it
    out.push_back("  " + line_of(view, wait, look));
    for (auto const& command : commands_of(view, wait)) out.push_back("    " + command);
  }
  return out;
}

json::Value waits_json(RunView const& view) {
  json::Value out = json::Array{};
  for (auto const& wait : engine::waits_of(*view.plan, view.state)) {
    json::Value entry{{"kind", engine::name_of(wait.kind)}};
    if (!wait.node.empty()) entry.set("node", wait.node);
    if (!wait.node.empty()) entry.set("title", title_of(*view.plan, wait.node));
    entry.set("waiting_for", wait.text);
    if (wait.due) entry.set("due", rfc3339(*wait.due));
    entry.set("person", wait.person);
    entry.set("signals", json::array_of(wait.signals));
    json::Value choices = json::Array{};
    for (auto choice : wait.choices)
      choices.push(
          json::Value{{"choice", plan::name_of(choice)}, {"signal", engine::signal_for(choice)}});
    if (!wait.choices.empty()) entry.set("choices", std::move(choices));
    entry.set("commands", json::array_of(commands_of(view, wait)));
    out.push(std::move(entry));
  }
  return out;
}

}  // namespace sluice::cli
