#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

std::vector<Option> rehearse_options() {
  return {
      {.name = "rps",
       .value = "NUMBER",
       .summary = "Requests per second through every alias",
       .otherwise = "20",
       .common = true},
      {.name = "errors",
       .value = "SHARE",
       .summary = "How many of the new version's requests fail, such as 3%",
       .otherwise = "0",
       .common = true},
      {.name = "baseline-errors",
       .value = "SHARE",
       .summary = "How many of the old version's requests fail",
       .otherwise = "0"},
      {.name = "approve",
       .value = "HOW",
       .summary = "What becomes of approvals: given after a minute, or not at all",
       .choices = {"auto", "never"},
       .otherwise = "auto",
       .common = true},
      {.name = "fault",
       .value = "RULE",
       .summary = "Disturb calls: call=NAME,do=drop|throttle|delay|deny|500|503, and when, times, "
                  "function, delay, as in 'sluice local fault'",
       .repeatable = true,
       .common = true},
      {.name = "first-deployment", .summary = "The functions do not exist before"},
      {.name = "metric-lag",
       .value = "DURATION",
       .summary = "How late CloudWatch knows what happened",
       .otherwise = "3m, as on AWS"},
      {.name = "settle-delay",
       .value = "DURATION",
       .summary = "How long a create or an update of a function takes",
       .otherwise = "1s"},
      {.name = "hold-timeout",
       .value = "DURATION",
       .summary = "How long to wait for a person when somebody else changed the alias or function",
       .otherwise = "0"},
      {.name = "seed",
       .value = "NUMBER",
       .summary = "Another one lets chance fall differently; the same gives the same rehearsal",
       .otherwise = "1"},
  };
}

void add_rehearse(std::vector<Command>& all, Positional const& file) {
  all.push_back(
      {.name = "rehearse",
       .group = "Before",
       .summary = "Run a release in virtual time against a model of AWS, and show how it goes",
       .text = "The engine and the rules of Lambda are the real ones; the clock is not: a release "
               "that takes hours is over in a moment. Needs no network, no credentials and no "
               "journal, and changes nothing.\n\n"
               "Every function is there beforehand, as the file declares it and with other code. "
               "Requests are counted, none is run, and webhooks are not sent. Say how many of the "
               "new version's requests fail and which calls of AWS are disturbed, and see what "
               "becomes of the release. Ends with the code that the release would end with, and "
               "with 7 where it would wait for a person for ever.",
       .examples = {{"sluice rehearse release.yaml", "A release without trouble"},
                    {"sluice rehearse release.yaml --errors 8% --rps 50",
                     "A bad version: when is it noticed, and who has met it by then"},
                    {"sluice rehearse release.yaml --fault call=UpdateAlias,do=drop,"
                     "when=after-effect",
                     "The answer to the first shift is lost"}},
       .positionals = {file},
       .options =
           options_of({compile_options(), rehearse_options(), {output_option({"human", "json"})}}),
       .run = run_rehearse});
}

}  // namespace

void add_look_commands(std::vector<Command>& all) {
  Positional const file{.name = "FILE|FOLDER",
                        .summary = "The release file, '-' for stdin, or a folder with one",
                        .completes = Completes::file};
  all.push_back(
      {.name = "plan",
       .group = "Before",
       .summary = "Show what a release would change, its schedule and the permissions it needs",
       .text = "Compares what the file declares with what is live, secrets masked: per function "
               "the code, the "
               "configuration, tags, concurrency and the alias. Then the steps with the time they "
               "take at "
               "least, what is measured and its limits, and the IAM actions of every step. It only "
               "reads; "
               "what it may not read becomes a warning.",
       .examples = {{"sluice plan release.yaml", "Against AWS"},
                    {"sluice plan release.yaml --local", "Against the local endpoint"}},
       .positionals = {file},
       .options = options_of(
           {compile_options(), aws_options(), store_options(), {output_option({"human", "json"})}}),
       .run = run_plan});
  add_rehearse(all, file);
  all.push_back({.name = "diff",
                 .group = "Before",
                 .summary = "Show only the differences between the file and what is live",
                 .text = "The first part of 'sluice plan', for scripts: with --detailed-exitcode "
                         "it ends with 2 where "
                         "something differs.",
                 .examples = {{"sluice diff release.yaml", "What differs"},
                              {"sluice diff release.yaml --detailed-exitcode",
                               "2 where something differs, 0 where nothing does"}},
                 .positionals = {file},
                 .options = options_of({{{.name = "detailed-exitcode",
                                          .summary = "End with 2 where something differs",
                                          .common = true}},
                                        compile_options(),
                                        aws_options(),
                                        store_options(),
                                        {output_option({"human", "json"})}}),
                 .run = run_diff});
  all.push_back({.name = "init",
                 .group = "Before",
                 .summary = "Write a release file for a function that is already there",
                 .text = "Reads the function and prints a short file in the native form that "
                         "'sluice plan' reports as "
                         "nothing to do. The package is left out: name one when there is something "
                         "new to release.",
                 .examples = {{"sluice init orders:live > release.yaml",
                               "From the function orders and its alias live"},
                              {"sluice init orders --region eu-west-1", "Without an alias"}},
                 .positionals = {{.name = "FUNCTION[:ALIAS]", .summary = "Name or ARN"}},
                 .options = options_of({aws_options(), store_options()}),
                 .run = run_init});
  all.push_back(
      {.name = "doctor",
       .group = "Before",
       .summary = "Check credentials, region, clock, journal and what local functions need",
       .text = "Each failed check says how to mend it. Ends with 1 where one failed.",
       .examples = {{"sluice doctor", "With the usual credentials"},
                    {"sluice doctor --profile prod", "With a profile's"}},
       .positionals = {},
       .options = options_of({aws_options(), store_options(), {output_option({"human", "json"})}}),
       .run = run_doctor});
}

}  // namespace sluice::cli
