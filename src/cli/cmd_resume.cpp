#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/display.hpp"
#include "cli/start_run.hpp"

namespace sluice::cli {
namespace {

/// The one run that has not ended and that nobody executes.
Result<std::string> the_unfinished(server::Runs& runs) {
  store::RunFilter filter;
  filter.state = "active";
  auto rows = runs.list(filter);
  if (!rows) return std::unexpected(rows.error());
  auto executed = std::erase_if(*rows, [](auto const& row) { return !row.owner.empty(); });
  std::string others;
  for (auto const& row : *rows) others += (others.empty() ? "" : ", ") + row.id;
  if (rows->empty())
    return fail(ErrorCode::not_found,
                "there is nothing to resume: every run has ended" +
                    std::string(executed ? " or is executed by a process" : ""),
                "sluice list shows them.");
  if (rows->size() > 1)
    return fail(ErrorCode::invalid_input,
                "several runs have not ended and have no process: " + others,
                "Name one: sluice resume RUN");
  return rows->front().id;
}

}  // namespace

int run_resume(Invocation& invocation) {
  if (invocation.server)
    return invocation.refuse_usage(
        "the server " + *invocation.server + " takes up its runs by itself",
        invocation.hint("list --active") +
            " shows them; --server none means the journal of this "
            "machine.");
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto wait = duration_option(invocation.line, "wait-timeout");
  if (!wait) return invocation.refuse_usage(wait.error().message, wait.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  std::string run = invocation.line.positional(0);
  if (run.empty()) {
    auto found = the_unfinished(*here->runs);
    if (!found) {
      invocation.refuse(found.error());
      return found.error().code == ErrorCode::invalid_input ? exit_usage : exit_failed;
    }
    run = *found;
  }
  auto row = here->runs->get(run);
  if (!row) return invocation.refuse(row.error());
  bool named = settings->region || settings->environment.contains("AWS_REGION") ||
               settings->environment.contains("AWS_DEFAULT_REGION");
  if (auto const& region = row->world["region"].as_string(); !named && !region.empty())
    settings->region = region;
  if (auto resumed = here->runs->resume(run, *settings); !resumed)
    return invocation.refuse(resumed.error());
  if (invocation.json()) invocation.terminal.out(stream_record());
  if (invocation.line.value("output") == "name") invocation.terminal.out(run + "\n");
  invocation.say("Resumed " + run + ".");
  if (auto const& queued = row->summary["queued"]; queued.is_object())
    say_if_unexecuted(invocation, *here, run, queued["behind"].as_string());
  return follow_to_end(invocation, *here,
                       {run, interrupt_option(invocation.line), *wait, row->last_seq});
}

}  // namespace sluice::cli
