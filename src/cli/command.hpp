#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

class Invocation;

/// One flag or option of a command: the source of parsing, help, man pages and completion.
struct Option {
  std::string_view name;   ///< long, without dashes: "wait-timeout"
  char letter = 0;         ///< short form; 0: none
  std::string_view value;  ///< the value's name, "DURATION"; empty: a flag
  std::string_view summary;
  std::vector<std::string_view> choices = {};  ///< the only values; none: any
  std::string_view otherwise = {};             ///< what holds without it, for help
  bool repeatable = false;
  bool common = false;  ///< shown in the short help too
  /// Its key in configuration files; empty: it belongs to one command line only. Options of several
  /// commands that mean the same thing share one.
  std::string_view setting = {};
  /// The variable of the environment that gives it too, stronger than the files.
  std::string_view variable = {};
  /// Not for a file that came with a project: it chooses credentials, says who sees requests, or
  /// can weaken a safety. What a checkout brings along must not decide that.
  bool personal = false;
  /// It says which journal or which AWS is meant: commands printed as a hint repeat it.
  bool place = false;
};

/// What a shell offers for a positional argument.
enum class Completes { nothing, file, command, code, shell, topic, setting };

struct Positional {
  std::string_view name;  ///< "FILE|FOLDER"
  std::string_view summary;
  bool required = true;
  bool repeatable = false;  ///< only the last one
  Completes completes = Completes::nothing;
};

struct Example {
  std::string_view line;  ///< "sluice deploy release.yaml"
  std::string_view what;  ///< what it does, a short sentence
};

struct Command {
  std::string_view name;  ///< one word, or two for "noun verb": "local up"
  std::string_view group;
  std::string_view summary;  ///< one sentence without a full stop
  std::string_view text;     ///< long help; paragraphs divided by an empty line
  std::vector<Example> examples;
  std::vector<Positional> positionals;
  std::vector<Option> options;
  int (*run)(Invocation&) = nullptr;  ///< answers the exit code
  /// Whether configuration files are read for it. Help works where one of them is broken.
  bool configured = true;
};

/// Every command, in the order of the overview. Built when it is first asked for, so that starting
/// costs nothing.
std::vector<Command> const& all_commands();
/// The options every command has.
std::vector<Option> const& global_options();

Command const* find_command(std::string_view name);
/// The first words of two-word commands: "local".
std::vector<std::string> nouns();

/// Groups of options that several commands share.
std::vector<Option> aws_options();
std::vector<Option> store_options();
/// Of the commands that work with runs: this machine's, or a server's.
std::vector<Option> runs_options();
std::vector<Option> compile_options();
/// Of the commands that speak to a server.
Option ca_file_option();
Option output_option(std::vector<std::string_view> formats);
/// Of the commands that follow a run.
Option progress_option();
Option wait_timeout_option(std::string_view summary);
Option on_interrupt_option();
/// --yes and --dry-run, of the commands that start a run or send a signal.
Option yes_option();
Option dry_run_option(std::string_view summary);
/// One list from several.
std::vector<Option> options_of(std::vector<std::vector<Option>> groups);

}  // namespace sluice::cli
