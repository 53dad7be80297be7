#include "cli/local_tally.hpp"

#include <gtest/gtest.h>

#include "cli/local_link.hpp"

namespace sluice::cli {
namespace {

using std::chrono::milliseconds;

Answered answered(int started, int ended, std::string version, std::string error = {}) {
  return {milliseconds(started), milliseconds(ended), std::move(version), std::move(error)};
}

TEST(Tally, CountsOnlyWhatRanWhollyUnderTheSameWeights) {
  Tally tally;
  tally.look(milliseconds(0), milliseconds(10), {{"1", 100}});
  tally.add(answered(5, 20, "1"));   // begun before the alias had been read
  tally.add(answered(12, 20, "1"));  // counts
  tally.look(milliseconds(30), milliseconds(40), {{"1", 100}});
  tally.add(answered(45, 50, "2"));  // ended after the last look at these weights
  tally.look(milliseconds(60), milliseconds(70), {{"1", 90}, {"2", 10}});
  tally.add(answered(65, 72, "2"));  // begun before the new weights had been read
  tally.add(answered(75, 80, "2", "TypeError: no"));
  tally.look(milliseconds(90), milliseconds(95), {{"1", 90}, {"2", 10}});

  auto const stretches = tally.stretches();
  ASSERT_EQ(stretches.size(), 2u);
  EXPECT_EQ(stretches[0].requests(), 1);
  EXPECT_EQ(stretches[1].requests(), 1);
  EXPECT_EQ(stretches[1].versions.at("2").errors, 1);
  EXPECT_EQ(tally.requests(), 5);
  EXPECT_EQ(tally.errors(), 1);
}

TEST(Tally, KeepsWhatIsStillUnderWayForTheNextLook) {
  Tally tally;
  tally.look(milliseconds(0), milliseconds(1), {{"1", 100}});
  tally.add(answered(2, 50, "1"));
  tally.look(milliseconds(40), milliseconds(60), {{"1", 100}});
  EXPECT_TRUE(tally.stretches().empty());
  tally.look(milliseconds(80), milliseconds(90), {{"1", 100}});
  EXPECT_EQ(tally.stretches().at(0).requests(), 1);
}

TEST(Tally, TellsCallsThatDidNotRunFromFunctionsThatFailed) {
  Tally tally;
  tally.add(answered(1, 2, "", "TooManyRequestsException"));
  tally.add(answered(1, 2, "7", "Error: no"));
  tally.add(answered(1, 2, "7"));
  EXPECT_EQ(tally.refused(), 1);
  EXPECT_EQ(tally.errors(), 1);
  auto const json = tally.to_json();
  EXPECT_EQ(json["versions"]["7"]["share"].as_double(), 100);
  EXPECT_EQ(json["refused"]["messages"].items().at(0)["message"].as_string(),
            "TooManyRequestsException");
}

TEST(Tally, KeepsABoundedNumberOfMessages) {
  Tally tally;
  for (std::size_t i = 0; i < Tally::max_messages + 30; ++i)
    tally.add(answered(1, 2, "7", "message " + std::to_string(i)));
  auto const& messages = tally.versions().at("7").messages;
  EXPECT_EQ(messages.size(), Tally::max_messages + 1);
  EXPECT_EQ(messages.at("(other messages)"), 30);
}

TEST(Tally, ShowsAStretchAsOneLine) {
  Tally::Stretch stretch{
      .asked = {{"1", 87.5}, {"2", 12.5}}, .since = {}, .until = {}, .versions = {}};
  stretch.versions["1"].requests = 7;
  stretch.versions["2"] = {.requests = 1, .errors = 1, .messages = {}};
  EXPECT_EQ(stretch_line(stretch),
            "asked v1 87.5 % v2 12.5 %, measured v1 87.5 % v2 12.5 % (1 error) of 8");
}

TEST(Tally, ReadsWhatAFunctionsErrorDocumentSays) {
  EXPECT_EQ(error_text(R"({"errorType":"TypeError","errorMessage":"no"})", "Unhandled"),
            "TypeError: no");
  EXPECT_EQ(error_text(R"({"errorMessage":"no"})", "Unhandled"), "no");
  EXPECT_EQ(error_text("not JSON", "Unhandled"), "Unhandled");
}

TEST(Tally, SpreadsInvocationsEvenlyAndGrowsWithARamp) {
  EXPECT_EQ(due_after(0, 50, {}), milliseconds(0));
  EXPECT_EQ(due_after(100, 50, {}), milliseconds(2000));
  // Fifty fit into ten seconds of growing to 10 a second, a quarter of them into the first half.
  EXPECT_EQ(due_after(50, 10, milliseconds(10'000)), milliseconds(10'000));
  EXPECT_NEAR(static_cast<double>(due_after(12, 10, milliseconds(10'000)).count()), 4899, 2);
  EXPECT_EQ(due_after(60, 10, milliseconds(10'000)), milliseconds(11'000));
}

TEST(QualifiedNames, KeepTheColonsOfAnArn) {
  struct {
    char const *text, *function, *qualifier;
  } const table[] = {
      {"orders", "orders", ""},
      {"orders:live", "orders", "live"},
      {"000000000000:function:orders", "000000000000:function:orders", ""},
      {"000000000000:function:orders:7", "000000000000:function:orders", "7"},
      {"arn:aws:lambda:eu-west-1:000000000000:function:orders",
       "arn:aws:lambda:eu-west-1:000000000000:function:orders", ""},
      {"arn:aws:lambda:eu-west-1:000000000000:function:orders:live",
       "arn:aws:lambda:eu-west-1:000000000000:function:orders", "live"},
  };
  for (auto const& row : table) {
    auto const name = split_qualifier(row.text);
    EXPECT_EQ(name.function, row.function) << row.text;
    EXPECT_EQ(name.qualifier, row.qualifier) << row.text;
  }
}

}  // namespace
}  // namespace sluice::cli
