#include <gtest/gtest.h>

#include "engine/rehearsal.hpp"

/// What a rollback deletes of what a run has made, where the plan asks for it.
namespace sluice {
namespace {

std::string orders(std::string const& code, std::string const& more) {
  return R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )" +
         code + ".zip\n" + more;
}

/// The step behind the shift fails as soon as it is reached.
std::string at_ten(std::string const& more) {
  return "strategy:\n  - shift: 10\n  - invoke: {function: nobody}\n" + more;
}

class Removal : public testing::Test {
 protected:
  json::Value release(engine::Snapshot const& snapshot) {
    return snapshot.state.releases.at("default/orders");
  }
  bool has_version(std::string const& version) {
    return rehearsal.lambda().get_function("orders", version).has_value();
  }
  /// The runs that were started to clean up behind `run`.
  std::vector<std::string> clean_ups() {
    auto rows = rehearsal.engine().with_store([](store::Store& store) { return store.runs({}); });
    std::vector<std::string> ids;
    for (auto const& row : *rows)
      if (!rehearsal.engine().snapshot(row.id)->state.options["clean_up_of"].is_null())
        ids.push_back(row.id);
    return ids;
  }

  test::Rehearsal rehearsal;
};

/// A new function has nothing to shift from: what fails comes after its creation.
std::string new_function(std::string const& more) {
  return orders("one",
                "strategy:\n  - invoke: {function: nobody}\nmissing_alias: create_at_end\n" + more);
}

TEST_F(Removal, ACreatedFunctionIsKeptUnlessThePlanSaysOtherwise) {
  auto end = rehearsal.run(new_function(""));
  EXPECT_EQ(end.state.end_state, "failed");
  EXPECT_TRUE(rehearsal.lambda().get_function("orders"));
  EXPECT_EQ(release(end)["place_note"].as_string(),
            "the function was created by this run and is kept: there is nothing to go back to");
}

TEST_F(Removal, ACreatedFunctionIsDeletedOnWish) {
  auto end = rehearsal.run(new_function("created_here: delete\n"));
  EXPECT_FALSE(rehearsal.lambda().get_function("orders"));
  EXPECT_EQ(release(end)["place"].as_string(), "unchanged");
  EXPECT_EQ(release(end)["place_note"].as_string(),
            "the function that this run had created is deleted again");
  EXPECT_EQ(end.state.end_state, "failed");
}

TEST_F(Removal, ACreatedFunctionThatOthersBuiltOnIsKept) {
  bool added = false;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    bool creates_alias = request.method == "GET" && request.url.ends_with("/aliases");
    if (!creates_alias || added) return std::nullopt;
    added = true;
    EXPECT_TRUE(rehearsal.lambda().create_alias("orders", "theirs", "1", ""));
    return std::nullopt;
  };
  auto end = rehearsal.run(new_function("created_here: delete\n"));
  EXPECT_TRUE(added);
  EXPECT_TRUE(rehearsal.lambda().get_function("orders"));
  EXPECT_EQ(release(end)["place_note"].as_string(),
            "the function was created by this run and is kept: others have added to it: alias "
            "theirs");
}

TEST_F(Removal, ACandidateStaysUnlessThePlanSaysOtherwise) {
  rehearsal.run(orders("one", ""));
  auto end = rehearsal.run(orders("two", at_ten("")));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  EXPECT_TRUE(clean_ups().empty());
  EXPECT_TRUE(has_version("2"));
}

TEST_F(Removal, ACandidateIsDeletedByARunOfItsOwn) {
  rehearsal.run(orders("one", ""));
  auto end = rehearsal.run(orders("two", at_ten("candidate: delete\ndrain: 1h\n")));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  auto runs = clean_ups();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_TRUE(has_version("2"));
  auto locks = rehearsal.engine().with_store([](store::Store& store) { return store.locks(); });
  EXPECT_TRUE(locks->empty());
  engine::Signal skip{.kind = "skip", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal(runs[0], skip));
  auto cleaned = rehearsal.wait(runs[0]);
  EXPECT_EQ(cleaned.state.end_state, "succeeded");
  EXPECT_EQ(release(cleaned)["place_note"].as_string(), "version 2 is deleted");
  EXPECT_FALSE(has_version("2"));
  EXPECT_TRUE(has_version("1"));
}

TEST_F(Removal, ACleanUpOutlivesItsProcess) {
  rehearsal.run(orders("one", ""));
  rehearsal.run(orders("two", at_ten("candidate: delete\ndrain: 1s\n")));
  auto runs = clean_ups();
  ASSERT_EQ(runs.size(), 1u);
  rehearsal.restart();
  ASSERT_TRUE(rehearsal.engine().resume(runs[0], rehearsal.services()));
  EXPECT_EQ(rehearsal.wait(runs[0]).state.end_state, "succeeded");
  EXPECT_FALSE(has_version("2"));
}

TEST_F(Removal, ACandidateThatAnAliasNamesIsLeft) {
  rehearsal.run(orders("one", ""));
  rehearsal.run(orders("two", at_ten("candidate: delete\ndrain: 1h\n")));
  ASSERT_TRUE(rehearsal.lambda().create_alias("orders", "theirs", "2", ""));
  auto runs = clean_ups();
  ASSERT_EQ(runs.size(), 1u);
  engine::Signal skip{.kind = "skip", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal(runs[0], skip));
  auto cleaned = rehearsal.wait(runs[0]);
  EXPECT_TRUE(has_version("2"));
  EXPECT_EQ(cleaned.state.end_state, "succeeded");
  EXPECT_TRUE(release(cleaned)["place_note"].as_string().starts_with("version 2 is left: "))
      << release(cleaned).dump();
}

TEST_F(Removal, CleanUpsOfOneFunctionDoNotWaitForEachOther) {
  rehearsal.run(orders("one", ""));
  rehearsal.run(orders("two", at_ten("candidate: delete\ndrain: 1h\n")));
  rehearsal.run(orders("three", at_ten("candidate: delete\ndrain: 1h\n")));
  auto runs = clean_ups();
  ASSERT_EQ(runs.size(), 2u);
  engine::Signal skip{.kind = "skip", .node = "", .by = "tester", .reason = "", .data = {}};
  // Given that the other one still waits
  ASSERT_TRUE(rehearsal.engine().signal(runs[0], skip));
  EXPECT_EQ(rehearsal.wait(runs[0]).state.end_state, "succeeded");
  ASSERT_TRUE(rehearsal.engine().signal(runs[1], skip));
  EXPECT_EQ(rehearsal.wait(runs[1]).state.end_state, "succeeded");
  EXPECT_FALSE(has_version("2"));
  EXPECT_FALSE(has_version("3"));
}

TEST_F(Removal, OldVersionsGoAfterAGoodRelease) {
  for (auto code : {"one", "two", "three"}) rehearsal.run(orders(code, ""));
  EXPECT_TRUE(clean_ups().empty()) << "off unless the plan says so";
  ASSERT_TRUE(rehearsal.lambda().create_alias("orders", "pinned", "1", ""));
  rehearsal.run(orders("four", ""));
  // One good release names what it went from and to: 5 and 4. An alias names 1.
  auto end = rehearsal.run(orders("five", "keep_versions: 1\ndrain: 1h\n"));
  EXPECT_EQ(end.state.end_state, "succeeded");
  auto runs = clean_ups();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_TRUE(has_version("2")) << "nothing goes before the drain is over";
  engine::Signal skip{.kind = "skip", .node = "", .by = "tester", .reason = "", .data = {}};
  ASSERT_TRUE(rehearsal.engine().signal(runs[0], skip));
  auto pruned = rehearsal.wait(runs[0]);
  EXPECT_EQ(release(pruned)["place_note"].as_string(), "versions 2, 3 are deleted");
  for (auto version : {"1", "4", "5"}) EXPECT_TRUE(has_version(version)) << version;
  for (auto version : {"2", "3"}) EXPECT_FALSE(has_version(version)) << version;
}

TEST_F(Removal, HistoryTellsWhoStillUsesACandidate) {
  engine::StoreHistory history(rehearsal.engine());
  rehearsal.run(orders("one", ""));
  auto first = rehearsal.run(orders("two", at_ten("")));
  engine::ReleaseState state = engine::release_state(release(first));
  EXPECT_EQ(history.uses_of(state, "d-CLEANUP00")->named_by, "");
  EXPECT_EQ(history.uses_of(state, "d-CLEANUP00")->active, "");
  // The same content again: PublishVersion answers the version that is there.
  auto second = rehearsal.start(orders("two", "strategy:\n  - shift: 10\n    pause: 1h\n"));
  EXPECT_EQ(history.uses_of(state, "d-CLEANUP00")->active, second);
  while (rehearsal.lambda().get_alias("orders", "live")->weights.empty()) std::this_thread::yield();
  EXPECT_EQ(history.uses_of(state, "d-CLEANUP00")->named_by, second);
}

}  // namespace
}  // namespace sluice
