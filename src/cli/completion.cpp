#include "cli/completion.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/settings.hpp"

namespace sluice::cli {
namespace {

std::vector<Option const*> every_option(Command const& command) {
  std::vector<Option const*> out;
  for (auto const& option : command.options) out.push_back(&option);
  for (auto const& option : global_options()) out.push_back(&option);
  return out;
}

std::vector<std::string> first_words() {
  std::vector<std::string> out;
  for (auto const& command : all_commands()) {
    std::string word(command.name.substr(0, command.name.find(' ')));
    if (std::ranges::find(out, word) == out.end()) out.push_back(std::move(word));
  }
  return out;
}

std::vector<std::string> verbs_of(std::string const& noun) {
  std::vector<std::string> out;
  for (auto const& command : all_commands())
    if (command.name.starts_with(noun + " "))
      out.emplace_back(command.name.substr(noun.size() + 1));
  return out;
}

std::vector<std::string> values_of(Completes what) {
  std::vector<std::string> out;
  if (what == Completes::shell) out = {"bash", "zsh", "fish"};
  if (what == Completes::setting)
    for (auto const& setting : all_settings()) out.emplace_back(setting.key);
  if (what == Completes::command) out = first_words();
  if (what == Completes::topic) {
    out = first_words();
    for (auto const& topic : help_topics()) out.emplace_back(topic.name);
  }
  return out;
}

Completes completes(Command const& command) {
  return command.positionals.empty() ? Completes::nothing : command.positionals.front().completes;
}

bool takes_path(Option const& option) {
  return option.value == "DIR" || option.value == "PATH" || option.value == "FILE";
}

std::string bash_command(Command const& command) {
  std::vector<std::string> names;
  std::string values;
  for (auto const* option : every_option(command)) {
    names.push_back("--" + std::string(option->name));
    std::string cases = "--" + std::string(option->name);
    if (option->letter) cases += std::string("|-") + option->letter;
    std::vector<std::string> choices(option->choices.begin(), option->choices.end());
    if (!choices.empty())
      values += "        " + cases + ") COMPREPLY=($(compgen -W '" + join(choices, " ") +
                "' -- \"$word\")); return ;;\n";
    else if (takes_path(*option))
      values += "        " + cases + ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n";
    else if (!option->value.empty())
      values += "        " + cases + ") return ;;\n";
  }
  std::string out = "    '" + std::string(command.name) + "')\n      case \"$before\" in\n" +
                    values + "      esac\n      if [[ $word == -* ]]; then\n" +
                    "        COMPREPLY=($(compgen -W '" + join(names, " ") + "' -- \"$word\"))\n";
  auto offered = values_of(completes(command));
  if (completes(command) == Completes::file)
    out += "      else\n        COMPREPLY=($(compgen -f -- \"$word\"))\n";
  else if (!offered.empty())
    out +=
        "      else\n        COMPREPLY=($(compgen -W '" + join(offered, " ") + "' -- \"$word\"))\n";
  return out + "      fi ;;\n";
}

std::string bash() {
  std::string out =
      "# bash completion for sluice: source <(sluice completion bash)\n"
      "_sluice() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    [[ ${COMP_WORDS[i]} == -* ]] && continue\n"
      "    command=${COMP_WORDS[i]}\n";
  for (auto const& noun : nouns())
    out += "    if [[ $command == " + noun + " && $((i + 1)) -lt $COMP_CWORD ]]; then command=\"" +
           noun + " ${COMP_WORDS[i+1]}\"; fi\n";
  out += "    break\n  done\n  COMPREPLY=()\n  case \"$command\" in\n    '')\n" +
         ("      COMPREPLY=($(compgen -W '" + join(first_words(), " ") + "' -- \"$word\")) ;;\n");
  for (auto const& noun : nouns())
    out += "    '" + noun + "')\n      COMPREPLY=($(compgen -W '" + join(verbs_of(noun), " ") +
           "' -- \"$word\")) ;;\n";
  for (auto const& command : all_commands()) out += bash_command(command);
  return out + "  esac\n}\ncomplete -o filenames -F _sluice sluice\n";
}

/// Inside single quotes, where brackets and colons mean something to zsh's _arguments.
std::string zsh_text(std::string_view text) {
  std::string out = replace_all(text, "'", "'\\''");
  for (auto special : {"[", "]", ":"}) out = replace_all(out, special, std::string("\\") + special);
  return out;
}

std::string zsh_option(Option const& option) {
  std::string value;
  if (!option.value.empty()) {
    value = ":" + std::string(option.value) + ":";
    std::vector<std::string> choices(option.choices.begin(), option.choices.end());
    if (!choices.empty())
      value += "(" + join(choices, " ") + ")";
    else if (takes_path(option))
      value += "_files";
  }
  std::string star = option.repeatable ? "*" : "";
  std::string out = " '" + star + "--" + std::string(option.name) + "[" + zsh_text(option.summary) +
                    "]" + value + "'";
  if (option.letter)
    out += " '" + star + "-" + option.letter + "[" + zsh_text(option.summary) + "]" + value + "'";
  return out;
}

std::string zsh_command(Command const& command) {
  std::string out = "    '" + std::string(command.name) + "') _arguments";
  for (auto const* option : every_option(command)) out += zsh_option(*option);
  auto offered = values_of(completes(command));
  if (completes(command) == Completes::file)
    out += " '*:file:_files'";
  else if (!offered.empty())
    out += " '*:value:(" + join(offered, " ") + ")'";
  return out + " ;;\n";
}

std::string zsh() {
  std::string out =
      "#compdef sluice\n# zsh completion for sluice: source <(sluice completion zsh)\n"
      "_sluice() {\n  local command=$words[2]\n";
  for (auto const& noun : nouns())
    out += "  if [[ $command == " + noun + " ]] && (( CURRENT > 3 )); then command=\"" + noun +
           " $words[3]\"; shift words; (( CURRENT-- )); fi\n";
  out += "  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (auto const& command : all_commands())
    if (!command.name.contains(' '))
      out += "      '" + std::string(command.name) + ":" + zsh_text(command.summary) + "'\n";
  for (auto const& noun : nouns()) out += "      '" + noun + "'\n";
  out +=
      "    )\n    _describe command commands\n    return\n  fi\n"
      "  shift words\n  (( CURRENT-- ))\n  case \"$command\" in\n";
  for (auto const& noun : nouns())
    out += "    '" + noun + "') compadd " + join(verbs_of(noun), " ") + " ;;\n";
  for (auto const& command : all_commands()) out += zsh_command(command);
  return out + "  esac\n}\ncompdef _sluice sluice\n";
}

std::string fish_text(std::string_view text) {
  return replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'");
}

std::string fish_option(std::string const& condition, Option const& option) {
  std::string out = "complete -c sluice -n '" + condition + "' -l " + std::string(option.name);
  if (option.letter) out += std::string(" -s ") + option.letter;
  std::vector<std::string> choices(option.choices.begin(), option.choices.end());
  if (!choices.empty())
    out += " -x -a '" + join(choices, " ") + "'";
  else if (takes_path(option))
    out += " -r -F";
  else if (!option.value.empty())
    out += " -x";
  return out + " -d '" + fish_text(option.summary) + "'\n";
}

std::string fish() {
  std::string out =
      "# fish completion for sluice: sluice completion fish | source\n"
      "complete -c sluice -f\n";
  for (auto const& word : first_words()) {
    Command const* command = find_command(word);
    out += "complete -c sluice -n __fish_use_subcommand -a " + word;
    out += command ? " -d '" + fish_text(command->summary) + "'\n" : "\n";
  }
  for (auto const& noun : nouns())
    out += "complete -c sluice -n '__fish_seen_subcommand_from " + noun + "' -a '" +
           join(verbs_of(noun), " ") + "'\n";
  for (auto const& command : all_commands()) {
    std::string condition;
    for (auto const& word : split(command.name, ' '))
      condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    for (auto const* option : every_option(command)) out += fish_option(condition, *option);
    auto offered = values_of(completes(command));
    if (completes(command) == Completes::file)
      out += "complete -c sluice -n '" + condition + "' -F\n";
    else if (!offered.empty())
      out += "complete -c sluice -n '" + condition + "' -a '" + join(offered, " ") + "'\n";
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return std::nullopt;
}

}  // namespace sluice::cli
