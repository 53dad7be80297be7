#include <algorithm>

#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view explain_text =
    "Every setting with its value and what says it, strongest first: an option of the line, the "
    "environment, the project's file, yours, the machine's. Of one KEY also what was overruled. "
    "Passwords in addresses are masked.\n\n"
    "The project's file is .sluice.yaml in the current folder or the nearest parent up to the "
    "root of the repository; --for looks from a release file instead, as 'sluice deploy' does.";

/// Every option that has a key, once, so that the line can be explained too.
std::vector<Option> setting_options(std::vector<Command> const& all) {
  std::vector<Option> out;
  for (auto const& command : all)
    for (auto const& option : command.options) {
      bool wanted = option.setting == option.name && option.setting != "output";
      if (wanted && std::ranges::find(out, option.name, &Option::name) == out.end())
        out.push_back(option);
    }
  for (auto& option : out) option.common = false;
  return out;
}

}  // namespace

void add_config_commands(std::vector<Command>& all) {
  all.push_back({.name = "config explain",
                 .group = "Sluice",
                 .summary = "Show each setting's value and what says it",
                 .text = explain_text,
                 .examples = {{"sluice config explain", "All settings, from here"},
                              {"sluice config explain region --for shop/release.yaml",
                               "One, as a release of that file has it"}},
                 .positionals = {{.name = "KEY",
                                  .summary = "A setting, such as region",
                                  .required = false,
                                  .completes = Completes::setting}},
                 .options = options_of({{{.name = "for",
                                          .value = "FILE",
                                          .summary = "As a command on this release file finds them",
                                          .common = true}},
                                        setting_options(all),
                                        {output_option({"human", "json"})}}),
                 .run = run_config_explain});
}

}  // namespace sluice::cli
