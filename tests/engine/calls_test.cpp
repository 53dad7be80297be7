#include <gtest/gtest.h>

#include "engine/rehearsal.hpp"
#include "plan/adjust.hpp"

namespace sluice {
namespace {

struct File {
  std::string code = "one";
  int memory = 128;
  std::string more;
};

std::string text_of(File const& file) {
  return "function: orders\nregion: eu-west-1\nalias: live\nruntime: nodejs20.x\nhandler: "
         "index.handler\n"
         "role: arn:aws:iam::000000000000:role/orders\nmemory: " +
         std::to_string(file.memory) + "\npackage: " + file.code + ".zip\n" + file.more;
}

/// The Lambda calls of one release, in their order, without the look-outs for bypassed aliases.
class Calls : public testing::Test {
 protected:
  std::vector<std::string> of(File const& file) {
    plan::Plan plan = rehearsal.plan(text_of(file));
    plan::remove_steps(plan, "bypass_check");
    rehearsal.endpoint().calls().clear();
    auto started = rehearsal.engine().start({plan, "tester", {}, {}, {}}, rehearsal.services());
    last = rehearsal.wait(started->run);
    EXPECT_EQ(last.state.end_state, "succeeded");
    std::vector<std::string> names;
    json::Value calls = rehearsal.endpoint().calls().list(0);
    for (auto const& call : calls.items())
      if (call["service"].as_string() == "lambda") names.push_back(call["operation"].as_string());
    return names;
  }

  test::Rehearsal rehearsal;
  engine::Snapshot last;
};

using testing::ElementsAre;

TEST_F(Calls, OfAFirstCreate) {
  EXPECT_THAT(of({}), ElementsAre("GetAlias", "GetFunction", "CreateFunction", "GetFunction",
                                  "CreateAlias"));
}

TEST_F(Calls, OfNothingToDo) {
  of({});
  EXPECT_THAT(of({}), ElementsAre("GetAlias", "GetFunction"));
}

TEST_F(Calls, OfACodeOnlyUpdate) {
  of({});
  EXPECT_THAT(of({.code = "two"}), ElementsAre("GetAlias", "GetFunction", "GetFunction",
                                               "UpdateFunctionCode", "GetFunction", "UpdateAlias"));
}

TEST_F(Calls, OfAConfigurationOnlyUpdate) {
  of({});
  EXPECT_THAT(of({.memory = 256}),
              ElementsAre("GetAlias", "GetFunction", "GetFunction", "UpdateFunctionConfiguration",
                          "GetFunction", "PublishVersion", "UpdateAlias"));
}

TEST_F(Calls, OfBothMakeOneVersion) {
  of({});
  EXPECT_THAT(of({.code = "two", .memory = 256}),
              ElementsAre("GetAlias", "GetFunction", "GetFunction", "UpdateFunctionConfiguration",
                          "GetFunction", "UpdateFunctionCode", "GetFunction", "UpdateAlias"));
  EXPECT_EQ(last.state.releases.at("default/orders")["candidate_version"].as_string(), "2");
}

TEST_F(Calls, OfAFiveStepCanaryAreOneMoreForEachStep) {
  of({});
  std::string steps =
      "strategy: [{shift: 10}, {shift: 25}, {shift: 50}, {shift: 75}, {shift: 100}]\n";
  auto calls = of({.code = "two", .more = steps});
  EXPECT_EQ(std::ranges::count(calls, "UpdateAlias"), 5);
  EXPECT_EQ(calls.size(), 10u);
}

TEST_F(Calls, OfTagsOnly) {
  of({});
  EXPECT_THAT(of({.more = "tags: {team: shop}\n"}),
              ElementsAre("GetAlias", "GetFunction", "TagResource"));
}

TEST_F(Calls, OfALatestThatIsReadyPublishOnly) {
  of({});
  json::Value request{{"MemorySize", 256}};
  ASSERT_TRUE(rehearsal.lambda().update_function_configuration("orders", request));
  auto calls = of({.memory = 256});
  EXPECT_EQ(std::ranges::count(calls, "UpdateFunctionConfiguration"), 0);
  EXPECT_EQ(std::ranges::count(calls, "UpdateFunctionCode"), 0);
  EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "2");
}

}  // namespace
}  // namespace sluice
