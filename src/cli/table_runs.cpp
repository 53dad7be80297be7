#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

Positional run_argument() {
  return {.name = "RUN", .summary = "The run's id, as deploy printed it"};
}

Option reason_option() {
  return {.name = "reason", .value = "TEXT", .summary = "Kept in the journal"};
}

Option step_option() {
  return {.name = "step",
          .value = "PATH",
          .summary = "Which step, where several wait: its path as 'sluice get' shows it",
          .common = true};
}

struct Simple {
  std::string_view name, summary, text, example, what;
  int (*run)(Invocation&);
  bool step;
};

}  // namespace

void add_run_commands(std::vector<Command>& all) {
  all.push_back(
      {.name = "get",
       .group = "Runs",
       .summary = "Show a run, or where a function's alias stands",
       .text =
           "Of a run: its tree, where each function is, and what it waits for. Of "
           "FUNCTION[:ALIAS]: the "
           "versions and weights that are live, and which runs released them, who asked and when.",
       .examples = {{"sluice get d-7QK2M9XTA", "A run"},
                    {"sluice get orders:live", "Versions, weights, and who released them"}},
       .positionals = {{.name = "RUN|FUNCTION[:ALIAS]", .summary = "A run's id, or a function"}},
       .options =
           options_of({aws_options(), runs_options(), {output_option({"human", "json", "name"})}}),
       .run = run_get});
  all.push_back(
      {.name = "list",
       .group = "Runs",
       .summary = "List the runs of the journal, newest first",
       .text = "",
       .examples = {{"sluice list", "The last fifty"},
                    {"sluice list --function orders --active",
                     "Those of one function that have not ended"}},
       .positionals = {},
       .options = options_of(
           {{{.name = "active", .summary = "Only runs that have not ended", .common = true},
             {.name = "function",
              .value = "NAME",
              .summary = "Only runs that release this function",
              .common = true},
             {.name = "limit", .value = "COUNT", .summary = "At most so many", .otherwise = "50"}},
            runs_options(),
            {output_option({"human", "json", "name"})}}),
       .run = run_list});
  all.push_back(
      {.name = "watch",
       .group = "Runs",
       .summary = "Follow a run to its end",
       .text = "Looks on: Ctrl-C ends the looking, never the run.",
       .examples = {{"sluice watch d-7QK2M9XTA", "Follow it"},
                    {"sluice watch d-7QK2M9XTA --exit-status", "And end as the run does"}},
       .positionals = {run_argument()},
       .options = options_of({{{.name = "exit-status",
                                .summary = "End with the code of the run's end",
                                .common = true},
                               wait_timeout_option("Stop looking after this time, with code 8")},
                              runs_options(),
                              {progress_option(), output_option({"human", "json"})}}),
       .run = run_watch});
  all.push_back({.name = "logs",
                 .group = "Runs",
                 .summary = "Print a run's journal as readable lines",
                 .text = "Every event with its time: what was about to be done, what came of it, "
                         "who decided what. "
                         "-o json prints the events as they are stored, one per line.",
                 .examples = {{"sluice logs d-7QK2M9XTA", "All of it"},
                              {"sluice logs d-7QK2M9XTA -o json", "As it is stored"}},
                 .positionals = {run_argument()},
                 .options = options_of({runs_options(), {output_option({"human", "json"})}}),
                 .run = run_logs});
}

void add_signal_commands(std::vector<Command>& all) {
  Simple const table[] = {
      {"approve", "Approve the step of a run that waits for it", "",
       "sluice approve d-7QK2M9XTA --reason 'numbers look good'", "Go on", run_approve, true},
      {"reject", "Refuse the step of a run that waits for an approval",
       "The plan decides what follows: usually the run goes back to the baseline.",
       "sluice reject d-7QK2M9XTA --reason 'wrong build'", "Go back", run_reject, true},
      {"skip", "End the pause or check a run is in, and go on",
       "A check that is skipped passes without a verdict; the journal says who skipped it.",
       "sluice skip d-7QK2M9XTA", "Do not wait any longer", run_skip, true},
      {"promote", "Take a run through its remaining pauses and checks to 100 %",
       "Approvals still have to be given.", "sluice promote d-7QK2M9XTA",
       "All traffic to the candidate", run_promote, false},
      {"pause", "Hold a run before its next step",
       "What is under way is finished; a rollback is not held.", "sluice pause d-7QK2M9XTA", "Hold",
       run_pause, false},
      {"continue", "Let a run go on that was paused, or that asks whether to try again", "",
       "sluice continue d-7QK2M9XTA", "Go on", run_continue, true},
      {"stop", "End a run: releases on their way go back, finished ones stay",
       "A release that has not finished goes back to its baseline, so that no alias is left split; "
       "targets that are done stay on the new version. 'sluice rollback RUN' takes those back "
       "too.\n\n"
       "Where no process executes the run any more, this one writes the stop into the journal, "
       "takes "
       "the run up with its own credentials, and follows it to its end and exit code.",
       "sluice stop d-7QK2M9XTA", "End it", run_stop, false},
  };
  for (auto const& one : table) {
    std::vector<Option> own = {reason_option()};
    if (one.step) own.push_back(step_option());
    own.push_back(dry_run_option("Say whether the run would take it, and send nothing"));
    std::vector<Option> last = {output_option({"human", "json", "name"})};
    // Only a stop may have to be carried out by this process.
    bool executes = one.run == run_stop;
    if (executes) last.insert(last.begin(), progress_option());
    all.push_back({.name = one.name,
                   .group = "Signals",
                   .summary = one.summary,
                   .text = one.text,
                   .examples = {{one.example, one.what}},
                   .positionals = {run_argument()},
                   .options = options_of({own, executes ? aws_options() : std::vector<Option>(),
                                          runs_options(), last}),
                   .run = one.run});
  }
}

void add_self_commands(std::vector<Command>& all) {
  all.push_back({.name = "version",
                 .group = "Sluice",
                 .summary = "Print the version",
                 .text = "",
                 .examples = {{"sluice version -o json", "For scripts"}},
                 .positionals = {},
                 .options = {output_option({"human", "json"})},
                 .run = run_version,
                 .configured = false});
  all.push_back({.name = "completion",
                 .group = "Sluice",
                 .summary = "Print the completion script of a shell",
                 .text = "",
                 .examples = {{"source <(sluice completion bash)", "For this bash"}},
                 .positionals = {{.name = "SHELL",
                                  .summary = "bash, zsh or fish",
                                  .completes = Completes::shell}},
                 .options = {},
                 .run = run_completion,
                 .configured = false});
  all.push_back({.name = "help",
                 .group = "Sluice",
                 .summary = "Show help about a command or topic",
                 .text = "",
                 .examples = {{"sluice help deploy", "Everything about deploy"},
                              {"sluice help exit-codes", "What the exit codes mean"}},
                 .positionals = {{.name = "TOPIC",
                                  .summary = "A command or topic",
                                  .required = false,
                                  .repeatable = true,
                                  .completes = Completes::topic}},
                 .options = {},
                 .run = run_help,
                 .configured = false});
}

}  // namespace sluice::cli
