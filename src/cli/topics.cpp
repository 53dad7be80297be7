#include "base/strings.hpp"
#include "cli/exit_codes.hpp"
#include "cli/help.hpp"

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
  return wrap(
      "A flag wins over the environment.\n\n"
      "SLUICE_STATE: folder of the journal. Without it: $XDG_STATE_HOME/sluice, else "
      "~/.local/state/sluice.\n"
      "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, "
      "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: as in the AWS SDKs.\n"
      "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL_S3 and so on: send the calls of "
      "all services, or of one, somewhere else.\n"
      "HTTPS_PROXY, NO_PROXY: proxies.\n"
      "NO_COLOR, FORCE_COLOR, TERM=dumb: colours. --color wins over all of them.\n",
      0);
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
  return ".TP\n.B " + roff(head) + roff(option.summary);
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
  return out + ".SH ENVIRONMENT\n" + replace_all(roff(environment()), "\n\n", "\n.PP\n");
}

}  // namespace sluice::cli
