#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view deploy_text =
    "Reads the release file, says everything that is wrong with it at once, and touches nothing "
    "where something is. Then it releases each function: publishes a new version, moves the "
    "alias's traffic to it step by step, watches, and moves it back by itself when it must.\n\n"
    "Given a folder it takes the release file in it: release.yaml, sluice.yaml or the only YAML "
    "file there is. '-' reads stdin; packages are then looked for in the current folder.\n\n"
    "An AppSpec of AWS CodeDeploy moves an alias to a version that is there already. What it "
    "cannot "
    "say is said with --deployment-config, --alarm, --hook-timeout and --no-rollback.\n\n"
    "The journal keeps every step before and after it is done. Another terminal can look on with "
    "'sluice watch', approve, skip or stop. If this process dies, 'sluice resume' goes on.\n\n"
    "Ctrl-C asks whether to roll back or to let go; --on-interrupt says it beforehand. Without a "
    "terminal it rolls back, and so it does after SIGTERM or SIGHUP. A second Ctrl-C or SIGTERM "
    "ends "
    "the program at once; the journal is safe, and 'sluice resume' goes on.";

constexpr std::string_view rollback_text =
    "A running run is told to roll back and followed to its end. Where its process is gone, this "
    "one writes the rollback into the journal, takes the run up and carries it out. A finished run "
    "is undone by a new run that restores the baselines it recorded; it is refused where a later "
    "run of this journal has moved one of its functions since.\n\n"
    "FUNCTION:ALIAS needs no journal: the alias goes to --to VERSION; without it, an alias that is "
    "split goes to its primary version, and one that is not split needs --to. Where a run whose "
    "process is gone still holds the alias, that run is rolled back instead, and its code "
    "answered. "
    "An alias that is already there is left alone, with code 0.\n\n"
    "--dry-run says from which version to which each function would go, and who is in the way.";

constexpr std::string_view retry_text =
    "A step that failed, and whose plan asks what to do, is tried again; NODE says which, where "
    "several ask. The run goes on from there.\n\n"
    "A run that has ended stays as it ended. Where it failed, was rolled back, stopped, rejected "
    "or "
    "needs a person, a new run of the same plan is started, with the packages that were stored "
    "then; what is live already as the plan wants it is left alone. A run that succeeded is "
    "refused: 'sluice redeploy' is for that.\n\n"
    "--reason is kept where a step is tried again.";

constexpr std::string_view redeploy_text =
    "Starts a new run of the plan that RUN stored: the same steps, configuration and packages, "
    "whatever the release file and the folders hold by now. It goes back to a known good release, "
    "or repeats one after its end. Rollbacks and clean-ups cannot be repeated like this.\n\n"
    "The new run records its own baseline, the one that is live now.";

std::vector<Option> deploy_options() {
  return {
      {.name = "dry-run",
       .summary = "Do everything but start: check the file, packages and AWS reads",
       .common = true},
      yes_option(),
      {.name = "package",
       .value = "S3URL=PATH",
       .summary =
           "With --local: put the file there before starting, so that the release file finds it",
       .repeatable = true,
       .common = true},
      wait_timeout_option("Stop waiting after this time; the run can be resumed"),
      on_interrupt_option(),
      {.name = "hold-timeout",
       .value = "DURATION",
       .summary = "How long to wait for a person when somebody else changed the alias or function",
       .otherwise = "the file's; 0 without a terminal",
       .setting = "hold-timeout",
       .variable = "SLUICE_HOLD_TIMEOUT"},
      {.name = "rollback-patience",
       .value = "DURATION",
       .summary = "How long a rollback is tried before a person must act; at least 1m",
       .otherwise = "the file's, usually 24h",
       .setting = "rollback-patience",
       .variable = "SLUICE_ROLLBACK_PATIENCE",
       .personal = true},
      {.name = "heal",
       .value = "HOW",
       .summary = "First settle an alias that is found split, on its primary version",
       .choices = {"to-primary"}},
      {.name = "restore",
       .value = "WHAT",
       .summary = "A rollback puts $LATEST back too",
       .choices = {"latest"}},
      {.name = "no-bypass-check",
       .summary = "Do not look for traffic that does not pass the alias"},
      {.name = "detach",
       .letter = 'd',
       .summary = "Return when the run is accepted; needs another process that executes runs"},
  };
}

void add_deploy(std::vector<Command>& all) {
  all.push_back(
      {.name = "deploy",
       .group = "Release",
       .summary = "Release the functions of a file, and roll back when something is wrong",
       .text = deploy_text,
       .examples =
           {{"sluice deploy release.yaml", "Release to AWS, with the usual credentials"},
            {"sluice deploy release.yaml --local", "Rehearse on the local endpoint"},
            {"sluice deploy shop/ --set build=1842 --target staging --yes",
             "From CI: one target, nothing asked"},
            {"sluice deploy release.yaml --local --package s3://shop/orders.zip=build/orders.zip",
             "Rehearse a file that names S3 objects"},
            {"sluice deploy appspec.yaml --deployment-config canary:10:5 --alarm orders-errors",
             "An AppSpec of AWS CodeDeploy, a tenth of the traffic first"}},
       .positionals = {{.name = "FILE|FOLDER",
                        .summary = "The release file, '-' for stdin, or a folder with one",
                        .completes = Completes::file}},
       .options = options_of({compile_options(),
                              deploy_options(),
                              aws_options(),
                              runs_options(),
                              {progress_option(), output_option({"human", "json", "name"})}}),
       .run = run_deploy});
}

std::vector<Option> again_options() {
  return options_of(
      {{yes_option(),
        dry_run_option("Say what would change, and who is in the way"),
        wait_timeout_option("Stop waiting after this time; the run can be resumed"),
        on_interrupt_option(),
        {.name = "detach",
         .letter = 'd',
         .summary = "Return when the run is accepted; needs another process that executes "
                    "runs"},
        {.name = "reason", .value = "TEXT", .summary = "Kept in the journal"}},
       aws_options(),
       runs_options(),
       {progress_option(), output_option({"human", "json", "name"})}});
}

void add_again(std::vector<Command>& all) {
  all.push_back(
      {.name = "retry",
       .group = "Release",
       .summary = "Try again: the step of a run that asks, or a run that ended badly",
       .text = retry_text,
       .examples = {{"sluice retry d-7QK2M9XTA", "The step that asks, or the whole plan"},
                    {"sluice retry d-7QK2M9XTA prod/smoke-test", "This step, where several ask"}},
       .positionals = {{.name = "RUN", .summary = "The run's id, as deploy printed it"},
                       {.name = "NODE",
                        .summary = "The step's path, as 'sluice get' shows it",
                        .required = false}},
       .options = again_options(),
       .run = run_retry});
  all.push_back({.name = "redeploy",
                 .group = "Release",
                 .summary = "Release once more what an earlier run released",
                 .text = redeploy_text,
                 .examples = {{"sluice redeploy d-7QK2M9XTA", "The same plan, the same packages"},
                              {"sluice redeploy d-7QK2M9XTA --dry-run", "What that would change"}},
                 .positionals = {{.name = "RUN", .summary = "The run's id, as deploy printed it"}},
                 .options = again_options(),
                 .run = run_redeploy});
}

}  // namespace

void add_release_commands(std::vector<Command>& all) {
  add_deploy(all);
  all.push_back(
      {.name = "resume",
       .group = "Release",
       .summary = "Take up a run whose process ended before it did",
       .text = "The run goes on where its journal ends: what may have happened is looked up first, "
               "nothing is "
               "done twice. What the journal tells already is shown first, under 'So far:'. "
               "Without RUN it takes up the one run that has not ended. The "
               "credentials are those "
               "of this process; they must belong to the account the run was started in.",
       .examples = {{"sluice resume", "Take up the one unfinished run"},
                    {"sluice resume d-7QK2M9XTA", "Take up this one"}},
       .positionals = {{.name = "RUN", .summary = "The run's id", .required = false}},
       .options = options_of(
           {{on_interrupt_option(),
             wait_timeout_option("Stop waiting after this time; the run can be resumed")},
            aws_options(),
            runs_options(),
            {progress_option(), output_option({"human", "json", "name"})}}),
       .run = run_resume});
  all.push_back(
      {.name = "rollback",
       .group = "Release",
       .summary = "Move traffic back: of a run, or of an alias without a journal",
       .text = rollback_text,
       .examples = {{"sluice rollback d-7QK2M9XTA", "Undo a run, running or finished"},
                    {"sluice rollback orders:live", "Settle a split alias on its primary version"},
                    {"sluice rollback orders:live --to 41", "Point the alias at a version"}},
       .positionals = {{.name = "RUN|FUNCTION:ALIAS", .summary = "What to move back"}},
       .options =
           options_of({{{.name = "to",
                         .value = "VERSION",
                         .summary = "With FUNCTION:ALIAS: the version to go to",
                         .common = true},
                        {.name = "reason", .value = "TEXT", .summary = "Kept in the journal"},
                        yes_option(),
                        dry_run_option("Say what would move, and move nothing")},
                       aws_options(),
                       runs_options(),
                       {progress_option(), output_option({"human", "json", "name"})}}),
       .run = run_rollback});
  add_again(all);
}

}  // namespace sluice::cli
