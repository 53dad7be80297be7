#include "cli/commands.hpp"

namespace sluice::cli {

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
