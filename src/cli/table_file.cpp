#include "cli/commands.hpp"

namespace sluice::cli {

void add_file_commands(std::vector<Command>& all) {
  Positional const file{.name = "FILE|FOLDER",
                        .summary = "The release file, '-' for stdin, or a folder with one",
                        .completes = Completes::file};
  all.push_back(
      {.name = "validate",
       .group = "Files",
       .summary = "Check a release file and report every problem at once",
       .text =
           "Needs no network and no credentials. The folders and zips that the file names are "
           "looked at too, from their first byte to their last; --no-package-check leaves them "
           "out where they are not built yet. Ends with 3 where the file cannot be released. In "
           "CI, -o github prints annotations and -o gitlab a code quality report.",
       .examples = {{"sluice validate release.yaml", "For people"},
                    {"sluice validate release.yaml -o github", "As annotations in GitHub Actions"}},
       .positionals = {file},
       .options = options_of({compile_options(),
                              {{.name = "no-package-check",
                                .summary = "Do not look at local packages: they are built later"},
                               output_option({"human", "json", "github", "gitlab"})}}),
       .run = run_validate});
  all.push_back(
      {.name = "convert",
       .group = "Files",
       .summary = "Print any release file in Sluice's own form",
       .text =
           "What is printed compiles to an equivalent plan; that is checked before it is printed.",
       .examples = {{"sluice convert deploy.yml > release.yaml", "From another tool's file"},
                    {"sluice convert release.yaml -o json", "The compiled plan as JSON"}},
       .positionals = {file},
       .options = options_of({compile_options(), {output_option({"human", "json"})}}),
       .run = run_convert});
  all.push_back({.name = "explain",
                 .group = "Files",
                 .summary = "Explain the code of a problem, with an example",
                 .text = "",
                 .examples = {{"sluice explain E1003", "What 'E1003' in a message means"}},
                 .positionals = {{.name = "CODE",
                                  .summary = "A code such as E1003",
                                  .completes = Completes::code}},
                 .options = {},
                 .run = run_explain,
                 .configured = false});
}

}  // namespace sluice::cli
