#include "server/run_again.hpp"

#include "server/rollback_plan.hpp"

namespace sluice::server {
namespace {

/// What the run was for, where it was no release of a file.
std::string special_purpose(engine::RunState const& state) {
  if (!state.linked_from.empty()) return "carried out the rollback of run " + state.linked_from;
  if (auto const& of = state.options["rollback_of"].as_string(); !of.empty())
    return "was the rollback of run " + of;
  if (auto const& of = state.options["clean_up_of"].as_string(); !of.empty())
    return "cleaned up behind run " + of;
  if (auto const& alias = state.options["rollback_alias"].as_string(); !alias.empty())
    return "moved the alias " + alias;
  return {};
}

}  // namespace

Result<NewRun> run_again(Runs& runs, std::string const& run) {
  auto ended = snapshot_of(runs, run);
  if (!ended) return std::unexpected(ended.error());
  if (!ended->state.over())
    return fail(ErrorCode::conflict, "run " + run + " has not ended",
                "sluice watch " + run + " follows it; sluice stop " + run + " ends it.");
  if (auto purpose = special_purpose(ended->state); !purpose.empty())
    return fail(ErrorCode::invalid_input, "run " + run + " " + purpose + ": it released no file",
                "sluice list shows the runs. sluice rollback takes a run or an alias back.");
  NewRun again;
  again.plan = *ended->plan;
  again.options = json::Value{{"again", run}};
  if (auto const& local = ended->state.options["local_state"]; local.is_string())
    again.options.set("local_state", local);
  return again;
}

}  // namespace sluice::server
