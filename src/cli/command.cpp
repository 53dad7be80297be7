#include "cli/command.hpp"

#include <algorithm>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/local_commands.hpp"

namespace sluice::cli {

std::vector<Command> const& all_commands() {
  static std::vector<Command> const table = [] {
    std::vector<Command> all;
    for (auto add : {add_release_commands, add_look_commands, add_file_commands, add_run_commands,
                     add_signal_commands, add_local_commands, add_self_commands})
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
      {.name = "color",
       .value = "WHEN",
       .summary = "Colour the output",
       .choices = {"auto", "always", "never"},
       .otherwise = "auto"},
      {.name = "ascii", .summary = "Draw with ASCII characters only"},
      {.name = "no-input", .summary = "Never ask: fail where an answer would be needed"},
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
       .otherwise = "AWS_PROFILE",
       .setting = "profile",
       .place = true},
      {.name = "region",
       .value = "REGION",
       .summary = "Region for targets that name none",
       .otherwise = "AWS_REGION, then the profile's",
       .setting = "region",
       .place = true},
      {.name = "endpoint-url",
       .value = "URL",
       .summary = "Send every AWS call there",
       .otherwise = "AWS_ENDPOINT_URL",
       .setting = "endpoint-url",
       .place = true},
      {.name = "connect-timeout",
       .value = "DURATION",
       .summary = "How long connecting to AWS may take",
       .otherwise = "5s"},
      {.name = "request-timeout",
       .value = "DURATION",
       .summary = "How long one call of AWS may take",
       .otherwise = "30s"},
      {.name = "local",
       .summary = "Work on the local endpoint instead of AWS",
       .common = true,
       .place = true},
      {.name = "local-state",
       .value = "DIR",
       .summary = "Folder of the local endpoint's state; implies --local",
       .otherwise = "local/ beside the journal",
       .setting = "local-state",
       .place = true},
  };
}

std::vector<Option> store_options() {
  return {{.name = "state",
           .value = "DIR",
           .summary = "Folder of the journal",
           .otherwise = "SLUICE_STATE, then $XDG_STATE_HOME/sluice",
           .setting = "state",
           .place = true}};
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
  };
}

Option output_option(std::vector<std::string_view> formats) {
  return {.name = "output",
          .letter = 'o',
          .value = "FORMAT",
          .summary = "Form of the result on stdout",
          .choices = std::move(formats),
          .otherwise = "human"};
}

Option progress_option() {
  return {.name = "progress",
          .value = "KIND",
          .summary = "How a run is shown on stderr while it goes on",
          .choices = {"auto", "tree", "events", "errors", "none", "json"},
          .otherwise = "auto: a tree on a terminal, else a line per event"};
}

std::vector<Option> options_of(std::vector<std::vector<Option>> groups) {
  std::vector<Option> out;
  for (auto& group : groups) std::ranges::move(group, std::back_inserter(out));
  return out;
}

}  // namespace sluice::cli
