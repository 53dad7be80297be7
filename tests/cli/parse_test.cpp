#include "cli/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using Words = std::vector<std::string>;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(parse, takes_every_form_of_options) {
  struct Case {
    Words words;
    std::string option, value;
  };
  Case const table[] = {
      {{"deploy", "f", "--region", "eu-west-1"}, "region", "eu-west-1"},
      {{"deploy", "f", "--region=eu-west-1"}, "region", "eu-west-1"},
      {{"deploy", "f", "--region="}, "region", ""},
      {{"deploy", "f", "-o", "json"}, "output", "json"},
      {{"deploy", "f", "-ojson"}, "output", "json"},
      {{"deploy", "f", "-vyo", "json"}, "output", "json"},
      {{"--color", "never", "deploy", "f"}, "color", "never"},
      {{"deploy", "--set", "a=b=c", "f"}, "set", "a=b=c"},
      {{"deploy", "f", "--set", "--strict"}, "set", "--strict"},
  };
  for (auto const& one : table) {
    auto line = parse(one.words);
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_EQ(line->command->name, "deploy");
    EXPECT_EQ(line->maybe(one.option), one.value);
    EXPECT_THAT(line->positionals, ElementsAre("f"));
  }
}

TEST(parse, positionals_after_the_end_of_options_and_stdin) {
  auto line = parse({"validate", "--", "--odd-name"});
  ASSERT_TRUE(line);
  EXPECT_THAT(line->positionals, ElementsAre("--odd-name"));
  line = parse({"validate", "-"});
  ASSERT_TRUE(line);
  EXPECT_THAT(line->positionals, ElementsAre("-"));
}

TEST(parse, repeats_what_may_be_repeated_and_nothing_else) {
  auto line =
      parse({"deploy", "f", "--set", "a=1", "--set", "b=2", "--target", "x", "--target", "y"});
  ASSERT_TRUE(line);
  EXPECT_THAT(line->values("set"), ElementsAre("a=1", "b=2"));
  EXPECT_THAT(line->values("target"), ElementsAre("x", "y"));
  auto twice = parse({"deploy", "f", "--region", "a", "--region", "b"});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("given twice"));
}

TEST(parse, every_mistake_has_a_remedy) {
  struct Case {
    Words words;
    char const *message, *hint;
  };
  Case const table[] = {
      {{"deplyo"}, "there is no command 'deplyo'", "Did you mean 'deploy'?"},
      {{"frobnicate"}, "there is no command 'frobnicate'", "'sluice help' lists the commands."},
      {{"local"}, "'local' alone is not a command", "It needs one of: up, put, invoke"},
      {{"local", "frobnicate"}, "there is no command 'local frobnicate'", "There are: up, put"},
      {{"local", "fautl"}, "there is no command 'local fautl'", "Did you mean 'local fault'?"},
      {{"deploy", "f", "--regoin", "x"}, "there is no option --regoin", "Did you mean '--region'?"},
      {{"validate", "f", "-o", "jsn"}, "--output cannot be 'jsn'", "Did you mean 'json'?"},
      {{"validate", "f", "-o", "xml"}, "--output cannot be 'xml'", "It is one of: human, json"},
      {{"validate", "f", "-o"}, "-o needs a value: FORMAT", "It is one of: human, json"},
      {{"validate", ""},
       "'sluice validate' needs FILE|FOLDER, not an empty text",
       "Check the variable that it comes from."},
  };
  for (auto const& one : table) {
    auto line = parse(one.words);
    ASSERT_FALSE(line) << one.message;
    EXPECT_THAT(line.error().message, HasSubstr(one.message));
    EXPECT_THAT(line.error().hint, HasSubstr(one.hint)) << one.message;
  }
}

TEST(parse, version_is_an_option_too) {
  auto line = parse({"--version"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->command->name, "version");
}

TEST(parse, help_counts_anywhere) {
  struct Case {
    Words words;
    Parsed::Help help;
    std::string command;
  };
  Case const table[] = {
      {{"--help"}, Parsed::Help::full, ""},
      {{"-h"}, Parsed::Help::brief, ""},
      {{}, Parsed::Help::brief, ""},
      {{"deploy", "-h"}, Parsed::Help::brief, "deploy"},
      {{"--help", "deploy"}, Parsed::Help::full, "deploy"},
      {{"deploy", "--no-such", "--help"}, Parsed::Help::full, "deploy"},
      {{"get", "--output", "--help"}, Parsed::Help::full, "get"},
  };
  for (auto const& one : table) {
    auto line = parse(one.words);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->help, one.help);
    EXPECT_EQ(line->command ? line->command->name : "", one.command);
  }
  auto behind = parse({"validate", "--", "--help"});
  ASSERT_TRUE(behind);
  EXPECT_EQ(behind->help, Parsed::Help::none);
}

TEST(parse, says_what_is_wrong_and_what_was_meant) {
  struct Case {
    Words words;
    std::string message, hint;
  };
  Case const table[] = {
      {{"deplyo"}, "no command 'deplyo'", "'deploy'"},
      {{"frobnicate"}, "no command 'frobnicate'", "sluice help"},
      {{"deploy", "f", "--dry-rum"}, "no option --dry-rum of 'sluice deploy'", "'--dry-run'"},
      {{"--regin", "deploy"}, "no option --regin in front of the command", ""},
      {{"deploy"}, "needs FILE|FOLDER", ""},
      {{"deploy", "a", "b"}, "'b' is one argument too many", ""},
      {{"deploy", "f", "--region"}, "--region needs a value: REGION", ""},
      {{"deploy", "f", "--dry-run=yes"}, "--dry-run takes no value", "=yes"},
      {{"deploy", "f", "-o", "jsn"}, "--output cannot be 'jsn'", "'json'"},
      {{"deploy", "f", "-z"}, "no option -z", ""},
  };
  for (auto const& one : table) {
    auto line = parse(one.words);
    ASSERT_FALSE(line) << one.message;
    EXPECT_THAT(line.error().message, HasSubstr(one.message));
    EXPECT_THAT(line.error().hint, HasSubstr(one.hint));
  }
}

TEST(command, table_holds_together) {
  for (auto const& command : all_commands()) {
    EXPECT_TRUE(command.run) << command.name;
    EXPECT_FALSE(command.summary.empty() || command.summary.ends_with('.')) << command.name;
    EXPECT_FALSE(command.examples.empty()) << command.name;
    std::set<std::string_view> names;
    std::set<char> letters;
    auto options = command.options;
    options.insert(options.end(), global_options().begin(), global_options().end());
    for (auto const& option : options) {
      EXPECT_TRUE(names.insert(option.name).second) << command.name << " --" << option.name;
      if (option.letter) {
        EXPECT_TRUE(letters.insert(option.letter).second) << command.name << " -" << option.letter;
      }
    }
    for (auto const& example : command.examples) {
      EXPECT_THAT(std::string(example.line), HasSubstr("sluice " + std::string(command.name)));
    }
  }
}

}  // namespace
}  // namespace sluice::cli
