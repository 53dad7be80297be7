#include "cli/parse.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::cli {
namespace {

Option const* option_named(Command const* command, std::string_view name) {
  auto in = [&](std::vector<Option> const& options) -> Option const* {
    auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? nullptr : &*found;
  };
  if (command)
    if (auto const* found = in(command->options)) return found;
  return in(global_options());
}

Option const* option_lettered(Command const* command, char letter) {
  auto in = [&](std::vector<Option> const& options) -> Option const* {
    auto found = std::ranges::find(options, letter, &Option::letter);
    return found == options.end() ? nullptr : &*found;
  };
  if (command)
    if (auto const* found = in(command->options)) return found;
  return in(global_options());
}

std::string did_you_mean(std::string_view typed, std::vector<std::string> const& candidates,
                         std::string_view otherwise) {
  auto near = nearest(typed, candidates);
  return near ? "Did you mean '" + *near + "'?" : std::string(otherwise);
}

/// The second words of the commands that begin with `noun`.
std::vector<std::string> commands_of(std::string const& noun) {
  std::vector<std::string> out;
  for (auto const& command : all_commands())
    if (command.name.starts_with(noun + " "))
      out.emplace_back(command.name.substr(noun.size() + 1));
  return out;
}

class Parser {
 public:
  explicit Parser(std::vector<std::string> const& words) : words_(words) {}

  std::expected<Parsed, UsageError> run() {
    look_for_help();
    while (at_ < words_.size() && !error_) word(words_[at_++]);
    if (parsed_.help != Parsed::Help::none) return help();
    if (error_) return std::unexpected(*error_);
    if (!parsed_.command && noun_.empty()) {
      parsed_.help = Parsed::Help::brief;
      return parsed_;
    }
    if (!parsed_.command) unknown_command(noun_);
    if (parsed_.command) check_positionals();
    if (error_) return std::unexpected(*error_);
    return parsed_;
  }

 private:
  /// -h and --help win over every mistake on the line.
  void look_for_help() {
    for (auto const& word : words_) {
      if (word == "--") return;
      if (word == "--help") parsed_.help = Parsed::Help::full;
      if (word == "-h" && parsed_.help == Parsed::Help::none) parsed_.help = Parsed::Help::brief;
    }
  }

  Parsed help() {
    Parsed out;
    out.command = parsed_.command;
    out.help = parsed_.help;
    if (!out.command && !noun_.empty()) out.positionals.push_back(noun_);
    return out;
  }

  void word(std::string const& text) {
    if (only_positionals_ || text == "-" || !text.starts_with('-')) return positional(text);
    if (text == "--") {
      only_positionals_ = true;
    } else if (text.starts_with("--")) {
      long_option(text.substr(2));
    } else {
      short_options(text.substr(1));
    }
  }

  void positional(std::string const& text) {
    if (parsed_.command) {
      parsed_.positionals.push_back(text);
      return;
    }
    if (!noun_.empty()) {
      parsed_.command = find_command(noun_ + " " + text);
      if (!parsed_.command) unknown_command(noun_ + " " + text);
      return;
    }
    parsed_.command = find_command(text);
    if (parsed_.command) return;
    auto known = nouns();
    if (std::ranges::find(known, text) != known.end())
      noun_ = text;
    else
      unknown_command(text);
  }

  void unknown_command(std::string const& typed) {
    std::vector<std::string> names;
    for (auto const& command : all_commands()) names.emplace_back(command.name);
    auto hint = did_you_mean(typed, names, "");
    if (hint.empty() && typed == noun_) {
      hint = "It needs one of: " + join(commands_of(noun_), ", ") + ".";
    }
    if (hint.empty() && !noun_.empty()) hint = "There are: " + join(commands_of(noun_), ", ") + ".";
    if (hint.empty()) hint = "'sluice help' lists the commands.";
    std::string message = typed == noun_ ? "'" + typed + "' alone is not a command"
                                         : "there is no command '" + typed + "'";
    fail(std::move(message), std::move(hint));
  }

  void long_option(std::string const& text) {
    auto equals = text.find('=');
    std::string name = text.substr(0, equals);
    // What people try first with a program they do not know.
    if (!parsed_.command && noun_.empty() && text == "version") {
      parsed_.command = find_command("version");
      return;
    }
    Option const* option = option_named(parsed_.command, name);
    if (!option) return unknown_option("--" + name);
    if (option->value.empty()) {
      if (equals != std::string::npos)
        return fail("--" + name + " takes no value", "Leave out '" + text.substr(equals) + "'.");
      return keep(*option, "");
    }
    if (equals != std::string::npos) return keep(*option, text.substr(equals + 1));
    take_value(*option, "--" + name);
  }

  void short_options(std::string const& letters) {
    for (std::size_t i = 0; i < letters.size() && !error_; ++i) {
      Option const* option = option_lettered(parsed_.command, letters[i]);
      std::string shown = std::string("-") + letters[i];
      if (!option) return unknown_option(shown);
      if (option->value.empty()) {
        keep(*option, "");
      } else {
        if (i + 1 < letters.size()) return keep(*option, letters.substr(i + 1));
        return take_value(*option, shown);
      }
    }
  }

  void take_value(Option const& option, std::string const& shown) {
    if (at_ >= words_.size())
      return fail(shown + " needs a value: " + std::string(option.value),
                  option.choices.empty() ? "" : "It is one of: " + choices_of(option) + ".");
    keep(option, words_[at_++]);
  }

  static std::string choices_of(Option const& option) {
    return join(std::vector<std::string>(option.choices.begin(), option.choices.end()), ", ");
  }

  void keep(Option const& option, std::string value) {
    auto const& choices = option.choices;
    if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) {
      std::vector<std::string> names(choices.begin(), choices.end());
      return fail("--" + std::string(option.name) + " cannot be '" + value + "'",
                  did_you_mean(value, names, "It is one of: " + choices_of(option) + "."));
    }
    auto& values = parsed_.options[std::string(option.name)];
    if (!values.empty() && !option.repeatable && !option.value.empty() && values.back() != value)
      return fail("--" + std::string(option.name) + " is given twice, as '" + values.back() +
                      "' and as '" + value + "'",
                  "Give it once.");
    values.push_back(std::move(value));
  }

  void unknown_option(std::string const& shown) {
    std::vector<std::string> names;
    auto add = [&](std::vector<Option> const& options) {
      for (auto const& option : options) names.push_back("--" + std::string(option.name));
    };
    if (parsed_.command) add(parsed_.command->options);
    add(global_options());
    std::string of = parsed_.command ? " of 'sluice " + std::string(parsed_.command->name) + "'"
                                     : " in front of the command";
    fail("there is no option " + shown + of, did_you_mean(shown, names, ""));
  }

  void check_positionals() {
    auto const& wanted = parsed_.command->positionals;
    std::size_t required = 0;
    for (auto const& one : wanted) required += one.required;
    std::size_t given = parsed_.positionals.size();
    if (given < required)
      return fail("'sluice " + std::string(parsed_.command->name) + "' needs " +
                      std::string(wanted[given].name) + ": " + std::string(wanted[given].summary),
                  "");
    // What an unset variable of a shell leaves behind.
    for (std::size_t i = 0; i < std::min(required, given); ++i)
      if (parsed_.positionals[i].empty())
        return fail("'sluice " + std::string(parsed_.command->name) + "' needs " +
                        std::string(wanted[i].name) + ", not an empty text",
                    "Check the variable that it comes from.");
    bool open_ended = !wanted.empty() && wanted.back().repeatable;
    if (given > wanted.size() && !open_ended)
      fail("'" + parsed_.positionals[wanted.size()] + "' is one argument too many for 'sluice " +
               std::string(parsed_.command->name) + "'",
           "");
  }

  void fail(std::string message, std::string hint) {
    if (!error_) error_ = UsageError{std::move(message), std::move(hint), parsed_.command};
  }

  std::vector<std::string> const& words_;
  std::size_t at_ = 0;
  bool only_positionals_ = false;
  std::string noun_;
  Parsed parsed_;
  std::optional<UsageError> error_;
};

}  // namespace

std::string Parsed::value(std::string_view option, std::string_view otherwise) const {
  return maybe(option).value_or(std::string(otherwise));
}

std::string Parsed::place_of(std::string_view option) const {
  auto found = origins.find(option);
  return found == origins.end() ? "--" + std::string(option) : found->second.text;
}

std::optional<std::string> Parsed::maybe(std::string_view option) const {
  auto found = options.find(option);
  if (found == options.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Parsed::values(std::string_view option) const {
  auto found = options.find(option);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

std::string Parsed::positional(std::size_t index) const {
  return index < positionals.size() ? positionals[index] : std::string();
}

std::expected<Parsed, UsageError> parse(std::vector<std::string> const& words) {
  return Parser(words).run();
}

}  // namespace sluice::cli
