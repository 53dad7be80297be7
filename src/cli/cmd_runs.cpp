#include <charconv>

#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/display.hpp"
#include "cli/follow.hpp"
#include "cli/hint.hpp"
#include "cli/live_function.hpp"
#include "cli/load_run.hpp"
#include "cli/render/ending.hpp"
#include "cli/render/lines.hpp"
#include "cli/render/tree.hpp"
#include "cli/render/waiting.hpp"

namespace sluice::cli {
namespace {

std::string padded(std::string text, std::size_t width) {
  std::size_t columns = columns_of(text);
  if (columns < width) text.append(width - columns, ' ');
  return text;
}

std::string functions_of(store::RunRow const& row) {
  std::string out;
  for (auto const& release : row.summary["releases"].items()) {
    std::string name = release["function"].as_string();
    if (auto const& alias = release["alias"].as_string(); !alias.empty()) name += ":" + alias;
    bool known = name.empty() || (", " + out + ",").contains(", " + name + ",");
    if (!known) out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

/// Behind whom it waits; "" where it does not.
std::string queue_place(store::RunRow const& row) {
  auto const& queued = row.summary["queued"];
  if (row.ended || !queued.is_object()) return "";
  return "  " + queued_words({queued["lock"].as_string(), queued["behind"].as_string()});
}

std::string list_line(store::RunRow const& row, bool attended) {
  std::string state = state_words(row.state);
  for (auto const& wait : row.summary["waits_for"].items())
    if (!row.ended && wait["person"].as_bool()) state = "waits: " + wait["kind"].as_string();
  if (!row.ended && (!attended || row.owner.empty())) state = "unattended";
  return row.id + "  " + padded(state, 15) + "  " + local_text(row.created) + "  " +
         padded(printable(row.name), 16) + "  " + printable(functions_of(row)) + "  " +
         printable(row.requester) + queue_place(row);
}

int get_run(Invocation& invocation, std::string const& id) {
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(id);
  if (!row) return invocation.refuse(row.error());
  auto view = load_run(*here->runs, id);
  if (!view) return invocation.refuse(view.error());
  auto& terminal = invocation.terminal;
  std::string output = invocation.line.value("output");
  if (output == "name") {
    terminal.out(id + "\n");
  } else if (output == "json") {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "Run"}};
    for (auto const& part : {row_json(*row), result_json(*view)})
      for (auto const& [name, value] : part.members()) out.set(name, value);
    out.set("kind", "Run");
    out.set("paused", view->state.paused && !view->state.over());
    out.set("waits_for", waits_json(*view));
    terminal.out(runnable_json(invocation.line, std::move(out)).pretty() + "\n");
  } else {
    std::string text;
    Look look = look_out(invocation);
    for (auto const& line : tree_lines(*view, look)) text += line + "\n";
    text += "asked for by " + printable(row->requester) + " at " + local_text(row->created) + "\n";
    // Whoever holds the store executes; what this process has not started nobody executes.
    bool unattended = !view->state.over() && (here->executes() || row->owner.empty());
    auto const& held = row->summary["held"].as_string();
    if (unattended && here->server)
      text += "The server does not execute it at the moment" +
              (held.empty() ? "" : " (" + printable(held) + ")") + "; it takes it up by itself.\n";
    else if (unattended)
      text += "No process executes it. To go on: " + invocation.hint("resume " + id) + "\n";
    if (auto const& queued = view->state.queued; queued && !here->server)
      if (auto before = here->runs->get(queued->behind))
        if (auto note = unexecuted_note(*before, !here->executes()); !note.empty())
          text += runnable(invocation.line, note) + "\n";
    auto waiting = view->state.over() ? std::vector<std::string>() : waiting_lines(*view, look);
    waiting = runnable_lines(invocation.line, std::move(waiting));
    if (!waiting.empty()) text += "\nNow:\n";
    for (auto const& line : waiting) text += line + "\n";
    if (view->state.over()) {
      text += "\n";
      for (auto const& line : runnable_lines(invocation.line, ending_lines(*view, look)))
        text += line + "\n";
      if (view->state.end_state != "succeeded")
        for (auto const& line : failure_lines(*view, look))
          text += runnable(invocation.line, line) + "\n";
    }
    terminal.out(text);
  }
  return exit_success;
}

}  // namespace

int run_get(Invocation& invocation) {
  std::string what = invocation.line.positional(0);
  if (is_run_id(what)) return get_run(invocation, what);
  if (resembles_run_id(what)) return invocation.refuse(no_such_run(what));
  if (invocation.server)
    return invocation.refuse_usage(
        "a function is looked up in AWS by this machine, not by the server " + *invocation.server,
        "With your own credentials: " + invocation.hint("get " + what + " --server none") +
            ". The server's runs of it: " + invocation.hint("list --function " + what));
  return get_function(invocation, what);
}

int run_list(Invocation& invocation) {
  store::RunFilter filter;
  auto const& line = invocation.line;
  if (line.has("active")) filter.state = "active";
  filter.function = line.maybe("function");
  if (auto limit = line.maybe("limit")) {
    auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), filter.limit);
    bool whole = error == std::errc() && end == limit->data() + limit->size();
    if (!whole || filter.limit < 1 || filter.limit > 10'000)
      return invocation.refuse_usage("--limit takes a count from 1 to 10000, not '" + *limit + "'",
                                     "For example --limit 20.");
  }
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto rows = here->runs->list(filter);
  if (!rows) return invocation.refuse(rows.error());
  std::string text;
  std::string output = line.value("output");
  json::Value items = json::Array{};
  for (auto const& row : *rows) {
    if (output == "json")
      items.push(row_json(row));
    else
      text += (output == "name" ? row.id : list_line(row, !here->executes())) + "\n";
  }
  if (output == "json")
    text =
        json::Value{{"apiVersion", "sluice/v1"}, {"kind", "RunList"}, {"items", items}}.pretty() +
        "\n";
  invocation.terminal.out(text);
  if (rows->empty() && output != "json" && output != "name")
    invocation.say("There are no such runs in this journal. " + invocation.hint("deploy FILE") +
                   " starts one.");
  return exit_success;
}

int run_watch(Invocation& invocation) {
  auto wait = duration_option(invocation.line, "wait-timeout");
  if (!wait) return invocation.refuse_usage(wait.error().message, wait.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  std::string id = invocation.line.positional(0);
  auto row = here->runs->get(id);
  if (!row) return invocation.refuse(row.error());
  if (!row->ended && here->executes())
    return invocation.refuse({ErrorCode::unavailable,
                              "run " + id + " is not executed by any process now",
                              invocation.hint("resume " + id) + " takes it up; " +
                                  invocation.hint("get " + id) + " shows where it stands."});
  if (invocation.json()) invocation.terminal.out(stream_record());
  int code = follow_to_end(invocation, *here,
                           {id, OnInterrupt::detach, *wait, row->ended ? 0 : row->last_seq});
  bool left = code == exit_interrupted || code == exit_wait_timeout;
  if (left || invocation.line.has("exit-status")) return code;
  // The looking succeeded, whatever it saw; only what kept it from seeing the end counts.
  auto end = here->runs ? here->runs->get(id) : Result<store::RunRow>(*row);
  return end && end->ended ? int(exit_success) : code;
}

int run_logs(Invocation& invocation) {
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  std::string id = invocation.line.positional(0);
  bool json = invocation.json();
  if (json) invocation.terminal.out(stream_record());
  auto view = load_run(*here->runs, id, [&](RunView const& so_far, engine::Event const& event) {
    invocation.terminal.out((json ? event_json(id, event).dump() : journal_line(so_far, event)) +
                            "\n");
  });
  return view ? int(exit_success) : invocation.refuse(view.error());
}

}  // namespace sluice::cli
