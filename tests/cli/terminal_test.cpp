#include "cli/terminal.hpp"

#include <gtest/gtest.h>

#include "cli/doctor.hpp"
#include "cli/exit_codes.hpp"
#include "cli/load_run.hpp"
#include "cli/local_packages.hpp"
#include "cli/render/view.hpp"

namespace sluice::cli {
namespace {

TEST(traits, colour_by_flag_environment_and_terminal) {
  struct Case {
    Streams tty;
    Variables environment;
    std::string_view color;
    bool out, err;
  };
  Streams both{true, true, true};
  Case const table[] = {
      {both, {}, "auto", true, true},
      {{true, false, true}, {}, "auto", false, true},
      {both, {{"NO_COLOR", "1"}}, "auto", false, false},
      {both, {{"NO_COLOR", ""}}, "auto", true, true},
      {both, {{"TERM", "dumb"}}, "auto", false, false},
      {both, {}, "never", false, false},
      {{}, {}, "always", true, true},
      {{}, {{"FORCE_COLOR", "1"}}, "auto", true, true},
      {both, {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}}, "auto", false, false},
      {both, {{"NO_COLOR", "1"}}, "always", true, true},
  };
  for (auto const& one : table) {
    auto traits = decide_traits(one.tty, one.environment, one.color, false, false);
    EXPECT_EQ(traits.colour_out, one.out);
    EXPECT_EQ(traits.colour_err, one.err);
  }
}

TEST(traits, ascii_by_flag_and_locale) {
  auto ascii = [](Variables const& environment, bool flag) {
    return decide_traits({}, environment, "auto", flag, false).ascii;
  };
  EXPECT_FALSE(ascii({{"LANG", "de_DE.UTF-8"}}, false));
  EXPECT_TRUE(ascii({{"LANG", "de_DE.UTF-8"}}, true));
  EXPECT_TRUE(ascii({{"LANG", "C"}}, false));
  EXPECT_TRUE(ascii({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}, false));
  EXPECT_TRUE(ascii({}, false));
}

TEST(traits, prompts_need_stdin_and_stderr) {
  auto may_ask = [](Streams tty, bool no_input) {
    return decide_traits(tty, {}, "auto", false, no_input).may_ask;
  };
  EXPECT_TRUE(may_ask({true, false, true}, false));
  EXPECT_FALSE(may_ask({false, true, true}, false));
  EXPECT_FALSE(may_ask({true, true, false}, false));
  EXPECT_FALSE(may_ask({true, true, true}, true));
}

TEST(style, is_plain_without_colour) {
  EXPECT_EQ((Style{false, false}.red("x")), "x");
  EXPECT_EQ((Style{true, false}.red("x")), "\033[31mx\033[0m");
}

TEST(exit, follows_the_frozen_table) {
  std::pair<char const*, int> const states[] = {
      {"succeeded", 0}, {"failed", 1},    {"rolled_back", 5}, {"needs_person", 6},
      {"stopped", 9},   {"rejected", 10}, {"superseded", 10}};
  for (auto const& [state, code] : states) EXPECT_EQ(exit_for_state(state), code) << state;
  EXPECT_EQ(exit_for({ErrorCode::denied, "", ""}), 4);
  EXPECT_EQ(exit_for({ErrorCode::invalid_input, "", ""}), 3);
  EXPECT_EQ(exit_for({ErrorCode::conflict, "", ""}), 1);
  EXPECT_EQ(exit_for({ErrorCode::not_found, "", ""}), 1);
}

TEST(names, functions_and_runs) {
  struct Case {
    std::string text, function, alias, region;
  };
  std::string arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
  Case const table[] = {{"orders", "orders", "", ""},
                        {"orders:live", "orders", "live", ""},
                        {arn, arn, "", "eu-west-1"},
                        {arn + ":live", arn, "live", "eu-west-1"}};
  for (auto const& one : table) {
    auto name = function_name(one.text);
    EXPECT_EQ(name.function, one.function);
    EXPECT_EQ(name.alias, one.alias);
    EXPECT_EQ(name.region, one.region);
  }
  EXPECT_TRUE(is_run_id("d-7QK2M9XTA"));
  for (auto text : {"d-7QK2M9XT", "d-7qk2m9xta", "orders:live", "d-orders"})
    EXPECT_FALSE(is_run_id(text)) << text;
}

TEST(text, is_cut_by_characters_and_durations_are_short) {
  EXPECT_EQ(cut("grüße", 5, false), "grüße");
  EXPECT_EQ(cut("grüße aus", 6, false), "grüße…");
  EXPECT_EQ(cut("grüße aus", 8, true), "grüße...");
  EXPECT_EQ(columns_of("\033[31mrot\033[0m"), 3u);
  EXPECT_EQ(short_duration(Duration(0)), "0.0s");
  EXPECT_EQ(short_duration(Duration(9'940)), "9.9s");
  EXPECT_EQ(short_duration(Duration(200'700)), "3m20s");
  EXPECT_EQ(short_duration(Duration(-5)), "0.0s");
}

TEST(given_objects, take_urls_and_files) {
  for (auto bad :
       {"x", "s3://bucket=p", "s3://bucket/key", "s3:///key=p", "http://b/k=p", "s3://b/k="}) {
    auto given = given_objects({bad});
    ASSERT_FALSE(given) << bad;
    EXPECT_EQ(given.error().code, ErrorCode::invalid_input);
  }
  std::string file = std::string(SLUICE_SOURCE) + "/CMakeLists.txt";
  auto given = given_objects({"s3://bucket/a/b=c.zip=" + file});
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->front().bucket, "bucket");
  EXPECT_EQ(given->front().key, "a/b=c.zip");
  EXPECT_EQ(given->front().path, file);
}

TEST(doctor, judges_the_clock) {
  Time now = from_millis(1'767'323'045'000);
  using Outcome = Check::Outcome;
  EXPECT_EQ(clock_check(now, now + std::chrono::seconds(29)).outcome, Outcome::good);
  EXPECT_EQ(clock_check(now + std::chrono::seconds(31), now).outcome, Outcome::warning);
  auto failed = clock_check(now, now + std::chrono::minutes(5));
  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.found, "5m behind the service's clock");
  EXPECT_NE(checks_text({failed}, {}).find("fix: "), std::string::npos);
}

}  // namespace
}  // namespace sluice::cli
