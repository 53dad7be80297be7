#include "cli/hint.hpp"

#include <algorithm>

namespace sluice::cli {
namespace {

constexpr std::string_view program = "sluice ";

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '/' || c == '.';
}

/// The command whose name a text begins with; "local up" before "local".
Command const* command_at(std::string_view text) {
  Command const* found = nullptr;
  for (auto const& command : all_commands()) {
    bool whole = text.starts_with(command.name) &&
                 (text.size() == command.name.size() || !letter(text[command.name.size()]) ||
                  text[command.name.size()] == '.');
    if (whole && (!found || command.name.size() > found->name.size())) found = &command;
  }
  return found;
}

/// The environment and most files are found again by the next command; this is not.
bool said_here(Parsed const& line, std::string_view option) {
  auto origin = line.origins.find(option);
  return origin == line.origins.end() || origin->second.elsewhere;
}

std::optional<std::string> typed(Parsed const& line, std::string_view setting) {
  if (!line.command) return std::nullopt;
  for (auto const& option : line.command->options)
    if (option.place && option.setting == setting && said_here(line, option.name))
      return line.maybe(option.name);
  return std::nullopt;
}

/// What `option` of another command has to be for that command to mean the same place.
std::optional<std::string> meant(Parsed const& line, Option const& option) {
  if (option.setting.empty()) return line.maybe(option.name);  // a flag such as --local
  if (auto same = typed(line, option.setting)) return same;
  bool local = option.setting == "local-state" && option.name == "state";
  if (auto journal = local ? typed(line, "state") : std::nullopt; journal && !journal->empty())
    return *journal + "/local";  // where --local keeps the local endpoint's state
  return std::nullopt;
}

/// " --state ./journal --local"; `rest` is what stands behind the command already.
std::string place_options(Parsed const& line, Command const& command, std::string_view rest) {
  std::string out;
  for (auto const& option : command.options) {
    std::string name = "--" + std::string(option.name);
    if (!option.place || rest.contains(name)) continue;
    auto value = meant(line, option);
    if (!value || (value->empty() && !option.value.empty())) continue;
    out += " " + name;
    if (!option.value.empty()) out += " " + shell_word(*value);
  }
  return out;
}

}  // namespace

std::string command_hint(Parsed const& line, std::string_view words) {
  std::string out = std::string(program) + std::string(words);
  auto const* command = command_at(words);
  return command ? out + place_options(line, *command, words) : out;
}

std::string runnable(Parsed const& line, std::string_view text) {
  std::string out;
  std::size_t from = 0;
  while (from < text.size()) {
    auto at = text.find(program, from);
    if (at == std::string_view::npos) break;
    auto words = text.substr(at + program.size());
    bool begins = at == 0 || !letter(text[at - 1]);
    Command const* command = begins ? command_at(words) : nullptr;
    std::size_t end = at + program.size() + (command ? command->name.size() : 0);
    out += text.substr(from, end - from);
    from = end;
    if (!command) continue;
    auto rest = text.substr(end);
    out += place_options(line, *command,
                         rest.substr(0, std::min(rest.find(program), rest.find('\n'))));
  }
  return out + std::string(text.substr(from));
}

std::vector<std::string> runnable_lines(Parsed const& line, std::vector<std::string> lines) {
  for (auto& one : lines) {
    auto begin = one.find_first_not_of(' ');
    if (begin == std::string::npos || !one.substr(begin).starts_with(program)) continue;
    one = one.substr(0, begin) + command_hint(line, one.substr(begin + program.size()));
  }
  return lines;
}

json::Value runnable_json(Parsed const& line, json::Value report) {
  if (report.is_array())
    for (auto& item : report.mutable_items()) item = runnable_json(line, std::move(item));
  if (!report.is_object()) return report;
  for (auto& [name, value] : report.mutable_members()) {
    if (name == "hint" && value.is_string()) {
      value = runnable(line, value.as_string());
    } else if (name == "commands" && value.is_array()) {
      for (auto& command : value.mutable_items())
        command = runnable_lines(line, {command.as_string()}).front();
    } else {
      value = runnable_json(line, std::move(value));
    }
  }
  return report;
}

std::string shell_word(std::string_view text) {
  auto plain = [](char c) {
    return letter(c) || c == ':' || c == ',' || c == '+' || c == '@' || c == '%';
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace sluice::cli
