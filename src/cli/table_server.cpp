#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view serve_text =
    "Executes runs and serves the API until it is told to end. It holds the journal in --state: "
    "commands on this machine that name the same folder reach it there without a token; everybody "
    "else shows one ('sluice token create'). A server that starts without any token prints a "
    "set-up "
    "token: valid once and for an hour, it is exchanged for an administrator's token.\n\n"
    "Its runs work with the AWS credentials and the region of this process. What it finds "
    "unfinished when it starts it goes on with; a run whose AWS cannot be reached is held and "
    "tried "
    "again.\n\n"
    "With --store the journal is in PostgreSQL, and any number of servers share the work: each "
    "answers for all runs, and where one ends or dies the others go on with its runs. Each has a "
    "folder --state of its own. A password is given in ~/.pgpass, PGPASSWORD or SLUICE_STORE, "
    "never on the command line.\n\n"
    "Beyond this machine it listens only with a certificate (--tls-cert, --tls-key) or behind a "
    "proxy that has one (--behind-proxy).\n\n"
    "SIGTERM and SIGINT end it: it takes no more requests, lets steps return for up to 5 s, and "
    "leaves the runs to the next start. A second signal ends it at once.";

std::vector<Option> listen_options() {
  return {{.name = "listen",
           .value = "ADDRESS:PORT",
           .summary = "Where to listen; port 0 takes any free one",
           .otherwise = "127.0.0.1:8470",
           .common = true},
          {.name = "public-url",
           .value = "URL",
           .summary = "Where others reach it, where that is another name: requests to other names "
                      "are refused"},
          {.name = "tls-cert",
           .value = "FILE",
           .summary = "Speak TLS with this certificate (PEM, its own first); SIGHUP reads it anew",
           .common = true},
          {.name = "tls-key", .value = "FILE", .summary = "Its key (PEM)", .common = true},
          {.name = "behind-proxy",
           .value = "ADDRESS",
           .summary = "A proxy, or a range of them, that speaks TLS for it and whose "
                      "X-Forwarded-For is believed",
           .repeatable = true},
          {.name = "allow-egress",
           .value = "RANGE",
           .summary = "Let webhooks of release files go to these addresses too; public ones are "
                      "always allowed, loopback and private ones never without this",
           .repeatable = true},
          {.name = "account",
           .value = "ID",
           .summary = "AWS account, twelve digits, that CodeDeploy's clients find in ARNs of its "
                      "applications",
           .otherwise = "000000000000"},
          {.name = "aws-key-file",
           .value = "FILE",
           .summary = "Access keys for CodeDeploy's clients, besides those of 'token create "
                      "--aws-keys': a line ID SECRET PRINCIPAL each"},
          {.name = "store",
           .value = "URL",
           .summary = "Share the journal with other servers: postgres://USER@HOST/DATABASE",
           .otherwise = "in --state, for this server alone",
           .common = true,
           .setting = "store",
           .variable = "SLUICE_STORE",
           .personal = true}};
}

void add_serve(std::vector<Command>& all) {
  all.push_back(
      {.name = "serve",
       .group = "Server",
       .summary = "Execute runs for others and serve the API",
       .text = serve_text,
       .examples = {{"sluice serve --state /var/lib/sluice", "On this machine only"},
                    {"sluice serve --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key "
                     "key.pem",
                     "For others, with a certificate"},
                    {"sluice serve --listen 10.0.0.7:8470 --behind-proxy 10.0.0.2 "
                     "--public-url https://sluice.example",
                     "For others, behind a proxy that has one"},
                    {"sluice serve --store postgres://sluice@db.example/releases --state "
                     "/var/lib/sluice",
                     "One of several servers"}},
       .positionals = {},
       .options = options_of(
           {listen_options(), aws_options(), store_options(), {output_option({"human", "json"})}}),
       .run = run_serve});
}

}  // namespace

void add_server_commands(std::vector<Command>& all) {
  add_serve(all);
  all.push_back(
      {.name = "token create",
       .group = "Server",
       .summary = "Make an API token and print it, this once",
       .text =
           "stdout takes the token alone. Whoever uses it is known by its name: as the requester "
           "of runs and the giver of answers.\n\n"
           "Roles: viewer looks; operator starts, stops and rolls back too; approver looks and "
           "answers what plans ask people; maintainer is an operator who also changes secrets "
           "and packages; admin may do everything.\n\n"
           "With --aws-keys it is an access key for AWS clients, which sign what they send to the "
           "server as CodeDeploy: two lines, as variables of their environment. It is listed, "
           "expires and is revoked as a token is.",
       .examples = {{"sluice token create --name ci-shop --role operator", "For a pipeline"},
                    {"sluice token create --name alice --role operator --role approver --expires "
                     "30d",
                     "Two roles, for a month"},
                    {"sluice token create --name terraform --role maintainer --aws-keys",
                     "For an AWS client"}},
       .positionals = {},
       .options = options_of(
           {{{.name = "name", .value = "NAME", .summary = "Who or what uses it", .common = true},
             {.name = "role",
              .value = "ROLE",
              .summary = "What it may do",
              .choices = {"viewer", "operator", "approver", "maintainer", "admin"},
              .repeatable = true,
              .common = true},
             {.name = "expires",
              .value = "DURATION",
              .summary = "For how long it is valid, a year at most",
              .otherwise = "90d",
              .common = true},
             {.name = "aws-keys",
              .summary = "Make an access key for AWS clients instead: an id and a secret"}},
            runs_options(),
            {output_option({"human", "json"})}}),
       .run = run_token_create});
  all.push_back({.name = "token list",
                 .group = "Server",
                 .summary = "List the API tokens: whose, which roles, until when, last used",
                 .text = "",
                 .examples = {{"sluice token list", "All of them"}},
                 .positionals = {},
                 .options = options_of({runs_options(), {output_option({"human", "json"})}}),
                 .run = run_token_list});
  all.push_back({.name = "token revoke",
                 .group = "Server",
                 .summary = "Make an API token void",
                 .text = "",
                 .examples = {{"sluice token revoke ci-shop",
                               "By its name, or by its id where several have "
                               "that name"}},
                 .positionals = {{.name = "ID|NAME", .summary = "As 'sluice token list' shows it"}},
                 .options = options_of({runs_options(), {output_option({"human", "json"})}}),
                 .run = run_token_revoke});
}

}  // namespace sluice::cli
