#include "cli/local_commands.hpp"

#include "cli/local_link.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view group = "Local";

constexpr std::string_view up_text =
    "Speaks the part of Lambda, S3, STS, CloudWatch and SNS that releases use, to any AWS client, "
    "and "
    "really runs Node, Python and provided.* functions. What is put into it stays in the state "
    "folder for the next time.\n\n"
    "Any access key with any secret is accepted and belongs to account 000000000000; keys declared "
    "with --key are verified. stdout is what a shell needs to use the endpoint.";

constexpr std::string_view traffic_text =
    "Sends at a steady rate until --for is over or Ctrl-C comes, then says what answered: "
    "requests, "
    "share and errors of every version, each distinct error message once. Through an alias the "
    "shares are measured for each setting of its weights by itself. The traffic is thinner than "
    "asked for while functions start, and where 64 invocations at the same time do not suffice.";

constexpr std::string_view fault_text =
    "'add' asks for a fault: what to --do, to which --call, --when and how many --times. With "
    "after-effect the call does its work and only its answer is spoilt, as when a connection is "
    "lost. 'list' shows each one with how often it still applies and how often it has "
    "happened, 'clear' forgets all of them.";

Option region_option() {
  return {.name = "region",
          .value = "REGION",
          .summary = "Region of the function or bucket",
          .otherwise = "AWS_REGION, then AWS_DEFAULT_REGION; else where the function is",
          .setting = "region",
          .variable = "AWS_REGION",
          .place = true};
}

std::vector<Option> payload_options() {
  return {{.name = "payload",
           .value = "JSON",
           .summary = "What is sent",
           .otherwise = "{}",
           .common = true},
          {.name = "file",
           .letter = 'f',
           .value = "FILE",
           .summary = "Send what this file holds; '-' is stdin"}};
}

Positional function_argument() {
  return {.name = "FUNCTION[:QUALIFIER]", .summary = "A function, with its alias or version"};
}

std::vector<Option> up_options() {
  return {{.name = "port",
           .value = "PORT",
           .summary = "Listen there, on 127.0.0.1; 0 takes any free port",
           .otherwise = "4566",
           .common = true},
          {.name = "state",
           .value = "DIR",
           .summary = "Keep everything in this folder",
           .otherwise = "local in SLUICE_STATE or $XDG_STATE_HOME/sluice",
           .common = true,
           .setting = "local-state",
           .variable = "SLUICE_LOCAL_STATE",
           .personal = true,
           .place = true},
          {.name = "settle-delay",
           .value = "DURATION",
           .summary = "How long a created or updated function is not ready",
           .otherwise = "200ms"},
          {.name = "throttle",
           .value = "RATE",
           .summary = "Control-plane calls per second; 0 allows any number",
           .otherwise = "15"},
          {.name = "metric-lag",
           .value = "DURATION",
           .summary = "How late metrics can be read",
           .otherwise = "0s"},
          {.name = "key",
           .value = "ID:SECRET:ACCOUNT",
           .summary = "An access key whose signatures are verified, and its account",
           .repeatable = true}};
}

std::vector<Option> fault_options() {
  return {{.name = "call",
           .value = "OPERATION",
           .summary = "To this operation, for example UpdateAlias",
           .otherwise = "every one",
           .common = true},
          {.name = "when",
           .value = "MOMENT",
           .summary = "Instead of the call's work, or after it",
           .choices = {"before", "after-effect"},
           .otherwise = "before",
           .common = true},
          {.name = "do",
           .value = "WHAT",
           .summary = "drop cuts the connection",
           .choices = {"drop", "throttle", "delay", "deny", "5xx", "500", "503"},
           .common = true},
          {.name = "delay", .value = "DURATION", .summary = "With --do delay: for how long"},
          {.name = "times",
           .value = "COUNT",
           .summary = "How often; 0 is for always",
           .otherwise = "1",
           .common = true},
          {.name = "function", .value = "NAME", .summary = "Only to calls about this function"}};
}

void add_using(std::vector<Command>& all) {
  all.push_back({.name = "local put",
                 .group = group,
                 .summary = "Put a file into the local S3",
                 .text = "Makes the bucket where it is missing.",
                 .examples = {{"sluice local put s3://shop/orders.zip build/orders.zip",
                               "What a release file names as s3://shop/orders.zip"}},
                 .positionals = {{.name = "S3URL", .summary = "Where to put it: s3://BUCKET/KEY"},
                                 {.name = "FILE",
                                  .summary = "The file to put there",
                                  .completes = Completes::file}},
                 .options = options_of({local_options(), {region_option()}}),
                 .run = run_local_put});
  all.push_back(
      {.name = "local invoke",
       .group = group,
       .summary = "Run a function and print its answer",
       .text = "The answer goes to stdout, the function's log and the version that ran to stderr. "
               "Ends with 1 where the function failed.",
       .examples = {{"sluice local invoke orders:live --payload '{\"order\": 7}'",
                     "Through the alias, by its weights"},
                    {"sluice local invoke orders:42 -f event.json", "One version"}},
       .positionals = {function_argument()},
       .options = options_of({payload_options(),
                              local_options(),
                              {region_option(), output_option({"human", "json"})}}),
       .run = run_local_invoke});
  all.push_back({.name = "local traffic",
                 .group = group,
                 .summary = "Send steady traffic and measure which versions answer",
                 .text = traffic_text,
                 .examples = {{"sluice local traffic orders:live --rps 30", "Until Ctrl-C"},
                              {"sluice local traffic orders:live --rps 50 --for 1m -o json",
                               "For a minute, as JSON"}},
                 .positionals = {function_argument()},
                 .options = options_of(
                     {{{.name = "rps",
                        .value = "RATE",
                        .summary = "Requests per second",
                        .otherwise = "10",
                        .common = true},
                       {.name = "for", .value = "DURATION", .summary = "How long", .common = true},
                       {.name = "ramp",
                        .value = "DURATION",
                        .summary = "Grow from nothing to the rate over this time"}},
                      payload_options(),
                      local_options(),
                      {region_option(), output_option({"human", "json"})}}),
                 .run = run_local_traffic});
}

void add_looking(std::vector<Command>& all) {
  all.push_back(
      {.name = "local logs",
       .group = group,
       .summary = "Print what a function logged",
       .text = "The newest 1 MiB of each function are kept while the endpoint runs.",
       .examples = {{"sluice local logs orders --follow", "And what is to come"},
                    {"sluice local logs orders:42", "Of one version"}},
       .positionals = {{.name = "FUNCTION[:VERSION]",
                        .summary = "The function, or one version of it, whose log is printed"}},
       .options =
           options_of({{{.name = "follow", .summary = "Go on until Ctrl-C", .common = true},
                        {.name = "version", .value = "VERSION", .summary = "Only this version"},
                        {.name = "account",
                         .value = "ACCOUNT",
                         .summary = "The function's account",
                         .otherwise = "000000000000"}},
                       local_options(),
                       {region_option(), output_option({"human", "json"})}}),
       .run = run_local_logs});
  all.push_back(
      {.name = "local calls",
       .group = group,
       .summary = "Print the calls that the endpoint answered",
       .text = "The newest 10000 are kept while the endpoint runs.",
       .examples = {{"sluice local calls", "For people"},
                    {"sluice local calls -o json --clear", "As JSON, and begin anew"}},
       .positionals = {},
       .options = options_of(
           {{{.name = "clear", .summary = "Forget them after they are printed", .common = true}},
            local_options(),
            {output_option({"human", "json"})}}),
       .run = run_local_calls});
  all.push_back(
      {.name = "local messages",
       .group = group,
       .summary = "Print what was published to topics of SNS",
       .text = "The endpoint delivers messages to nobody. It keeps the newest 1000, in its state "
               "folder too.",
       .examples = {{"sluice local messages", "For people"},
                    {"sluice local messages -o json --clear", "As JSON, and begin anew"}},
       .positionals = {},
       .options = options_of(
           {{{.name = "clear", .summary = "Forget them after they are printed", .common = true}},
            local_options(),
            {output_option({"human", "json"})}}),
       .run = run_local_messages});
}

}  // namespace

void add_local_commands(std::vector<Command>& all) {
  all.push_back({.name = "local up",
                 .group = group,
                 .summary = "Run the local AWS endpoint until Ctrl-C",
                 .text = up_text,
                 .examples = {{"sluice local up", "On port 4566"},
                              {"sluice local up --port 0 --state ./stage --verbose",
                               "On any free port, showing every call"}},
                 .positionals = {},
                 .options = options_of({up_options(), {output_option({"human", "json"})}}),
                 .run = run_local_up});
  add_using(all);
  add_looking(all);
  all.push_back(
      {.name = "local fault",
       .group = group,
       .summary = "Make calls of the local endpoint fail",
       .text = fault_text,
       .examples = {{"sluice local fault add --call UpdateAlias --when after-effect --do drop",
                     "Lose the answer of the next UpdateAlias"},
                    {"sluice local fault clear", "Forget all faults"}},
       .positionals = {{.name = "add|list|clear",
                        .summary =
                            "Ask for a fault, show those that were asked for, or forget them"}},
       .options =
           options_of({fault_options(), local_options(), {output_option({"human", "json"})}}),
       .run = run_local_fault});
  all.push_back({.name = "local reset",
                 .group = group,
                 .summary = "Empty the local endpoint",
                 .text = "Forgets functions, objects, metrics, logs, calls and faults.",
                 .examples = {{"sluice local reset", "Begin anew"}},
                 .positionals = {},
                 .options = local_options(),
                 .run = run_local_reset});
}

}  // namespace sluice::cli
