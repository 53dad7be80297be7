#include <algorithm>

#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/invocation.hpp"

namespace sluice::cli {

int run_version(Invocation& invocation) {
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "Version"}, {"version", SLUICE_VERSION}};
    invocation.terminal.out(out.dump() + "\n");
  } else {
    invocation.terminal.out("sluice " SLUICE_VERSION "\n");
  }
  return exit_success;
}

int run_completion(Invocation& invocation) {
  std::string shell = invocation.line.positional(0);
  auto script = completion_script(shell);
  if (!script)
    return invocation.refuse_usage("there is no completion for '" + shell + "'",
                                   "It is one of: bash, zsh, fish.");
  invocation.terminal.out(*script);
  return exit_success;
}

int run_help(Invocation& invocation) {
  Style style = invocation.terminal.out_style();
  std::string topic = join(invocation.line.positionals, " ");
  std::string text;
  if (topic.empty())
    text = overview(style);
  else if (auto const* command = find_command(topic))
    text = long_help(*command, style);
  for (auto const& noun : nouns())
    if (noun == topic) text = noun_help(noun, style);
  for (auto const& one : help_topics())
    if (one.name == topic) text = one.text();
  if (text.empty()) {
    std::vector<std::string> names;
    for (auto const& command : all_commands()) names.emplace_back(command.name);
    for (auto const& one : help_topics()) names.emplace_back(one.name);
    auto near = nearest(topic, names);
    return invocation.refuse_usage(
        "there is no help about '" + topic + "'",
        near ? "Did you mean '" + *near + "'?" : "'sluice help' lists everything.");
  }
  invocation.terminal.out(text);
  return exit_success;
}

}  // namespace sluice::cli
