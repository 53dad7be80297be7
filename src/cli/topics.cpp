#include "base/strings.hpp"
#include "cli/exit_codes.hpp"
#include "cli/help.hpp"
#include "cli/settings.hpp"

namespace sluice::cli {
namespace {

std::string exit_codes() {
  std::string out = "Exit codes. They never change their meaning.\n\n";
  for (auto const& [code, meaning] : exit_meanings()) {
    std::string number = std::to_string(code);
    out += std::string(5 - number.size(), ' ') + number + "  " + std::string(meaning) + "\n";
  }
  return out;
}

std::string environment() {
  std::string variables;
  for (auto const& setting : all_settings())
    variables += std::string(setting.option->variable) + ": " +
                 std::string(setting.option->summary) + " (--" + std::string(setting.key) + ").\n";
  return wrap(
      "A flag wins over the environment, and the environment over configuration files.\n\n" +
          variables +
          "\nSLUICE_SYSTEM_CONFIG: the machine's configuration file instead of "
          "/etc/sluice/config.yaml.\n"
          "SLUICE_TOKEN: the token for the server, where neither --token-file nor 'sluice login' "
          "gives one.\n"
          "XDG_STATE_HOME, XDG_CONFIG_HOME: where the journal and the configuration are; by "
          "default ~/.local/state and ~/.config.\n"
          "AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, "
          "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: as in the AWS SDKs.\n"
          "AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL_S3 and so on: send the calls of one "
          "service somewhere else.\n"
          "HTTPS_PROXY, NO_PROXY: proxies.\n"
          "NO_COLOR, FORCE_COLOR, TERM=dumb: colours, where neither --color nor "
          "SLUICE_COLOR is given.\n",
      0);
}

std::string configuration() {
  std::string keys, personal;
  for (auto const& setting : all_settings())
    (setting.option->personal ? personal : keys) +=
        std::string(setting.key) + ": " + std::string(setting.option->summary) + "\n";
  return wrap(
             "Options that are the same every time can stand in a file. What is stronger wins: an "
             "option of the line, its variable (sluice help environment), the project's file, "
             "yours, the machine's. 'sluice config explain' shows what each value is and where it "
             "comes from.\n\n"
             "The project's file is .sluice.yaml beside the release file, or in the nearest parent "
             "up to the root of the repository; commands without a release file look from the "
             "current folder. Yours is ~/.config/sluice/config.yaml ($XDG_CONFIG_HOME), the "
             "machine's /etc/sluice/config.yaml.\n\n"
             "A file is a mapping in YAML, for example:\n",
             0) +
         "  region: eu-west-1\n  hold-timeout: 30m\n\n" +
         wrap("Every file may say:\n\n" + keys, 0) + "\n" +
         wrap("Every file but a project's may say:\n\n" + personal, 0);
}

std::string states() {
  return wrap(
      "A run ends in exactly one state, computed from where each of its functions ended.\n\n"
      "succeeded: every function is on its candidate, or there was nothing to do.\n"
      "rolled_back: something went wrong, and the traffic is back on the baseline.\n"
      "failed: it ended with an error; functions that stay on a candidate are listed.\n"
      "stopped: somebody stopped it; what was on its way went back, what was done stays.\n"
      "rejected: an approval was refused, or nobody approved in time, before anything changed.\n"
      "needs_person: somebody must look; the end names the function and what to do.\n\n"
      "Every function ends in one place: on candidate, on baseline, unchanged, left split, changed "
      "by others, or unknown.\n",
      0);
}

/// Roff takes a backslash, and a dot or quote at the start of a line, for itself.
std::string roff(std::string_view text) {
  std::string out;
  for (auto const& line : split(text, '\n')) {
    std::string safe = replace_all(replace_all(line, "\\", "\\e"), "-", "\\-");
    if (safe.starts_with('.') || safe.starts_with('\'')) safe.insert(0, "\\&");
    out += safe + "\n";
  }
  return out;
}

std::string option_page(Option const& option) {
  std::string head = option.letter ? std::string("-") + option.letter + ", " : "";
  head += "--" + std::string(option.name);
  if (!option.value.empty()) head += " " + std::string(option.value);
  return ".TP\n.B " + roff(head) + roff(std::string(option.summary) + also_given_by(option));
}

std::string command_page(Command const& command) {
  std::string out = ".SS " + roff(usage_line(command));
  out += roff(std::string(command.summary) + ".");
  if (!command.text.empty()) out += ".PP\n" + replace_all(roff(command.text), "\n\n", "\n.PP\n");
  for (auto const& option : command.options) out += option_page(option);
  return out;
}

}  // namespace

std::vector<Topic> const& help_topics() {
  static std::vector<Topic> const topics = {
      {"exit-codes", "What the exit codes mean", exit_codes},
      {"environment", "The environment variables that count", environment},
      {"configuration", "Files that give options their usual values", configuration},
      {"states", "How runs and functions end", states},
      {"man", "The manual page, for man(1): sluice help man | man -l -", man_page},
  };
  return topics;
}

std::string man_page() {
  std::string out =
      ".TH SLUICE 1\n.SH NAME\nsluice \\- release AWS Lambda functions step by step\n"
      ".SH SYNOPSIS\n.B sluice\nCOMMAND [OPTIONS] [ARGUMENTS]\n.SH COMMANDS\n";
  for (auto const& command : all_commands()) out += command_page(command);
  out += ".SH OPTIONS OF EVERY COMMAND\n";
  for (auto const& option : global_options()) out += option_page(option);
  out += ".SH EXIT STATUS\n";
  for (auto const& [code, meaning] : exit_meanings())
    out += ".TP\n.B " + std::to_string(code) + "\n" + roff(meaning);
  out += ".SH ENVIRONMENT\n" + replace_all(roff(environment()), "\n\n", "\n.PP\n");
  return out + ".SH FILES\n" + replace_all(roff(configuration()), "\n\n", "\n.PP\n");
}

}  // namespace sluice::cli
