#include "cli/help.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t page_width = 80;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// "  -o, --output FORMAT".
std::string option_head(Option const& option) {
  std::string text = option.letter ? std::string("-") + option.letter + ", " : "    ";
  text += "--" + std::string(option.name);
  if (!option.value.empty()) text += " " + std::string(option.value);
  return text;
}

std::string option_summary(Option const& option) {
  std::string text(option.summary);
  if (!option.choices.empty()) {
    std::vector<std::string> names(option.choices.begin(), option.choices.end());
    text += ": " + join(names, ", ");
  }
  if (!option.otherwise.empty()) text += " (default: " + std::string(option.otherwise) + ")";
  if (option.repeatable) text += "; may be repeated";
  return text + also_given_by(option);
}

/// A head and its text beside it, or below where the head is long.
std::string entry(std::string const& head, std::string const& text, std::size_t column) {
  std::string body = wrap(text, column, page_width);
  if (head.size() + 4 > column) return "  " + head + "\n" + body;
  return padded("  " + head, column) + body.substr(std::min(column, body.size()));
}

std::string options_text(std::vector<Option const*> const& options) {
  std::string out;
  for (auto const* option : options)
    out += entry(option_head(*option), option_summary(*option), 28);
  return out;
}

std::vector<Option const*> pointers(std::vector<Option> const& options, bool common_only) {
  std::vector<Option const*> out;
  for (auto const& option : options)
    if (!common_only || option.common) out.push_back(&option);
  return out;
}

std::string examples_text(Command const& command, std::size_t at_most) {
  std::string out;
  for (auto const& example : command.examples) {
    if (at_most-- == 0) break;
    out += wrap("# " + std::string(example.what), 2) + "  " + std::string(example.line) + "\n";
  }
  return out;
}

std::string headline(std::string_view text, Style const& style) { return style.bold(text) + "\n"; }

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::string margin(indent, ' ');
  for (auto const& paragraph : split(text, '\n')) {
    std::string line;
    for (auto const& word : split(paragraph, ' ')) {
      if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
        out += margin + line + "\n";
        line.clear();
      }
      line += (line.empty() ? "" : " ") + word;
    }
    out += line.empty() ? "\n" : margin + line + "\n";
  }
  return out;
}

std::string also_given_by(Option const& option) {
  if (option.setting.empty()) return {};
  std::string out = " [" + std::string(option.variable);
  if (option.setting != option.name) out += ", " + std::string(option.setting);
  return out + "]";
}

std::string usage_line(Command const& command) {
  std::string out = "sluice " + std::string(command.name);
  if (!command.options.empty()) out += " [OPTIONS]";
  for (auto const& one : command.positionals) {
    std::string name(one.name);
    if (one.repeatable) name += "...";
    out += one.required ? " " + name : " [" + name + "]";
  }
  return out;
}

std::string short_help(Command const& command, Style const& style) {
  std::string out = wrap(std::string(command.summary) + ".", 0) + "\n";
  out += headline("Usage:", style) + "  " + usage_line(command) + "\n";
  if (!command.examples.empty())
    out += "\n" + headline("Examples:", style) + examples_text(command, 2);
  auto common = pointers(command.options, true);
  if (!common.empty()) out += "\n" + headline("Common options:", style) + options_text(common);
  return out + "\nEverything: sluice " + std::string(command.name) + " --help\n";
}

std::string long_help(Command const& command, Style const& style) {
  std::string out = wrap(std::string(command.summary) + ".", 0) + "\n";
  if (!command.examples.empty())
    out += headline("Examples:", style) + examples_text(command, command.examples.size()) + "\n";
  out += headline("Usage:", style) + "  " + usage_line(command) + "\n";
  if (!command.text.empty()) out += "\n" + wrap(command.text, 0);
  if (!command.positionals.empty()) {
    out += "\n" + headline("Arguments:", style);
    for (auto const& one : command.positionals)
      out += entry(std::string(one.name), std::string(one.summary), 28);
  }
  if (!command.options.empty())
    out += "\n" + headline("Options:", style) + options_text(pointers(command.options, false));
  out += "\n" + headline("Options of every command:", style) +
         options_text(pointers(global_options(), false));
  if (std::ranges::any_of(command.options,
                          [](auto const& option) { return option.value == "DURATION"; }))
    out += "\nDurations: a number with its unit, such as 250ms, 30s, 5m or 1h30m\n";
  return out +
         "\n[NAME]: the variable that gives the option too. Its long name is its key in\n"
         "configuration files: sluice help configuration\n"
         "Exit codes: sluice help exit-codes\n"
         "Documentation: docs/README.md of the project, or sluice help\n";
}

std::string overview(Style const& style) {
  std::string out =
      "sluice releases AWS Lambda functions: it shifts an alias step by step, watches, and\n"
      "goes back by itself when it must.\n\n";
  out += headline("Usage:", style) + "  sluice COMMAND [OPTIONS] [ARGUMENTS]\n";
  std::string_view group;
  for (auto const& command : all_commands()) {
    if (command.group != group) {
      group = command.group;
      out += "\n" + headline(std::string(group) + ":", style);
    }
    out += entry(std::string(command.name), std::string(command.summary), 16);
  }
  out += "\n" + headline("Topics:", style);
  for (auto const& topic : help_topics())
    out += entry("help " + std::string(topic.name), std::string(topic.summary), 22);
  return out + "\nStart with: sluice deploy release.yaml --local\n";
}

std::string noun_help(std::string_view noun, Style const& style) {
  std::string out = headline("Usage:", style) + "  sluice " + std::string(noun) +
                    " COMMAND [OPTIONS] [ARGUMENTS]\n\n" + headline("Commands:", style);
  for (auto const& command : all_commands())
    if (command.name.starts_with(std::string(noun) + " "))
      out += entry(std::string(command.name), std::string(command.summary), 20);
  return out;
}

}  // namespace sluice::cli
