#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/deploy_server.hpp"
#include "cli/end_run.hpp"
#include "cli/plan_report.hpp"
#include "cli/send_signal.hpp"
#include "cli/start_run.hpp"
#include "server/alias_holder.hpp"
#include "server/host.hpp"
#include "server/run_again.hpp"

namespace sluice::cli {
namespace {

/// What a new run would meet and change, without starting it.
int report_again(Invocation& invocation, RunsHere& here, plan::Plan const& plan,
                 server::AwsSettings const& settings) {
  auto busy = server::busy_for(*here.runs, plan);
  if (!busy) return invocation.refuse(busy.error());
  if (*busy) return refuse_busy(invocation, here, **busy);
  if (here.server) {
    // What is live is the server's to read.
    invocation.terminal.out(would_release(plan));
    invocation.say("Dry run: nothing was started.");
    return exit_success;
  }
  auto folder = invocation.state_folder();
  if (!folder) return invocation.refuse(folder.error());
  auto packages = server::packages_of(*folder);
  return report_plan(invocation, plan, settings, *packages, {});
}

/// A new run of the same plan, in the same AWS world; `why` in a sentence for people.
int start_again(Invocation& invocation, RunsHere& here, store::RunRow const& row,
                server::AwsSettings settings, std::string const& why) {
  auto run = server::run_again(*here.runs, row.id);
  if (!run) return invocation.refuse(run.error());
  if (!invocation.server) {
    take_world(settings, row.world);
    take_region(settings, run->plan);
  }
  invocation.say(why);
  if (invocation.line.has("dry-run")) return report_again(invocation, here, run->plan, settings);
  if (auto refused = confirm_start(invocation)) return *refused;
  run->requester = invocation.requester();
  run->aws = std::move(settings);
  return start_and_follow(invocation, here, std::move(*run));
}

std::string named(store::RunRow const& row) { return row.id + " (" + printable(row.name) + ")"; }

int retry_ended(Invocation& invocation, RunsHere& here, store::RunRow const& row,
                server::AwsSettings settings) {
  std::string again = invocation.hint("redeploy " + row.id);
  if (!invocation.line.positional(1).empty())
    return invocation.refuse({ErrorCode::conflict,
                              "run " + row.id + " has ended: " + state_words(row.state) +
                                  "; no single step of it can be tried again",
                              invocation.hint("retry " + row.id) + " begins its plan anew."});
  if (row.state == "succeeded")
    return invocation.refuse({ErrorCode::conflict,
                              "run " + row.id + " has succeeded: there is nothing to try again",
                              again + " releases the same once more."});
  if (row.state == "superseded")
    return invocation.refuse({ErrorCode::conflict,
                              "run " + row.id + " was superseded: a later one took its place",
                              again + " releases it all the same."});
  return start_again(invocation, here, row, std::move(settings),
                     "Run " + named(row) + " ended " + state_words(row.state) +
                         " and stays as it is. A new run of the same plan tries again.");
}

}  // namespace

int run_retry(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(invocation.line.positional(0));
  if (!row) return invocation.refuse(row.error());
  if (row->ended) return retry_ended(invocation, *here, *row, std::move(*settings));
  return send_signal(invocation, *here, {"retry", "tries again", "would try again"},
                     signal_of_line(invocation, "retry", invocation.line.positional(1)));
}

int run_redeploy(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  auto row = here->runs->get(invocation.line.positional(0));
  if (!row) return invocation.refuse(row.error());
  return start_again(invocation, *here, *row, std::move(*settings),
                     "Releasing once more what run " + named(*row) + " of " +
                         local_text(row->created) + " released.");
}

}  // namespace sluice::cli
