#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view login_text =
    "Checks a token and keeps it for that server in ~/.config/sluice/credentials "
    "($XDG_CONFIG_HOME), which only you can read. An administrator makes tokens: 'sluice token "
    "create'. The set-up token that a new server prints when it starts is exchanged for the first "
    "administrator's.\n\n"
    "A terminal is asked for the token, without showing it. --token-file reads it from a file, or "
    "from stdin where that is '-'. It is never given on the command line, where others could read "
    "it.\n\n"
    "Commands find a server's token in --token-file, then here, then in SLUICE_TOKEN.";

Positional url_argument() {
  return {.name = "URL",
          .summary = "The server: https://HOST[:PORT]; http:// on this machine only"};
}

}  // namespace

void add_login_commands(std::vector<Command>& all) {
  all.push_back(
      {.name = "login",
       .group = "Server",
       .summary = "Show a server who you are, from now on",
       .text = login_text,
       .examples = {{"sluice login https://sluice.example.com", "Asks for the token"},
                    {"sluice login https://sluice.example.com --token-file - --default < token",
                     "From a file, and make it the usual server"}},
       .positionals = {url_argument()},
       .options = {{.name = "token-file",
                    .value = "FILE",
                    .summary = "Read the token from there; '-' is stdin",
                    .common = true},
                   {.name = "default",
                    .summary = "Make it the usual server, in your configuration file",
                    .common = true},
                   {.name = "name",
                    .value = "NAME",
                    .summary = "With a set-up token: what you are called on the server",
                    .otherwise = "admin"},
                   ca_file_option(),
                   output_option({"human", "json"})},
       .run = run_login});
  all.push_back({.name = "logout",
                 .group = "Server",
                 .summary = "Forget the token that was kept for a server",
                 .text = "The token itself stays valid until it expires or an administrator "
                         "revokes it: 'sluice token revoke'.",
                 .examples = {{"sluice logout https://sluice.example.com", "On this machine"}},
                 .positionals = {url_argument()},
                 .options = {},
                 .run = run_logout});
}

}  // namespace sluice::cli
