#include "cli/load_run.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::cli {

Result<RunView> load_run(server::Runs& runs, std::string const& id,
                         std::function<void(RunView const&, engine::Event const&)> each) {
  auto plan = runs.plan(id);
  if (!plan) return std::unexpected(plan.error());
  RunView view;
  view.id = id;
  view.state.id = id;
  view.plan = std::make_shared<plan::Plan const>(std::move(*plan));
  while (true) {
    auto events = runs.events(id, view.state.last_seq);
    if (!events) return std::unexpected(events.error());
    if (events->empty()) return view;
    for (auto const& event : *events) {
      view.apply(event);
      if (each) each(view, event);
    }
  }
}

std::string unexecuted_note(store::RunRow const& row, bool attended) {
  if (row.ended || (attended && !row.owner.empty())) return "";
  return "No process executes " + row.id + ": sluice resume " + row.id +
         " goes on with it, sluice rollback " + row.id + " takes it back.";
}

bool is_run_id(std::string_view text) { return text.size() == 11 && resembles_run_id(text); }

bool resembles_run_id(std::string_view text) {
  return text.size() > 2 && text.starts_with("d-") &&
         std::ranges::all_of(text.substr(2), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

Error no_such_run(std::string const& text) {
  return {ErrorCode::not_found,
          "there is no run " + text + ": the id of a run is d- and nine capitals or digits",
          "sluice list shows the runs. A function of that name is meant by " + text + ":ALIAS."};
}

json::Value row_json(store::RunRow const& row) {
  json::Value out{{"run", row.id},
                  {"name", row.name},
                  {"state", row.state},
                  {"requester", row.requester},
                  {"created", rfc3339(row.created)}};
  if (row.ended) out.set("ended", rfc3339(*row.ended));
  if (row.next_due) out.set("next_due", rfc3339(*row.next_due));
  if (!row.owner.empty()) out.set("owner", row.owner);
  for (auto const& [name, value] : row.summary.members())
    if (name != "locks") out.set(name, value);
  return out;
}

FunctionName function_name(std::string const& text) {
  auto parts = split(text, ':');
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]
  if (parts.size() >= 7 && parts[0] == "arn") {
    std::vector<std::string> bare(parts.begin(), parts.begin() + 7);
    return {join(bare, ":"), parts.size() > 7 ? parts[7] : "", parts[3]};
  }
  if (parts.size() == 1) return {text, "", ""};
  std::string alias = parts.back();
  parts.pop_back();
  return {join(parts, ":"), alias, ""};
}

}  // namespace sluice::cli
