#include "cli/hint.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

Parsed line_of(std::vector<std::string> const& words) {
  auto line = parse(words);
  EXPECT_TRUE(line);
  return line.value_or(Parsed{});
}

TEST(hint, repeats_what_says_which_journal_and_which_aws) {
  struct Case {
    std::vector<std::string> line;
    std::string words, hint;
  };
  Case const table[] = {
      {{"deploy", "f"}, "watch d-1", "sluice watch d-1"},
      {{"deploy", "f", "--state", "./j"}, "watch d-1", "sluice watch d-1 --state ./j"},
      {{"deploy", "f", "--state=a b"}, "stop d-1", "sluice stop d-1 --state 'a b'"},
      // What the other command does not take is left out.
      {{"deploy", "f", "--region", "eu-west-1"}, "watch d-1", "sluice watch d-1"},
      {{"deploy", "f", "--region", "eu-west-1", "--progress", "none"},
       "get orders:live",
       "sluice get orders:live --region eu-west-1"},
      {{"deploy", "f", "--local"}, "resume d-1", "sluice resume d-1 --local"},
      // What stands there already is not said again.
      {{"deploy", "f", "--local"},
       "get orders --local-state /x",
       "sluice get orders --local-state /x"},
      // --state is another folder for the commands of the local endpoint.
      {{"deploy", "f", "--local-state", "/x"}, "local up", "sluice local up --state /x"},
      {{"deploy", "f", "--local", "--state", "/j"}, "local up", "sluice local up --state /j/local"},
      {{"local", "calls", "--state", "/x"}, "local up", "sluice local up --state /x"},
      {{"local", "calls", "--state", "/x"}, "list", "sluice list"},
      {{"list"}, "no-such-command x", "sluice no-such-command x"},
  };
  for (auto const& one : table) EXPECT_EQ(command_hint(line_of(one.line), one.words), one.hint);
}

TEST(hint, every_command_in_a_text_is_made_runnable) {
  auto line = line_of({"watch", "d-1", "--state", "/j"});
  EXPECT_EQ(runnable(line, "sluice resume d-1 takes it up; sluice get d-1 shows it."),
            "sluice resume --state /j d-1 takes it up; sluice get --state /j d-1 shows it.");
  EXPECT_EQ(runnable(line, "Put it back with `sluice rollback orders:live`."),
            "Put it back with `sluice rollback --state /j orders:live`.");
  for (auto text : {"sluices are gates", "an unsluice list", "see sluice help", "the sluice", ""})
    EXPECT_EQ(runnable(line, text), text);
}

TEST(hint, lines_that_are_a_command_get_their_options_at_the_end) {
  auto lines = runnable_lines(line_of({"get", "d-1", "--state", "/j"}),
                              {"Next:", "  sluice logs d-1", "the sluice logs are long"});
  EXPECT_EQ(lines, (std::vector<std::string>{"Next:", "  sluice logs d-1 --state /j",
                                             "the sluice logs are long"}));
}

TEST(hint, commands_in_json_are_made_runnable_and_nothing_else_is) {
  json::Value commands = json::Array{};
  commands.push("sluice approve d-1 --step prod/gate");
  json::Value waits = json::Array{};
  waits.push(json::Value{{"commands", commands}, {"title", "sluice list"}});
  json::Value report{{"errors", json::Value{{"hint", "sluice resume d-1 goes on."}}},
                     {"waits_for", waits}};
  auto out = runnable_json(line_of({"get", "d-1", "--state", "/j"}), report);
  EXPECT_EQ(out["errors"]["hint"].as_string(), "sluice resume --state /j d-1 goes on.");
  auto const& wait = out["waits_for"].items().front();
  EXPECT_EQ(wait["commands"].items().front().as_string(),
            "sluice approve d-1 --step prod/gate --state /j");
  EXPECT_EQ(wait["title"].as_string(), "sluice list");
}

TEST(hint, words_of_a_shell_are_quoted_where_they_must_be) {
  EXPECT_EQ(shell_word("s3://b/k=1"), "'s3://b/k=1'");
  EXPECT_EQ(shell_word("/srv/me/x.y"), "/srv/me/x.y");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace sluice::cli
