#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view set_text =
    "The value comes from a file, from stdin, or is asked for on the terminal without showing it; "
    "never from the command line, which other users and the shell's history could see. One line "
    "end behind it is dropped. What was stored under the name before is replaced.\n\n"
    "Release files name it ${secret:NAME} in environment variables, in external_id and in "
    "webhooks. Values are kept encrypted; no command shows them again, and no journal, log or "
    "message holds them.";

constexpr std::string_view rotate_text =
    "Makes another key, encrypts every secret of the journal with it and forgets the old one. "
    "Fingerprints change with the key. Where the key was given with --secret-key-file it is not "
    "changed here.";

Positional name_positional(std::string_view summary) {
  return {.name = "NAME", .summary = summary};
}

std::vector<Option> door_options() {
  return options_of({runs_options(), {output_option({"human", "json"})}});
}

Option from_file_option() {
  return {.name = "from-file",
          .value = "FILE",
          .summary = "Take the value from there; - is stdin",
          .common = true};
}

}  // namespace

void add_secret_commands(std::vector<Command>& all) {
  all.push_back({.name = "secret set",
                 .group = "Server",
                 .summary = "Store a value that release files refer to and nothing shows",
                 .text = set_text,
                 .examples = {{"sluice secret set API_KEY", "Ask for it on the terminal"},
                              {"sluice secret set HOOK_TOKEN --from-file token.txt", "From a file"},
                              {"pass show deploy/hook | sluice secret set HOOK_TOKEN --server "
                               "https://sluice.example",
                               "From a password manager, to a server"}},
                 .positionals = {name_positional("Letters, digits, '_', '-' and '.'")},
                 .options = options_of({{from_file_option()}, door_options()}),
                 .run = run_secret_set});
  all.push_back({.name = "secret list",
                 .group = "Server",
                 .summary = "List the secrets: name, fingerprint, when and by whom; never a value",
                 .text = "",
                 .examples = {{"sluice secret list", "All of them"}},
                 .positionals = {},
                 .options = door_options(),
                 .run = run_secret_list});
  all.push_back({.name = "secret remove",
                 .group = "Server",
                 .summary = "Forget a secret",
                 .text = "A run that needs it later fails there; a new one is not started.",
                 .examples = {{"sluice secret remove HOOK_TOKEN", "Forget it"}},
                 .positionals = {name_positional("As 'sluice secret list' shows it")},
                 .options = door_options(),
                 .run = run_secret_remove});
  all.push_back({.name = "secret rotate-key",
                 .group = "Server",
                 .summary = "Encrypt all secrets with a new key",
                 .text = rotate_text,
                 .examples = {{"sluice secret rotate-key", "After the state folder was copied"}},
                 .positionals = {},
                 .options = door_options(),
                 .run = run_secret_rotate_key});
}

}  // namespace sluice::cli
