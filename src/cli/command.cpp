#include "cli/command.hpp"

#include <algorithm>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/local_commands.hpp"

namespace sluice::cli {

std::vector<Command> const& all_commands() {
  static std::vector<Command> const table = [] {
    std::vector<Command> all;
    for (auto add :
         {add_release_commands, add_look_commands, add_file_commands, add_run_commands,
          add_signal_commands, add_server_commands, add_secret_commands, add_login_commands,
          add_local_commands, add_self_commands, add_config_commands})
      add(all);
    return all;
  }();
  return table;
}

std::vector<Option> const& global_options() {
  static std::vector<Option> const options = {
      {.name = "help", .letter = 'h', .summary = "Show help: -h in short, --help in full"},
      {.name = "verbose",
       .letter = 'v',
       .summary = "Log every AWS call and its answer's code to stderr"},
      {.name = "log-level",
       .value = "LEVEL",
       .summary = "What is logged to stderr; -v is debug",
       .choices = {"debug", "info", "warning", "error"},
       .otherwise = "warning",
       .setting = "log-level",
       .variable = "SLUICE_LOG_LEVEL"},
      {.name = "color",
       .value = "WHEN",
       .summary = "Colour the output",
       .choices = {"auto", "always", "never"},
       .otherwise = "auto",
       .setting = "color",
       .variable = "SLUICE_COLOR"},
      {.name = "ascii",
       .summary = "Draw with ASCII characters only",
       .setting = "ascii",
       .variable = "SLUICE_ASCII"},
      {.name = "no-input",
       .summary = "Never ask: fail where an answer would be needed",
       .setting = "no-input",
       .variable = "SLUICE_NO_INPUT"},
  };
  return options;
}

Command const* find_command(std::string_view name) {
  auto const& all = all_commands();
  auto found = std::ranges::find(all, name, &Command::name);
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> nouns() {
  std::vector<std::string> out;
  for (auto const& command : all_commands()) {
    auto blank = command.name.find(' ');
    if (blank == std::string_view::npos) continue;
    std::string noun(command.name.substr(0, blank));
    if (std::ranges::find(out, noun) == out.end()) out.push_back(std::move(noun));
  }
  return out;
}

std::vector<Option> aws_options() {
  return {
      {.name = "profile",
       .value = "NAME",
       .summary = "Use this profile of the AWS shared files",
       .setting = "profile",
       .variable = "AWS_PROFILE",
       .personal = true,
       .place = true},
      {.name = "region",
       .value = "REGION",
       .summary = "Region for targets that name none",
       .otherwise = "the profile's",
       .setting = "region",
       .variable = "AWS_REGION",
       .place = true},
      {.name = "endpoint-url",
       .value = "URL",
       .summary = "Send every AWS call there",
       .setting = "endpoint-url",
       .variable = "AWS_ENDPOINT_URL",
       .personal = true,
       .place = true},
      {.name = "connect-timeout",
       .value = "DURATION",
       .summary = "How long connecting to AWS or the server may take",
       .otherwise = "5s",
       .setting = "connect-timeout",
       .variable = "SLUICE_CONNECT_TIMEOUT"},
      {.name = "request-timeout",
       .value = "DURATION",
       .summary = "How long one call of AWS or the server may take",
       .otherwise = "30s",
       .setting = "request-timeout",
       .variable = "SLUICE_REQUEST_TIMEOUT"},
      {.name = "metric-lag",
       .value = "DURATION",
       .summary = "How late CloudWatch's metrics may be: checks wait so much longer",
       .otherwise = "3m; 0s where CloudWatch is at a loopback address",
       .setting = "metric-lag",
       .variable = "SLUICE_METRIC_LAG",
       .personal = true},
      {.name = "local",
       .summary = "Work on the local endpoint instead of AWS",
       .common = true,
       .place = true},
      {.name = "local-state",
       .value = "DIR",
       .summary = "Folder of the local endpoint's state; implies --local",
       .otherwise = "local/ beside the journal",
       .setting = "local-state",
       .variable = "SLUICE_LOCAL_STATE",
       .personal = true,
       .place = true},
  };
}

std::vector<Option> store_options() {
  return {{.name = "state",
           .value = "DIR",
           .summary = "Folder of the journal",
           .otherwise = "$XDG_STATE_HOME/sluice",
           .setting = "state",
           .variable = "SLUICE_STATE",
           .place = true},
          {.name = "secret-key-file",
           .value = "FILE",
           .summary = "Key of the journal's secrets, 32 bytes in hex, where this process holds it",
           .otherwise = "secret-key in the journal's folder, made when it is needed",
           .setting = "secret-key-file",
           .variable = "SLUICE_SECRET_KEY_FILE",
           .personal = true,
           .place = true}};
}

std::vector<Option> runs_options() {
  return options_of(
      {store_options(),
       {{.name = "server",
         .value = "URL",
         .summary = "Work with the runs of this server; none: those of this machine",
         .setting = "server",
         .variable = "SLUICE_SERVER",
         .personal = true,
         .place = true},
        ca_file_option(),
        {.name = "token-file",
         .value = "FILE",
         .summary = "Take the token for the server from there, not from 'sluice login'",
         .place = true}}});
}

Option ca_file_option() {
  return {.name = "ca-file",
          .value = "FILE",
          .summary = "Trust this authority too when the server shows its certificate",
          .setting = "ca-file",
          .variable = "SLUICE_CA_FILE",
          .personal = true,
          .place = true};
}

std::vector<Option> compile_options() {
  return {
      {.name = "set",
       .value = "KEY=VALUE",
       .summary = "Give a variable of the file its value",
       .repeatable = true,
       .common = true},
      {.name = "target",
       .value = "NAME",
       .summary = "Only this target of the file",
       .repeatable = true,
       .common = true},
      {.name = "strict", .summary = "Treat every warning about the file as an error"},
      {.name = "deployment-config",
       .value = "NAME",
       .summary =
           "With an AppSpec: how traffic moves; a predefined name, canary:PERCENT:MINUTES or "
           "linear:PERCENT:MINUTES",
       .otherwise = "all at once",
       .common = true},
      {.name = "alarm",
       .value = "NAME",
       .summary = "With an AppSpec: a CloudWatch alarm that ends the release",
       .repeatable = true},
      {.name = "hook-timeout",
       .value = "DURATION",
       .summary = "With an AppSpec: how long each hook may take, 1s to 1h",
       .otherwise = "1h"},
      {.name = "no-rollback",
       .summary = "With an AppSpec: leave the alias as it is when the release fails or is stopped"},
  };
}

Option output_option(std::vector<std::string_view> formats) {
  return {.name = "output",
          .letter = 'o',
          .value = "FORMAT",
          .summary = "Form of the result on stdout",
          .choices = std::move(formats),
          .otherwise = "human",
          .setting = "output",
          .variable = "SLUICE_OUTPUT"};
}

Option progress_option() {
  return {.name = "progress",
          .value = "KIND",
          .summary = "How a run is shown on stderr while it goes on",
          .choices = {"auto", "tree", "events", "errors", "none", "json"},
          .otherwise = "auto: a tree on a terminal, else a line per event",
          .setting = "progress",
          .variable = "SLUICE_PROGRESS"};
}

Option wait_timeout_option(std::string_view summary) {
  return {.name = "wait-timeout",
          .value = "DURATION",
          .summary = summary,
          .setting = "wait-timeout",
          .variable = "SLUICE_WAIT_TIMEOUT",
          .personal = true};
}

Option on_interrupt_option() {
  return {.name = "on-interrupt",
          .value = "WHAT",
          .summary = "What Ctrl-C, SIGTERM and SIGHUP do",
          .choices = {"freeze", "rollback"},
          .otherwise = "ask; rollback without a terminal",
          .setting = "on-interrupt",
          .variable = "SLUICE_ON_INTERRUPT",
          .personal = true};
}

Option yes_option() {
  return {.name = "yes", .letter = 'y', .summary = "Do not ask before starting", .common = true};
}

Option dry_run_option(std::string_view summary) { return {.name = "dry-run", .summary = summary}; }

std::vector<Option> options_of(std::vector<std::vector<Option>> groups) {
  std::vector<Option> out;
  for (auto& group : groups) std::ranges::move(group, std::back_inserter(out));
  return out;
}

}  // namespace sluice::cli
