#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/terminal.hpp"

/// All help is made from the table of commands. Pure.
namespace sluice::cli {

/// `sluice help`: every command with its sentence, by group.
std::string overview(Style const& style);
/// One sentence, the usage, two examples, the common options.
std::string short_help(Command const& command, Style const& style);
/// Examples first, then the text and every option.
std::string long_help(Command const& command, Style const& style);
/// The commands below a noun: "local".
std::string noun_help(std::string_view noun, Style const& style);

struct Topic {
  std::string_view name, summary;
  std::string (*text)();
};
std::vector<Topic> const& help_topics();

/// A page for man(1) in mdoc-free roff, section 1.
std::string man_page();

/// " [SLUICE_STATE]": what else gives an option; with its key where that is another word.
std::string also_given_by(Option const& option);

/// "sluice deploy [OPTIONS] FILE|FOLDER".
std::string usage_line(Command const& command);
/// Lines up to `width`, each behind `indent` blanks; paragraphs are kept.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace sluice::cli
