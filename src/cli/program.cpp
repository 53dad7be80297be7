#include "cli/program.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "cli/help.hpp"
#include "cli/server_choice.hpp"
#include "cli/settings.hpp"
#include "config/render.hpp"

namespace sluice::cli {
namespace {

/// Colour has to be known before the line is: help and usage errors are coloured too.
std::string colour_choice(std::vector<std::string> const& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (words[i].starts_with("--color=")) return words[i].substr(8);
    if (words[i] == "--color" && i + 1 < words.size()) return words[i + 1];
  }
  return "auto";
}

bool holds(std::vector<std::string> const& words, std::string_view flag) {
  auto end = std::ranges::find(words, "--");
  return std::find(words.begin(), end, flag) != end;
}

int show_help(Parsed const& line, Terminal& terminal) {
  Style style = terminal.out_style();
  if (line.command && line.help == Parsed::Help::brief)
    terminal.out(short_help(*line.command, style));
  else if (line.command)
    terminal.out(long_help(*line.command, style));
  else if (!line.positionals.empty())
    terminal.out(noun_help(line.positionals.front(), style));
  else
    terminal.out(overview(style));
  return exit_success;
}

int show_usage_error(UsageError const& error, Terminal& terminal) {
  Style style = terminal.err_style();
  terminal.err(style.red("error:") + " " + printable(error.message) + "\n");
  if (!error.hint.empty()) terminal.err("  " + printable(error.hint) + "\n");
  std::string where = error.command ? " " + std::string(error.command->name) : "";
  terminal.err("  sluice" + where + " --help shows what there is.\n");
  return exit_usage;
}

int refuse_settings(Error const& error, Terminal& terminal, int code) {
  terminal.err(terminal.err_style().red("error:") + " " + printable(error.message) + "\n");
  if (!error.hint.empty()) terminal.err("  " + printable(error.hint) + "\n");
  return code;
}

/// Completes the line with what the environment and the files say; an exit code where one of them
/// is wrong.
std::optional<int> configure(Parsed& line, Terminal& terminal, Variables const& environment) {
  config::Diagnostics diagnostics;
  auto files = read_config_files(environment, workplace_of(line), diagnostics);
  if (!files) return refuse_settings(files.error(), terminal, exit_invalid);
  auto colour = terminal.traits.colour_err ? config::Colour::on : config::Colour::off;
  terminal.err(config::render_human(diagnostics, colour));
  if (diagnostics.has_errors()) return exit_invalid;
  auto applied = apply_settings(line, environment, *files);
  if (!applied) return refuse_settings(applied.error(), terminal, exit_usage);
  return std::nullopt;
}

void set_log_level(Parsed const& line) {
  std::string level = line.value("log-level", "warning");
  if (line.has("verbose") && !line.typed("log-level")) level = "debug";
  if (level == "debug") log::set_level(log::Level::debug);
  if (level == "info") log::set_level(log::Level::info);
  if (level == "error") log::set_level(log::Level::error);
}

}  // namespace

int run_program(std::vector<std::string> const& words, Terminal& terminal, Streams tty,
                Variables const& environment, Invocation::RunsOpener open_runs) {
  terminal.traits = decide_traits(tty, environment, colour_choice(words), holds(words, "--ascii"),
                                  holds(words, "--no-input"));
  auto line = parse(words);
  if (!line) return show_usage_error(line.error(), terminal);
  if (line->help != Parsed::Help::none) return show_help(*line, terminal);
  if (line->command->configured) {
    if (auto refused = configure(*line, terminal, environment)) return *refused;
    terminal.traits = decide_traits(tty, environment, line->value("color", "auto"),
                                    line->has("ascii"), line->has("no-input"));
  }
  set_log_level(*line);
  auto server = choose_server(*line);
  Invocation invocation(std::move(*line), terminal, environment, std::move(open_runs));
  if (!server) return invocation.refuse_usage(server.error().message, server.error().hint);
  invocation.server = std::move(*server);
  return invocation.line.command->run(invocation);
}

}  // namespace sluice::cli
