#include "server/alias_holder.hpp"
#include "server/fixture.hpp"
#include "server/rollback_plan.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RollbackTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    host_ = open_host();
    release_first_version(*host_);
  }

  std::string release(std::string const& code) {
    std::string run = start(host_->runs(), new_run(host_->packages(), code, {}));
    follow(host_->runs(), run);
    EXPECT_EQ(state_of(host_->runs(), run), "succeeded");
    return run;
  }

  Result<NewRun> plan_for(std::string const& alias, std::optional<std::string> to) {
    auto request = parse_alias_rollback(alias);
    if (!request) return std::unexpected(request.error());
    request->to = std::move(to);
    auto opened = host_->services().open(aws());
    EXPECT_TRUE(opened) << opened.error().text();
    auto found = find_alias(*opened->services, *request, {});
    if (!found) return std::unexpected(found.error());
    return roll_back_alias(*opened->services, *request, *found, {});
  }

  FoundAlias look(std::string const& alias) {
    auto request = parse_alias_rollback(alias);
    auto opened = host_->services().open(aws());
    EXPECT_TRUE(opened) << opened.error().text();
    auto found = find_alias(*opened->services, *request, {});
    EXPECT_TRUE(found) << found.error().text();
    return found ? *found : FoundAlias{};
  }

  std::string run_to_its_end(NewRun run) {
    run.aws = aws();
    run.requester = "ada";
    std::string id = start(host_->runs(), std::move(run));
    follow(host_->runs(), id);
    return id;
  }

  std::unique_ptr<Host> host_;
};

TEST_F(RollbackTest, AFinishedRunGoesBackToTheBaselineItRecorded) {
  std::string run = release("v2");
  ASSERT_EQ(live_alias().function_version, "2");
  auto back = roll_back_run(host_->runs(), run);
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->options["rollback_of"].as_string(), run);
  std::string id = run_to_its_end(std::move(*back));
  EXPECT_EQ(state_of(host_->runs(), id), "succeeded");
  EXPECT_EQ(live_alias().function_version, "1");
  auto summary = host_->runs().get(id)->summary;
  EXPECT_EQ(summary["releases"].items()[0]["place"].as_string(), "on_baseline");
}

TEST_F(RollbackTest, ARunThatLeftNothingBehindCannotBeRolledBack) {
  std::string run = start(host_->runs(), new_run(host_->packages(), "v2", canary()));
  follow(host_->runs(), run, is_pause);
  auto early = roll_back_run(host_->runs(), run);
  ASSERT_FALSE(early);
  EXPECT_THAT(early.error().message, HasSubstr("has not ended"));
  ASSERT_TRUE(host_->runs().signal(run, {"stop", "", "ada", "", {}}));
  follow(host_->runs(), run);
  auto late = roll_back_run(host_->runs(), run);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_THAT(late.error().message, HasSubstr("here/orders: on baseline"));
}

TEST_F(RollbackTest, ARunThatALaterOneReplacedIsNotRolledBack) {
  std::string second = release("v2");
  std::string third = release("v3");
  auto back = roll_back_run(host_->runs(), second);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::invalid_input);
  EXPECT_THAT(
      back.error().message,
      HasSubstr("run " + third + " has moved orders:live to version 3 after run " + second));
  EXPECT_THAT(back.error().hint, HasSubstr("sluice rollback " + third));
  EXPECT_THAT(back.error().hint, HasSubstr("sluice rollback orders:live --to 1"));

  auto last = roll_back_run(host_->runs(), third);
  ASSERT_TRUE(last) << last.error().text();
  run_to_its_end(std::move(*last));
  ASSERT_EQ(live_alias().function_version, "2");
  auto now = roll_back_run(host_->runs(), second);
  ASSERT_TRUE(now) << now.error().text();
  run_to_its_end(std::move(*now));
  EXPECT_EQ(live_alias().function_version, "1");
}

TEST_F(RollbackTest, AnAliasThatWasMovedOnRequestIsALaterRunToo) {
  std::string second = release("v2");
  release("v3");
  auto moved = plan_for("orders:live", "1");
  ASSERT_TRUE(moved) << moved.error().text();
  run_to_its_end(std::move(*moved));
  moved = plan_for("orders:live", "3");
  ASSERT_TRUE(moved) << moved.error().text();
  std::string last = run_to_its_end(std::move(*moved));
  auto back = roll_back_run(host_->runs(), second);
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().message, HasSubstr("run " + last + " has moved orders:live"));
  // Nothing of a rollback can be rolled back.
  EXPECT_THAT(back.error().hint, Not(HasSubstr("sluice rollback " + last)));
}

TEST_F(RollbackTest, ARunThatFailedOnItsWayIsNoLaterRun) {
  std::string second = release("v2");
  std::string third = start(host_->runs(), new_run(host_->packages(), "v3", canary()));
  follow(host_->runs(), third, is_pause);
  ASSERT_TRUE(host_->runs().signal(third, {"rollback", "", "ada", "", {}}));
  follow(host_->runs(), third);
  auto back = roll_back_run(host_->runs(), second);
  EXPECT_TRUE(back) << back.error().text();
}

TEST_F(RollbackTest, WhatARollbackMovesIsKnownBeforehand) {
  std::string second = release("v2");
  auto undone = undone_releases(*snapshot_of(host_->runs(), second));
  ASSERT_EQ(undone.size(), 1u);
  EXPECT_EQ(in_words(undone[0].state.alias_now), "version 2");
  EXPECT_EQ(undone[0].state.baseline_version, "1");
}

TEST_F(RollbackTest, AnAliasThatIsNotSplitNeedsAVersion) {
  release("v2");
  auto vague = plan_for("orders:live", std::nullopt);
  ASSERT_FALSE(vague);
  EXPECT_THAT(vague.error().message, HasSubstr("--to"));
  EXPECT_THAT(vague.error().hint, testing::ContainsRegex("The latest versions are 2 .*, 1 "));
  auto back = plan_for("orders:live", "1");
  ASSERT_TRUE(back) << back.error().text();
  std::string id = run_to_its_end(std::move(*back));
  EXPECT_EQ(state_of(host_->runs(), id), "succeeded");
  EXPECT_EQ(live_alias().function_version, "1");
}

TEST_F(RollbackTest, ASplitAliasGoesBackToItsPrimaryVersion) {
  {
    // A release whose process is gone for good leaves the alias split.
    std::string run = start(host_->runs(), new_run(host_->packages(), "v2", canary()));
    follow(host_->runs(), run, is_pause);
    host_.reset();
    std::filesystem::rename(folder_.path() / "state", folder_.path() / "gone");
    host_ = open_host();
  }
  ASSERT_FALSE(live_alias().weights.empty());
  auto back = plan_for("orders:live", std::nullopt);
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->options["to"].as_string(), "1");
  run_to_its_end(std::move(*back));
  EXPECT_EQ(live_alias().function_version, "1");
  EXPECT_THAT(live_alias().weights, IsEmpty());
}

TEST_F(RollbackTest, WhatCannotBeIsRefusedBeforeARunIsMade) {
  struct Case {
    std::string alias;
    std::optional<std::string> to;
    std::string message;
  };
  for (auto const& [alias, to, message] :
       std::vector<Case>{{"orders", "1", "names no function and alias"},
                         {"orders:", "1", "names no function and alias"},
                         {"orders:live", "9", "has no version 9"},
                         {"orders:live", "$LATEST", "is no version"},
                         {"orders:other", "1", "has no alias 'other'"},
                         {"unknown:live", "1", "unknown"}}) {
    auto refused = plan_for(alias, to);
    ASSERT_FALSE(refused) << alias;
    EXPECT_THAT(refused.error().message, HasSubstr(message));
  }
}

TEST_F(RollbackTest, AnAliasThatIsThereAlreadyIsKnownFromLooking) {
  release("v2");
  auto found = look("orders:live");
  EXPECT_TRUE(is_there({"orders", "live", "2", ""}, found));
  EXPECT_FALSE(is_there({"orders", "live", "1", ""}, found));
  EXPECT_FALSE(is_there({"orders", "live", std::nullopt, ""}, found));
}

TEST_F(RollbackTest, TheRunThatHoldsAnAliasIsKnownAndWhetherAnybodyExecutesIt) {
  auto world = host_->services().open(aws())->world;
  auto found = look("orders:live");
  auto nobody = holder_of(host_->runs(), found, world);
  ASSERT_TRUE(nobody) << nobody.error().text();
  EXPECT_FALSE(*nobody);

  std::string run = start(host_->runs(), new_run(host_->packages(), "v2", canary()));
  follow(host_->runs(), run, is_pause);
  auto held = holder_of(host_->runs(), found, world);
  ASSERT_TRUE(held && *held);
  EXPECT_EQ((*held)->row.id, run);
  EXPECT_TRUE((*held)->executed());

  host_.reset();
  host_ = open_host();
  held = holder_of(host_->runs(), found, world);
  ASSERT_TRUE(held && *held);
  EXPECT_FALSE((*held)->executed());
  EXPECT_TRUE((*held)->is_only_about_it());
  EXPECT_EQ((*held)->release->baseline_version, "1");

  auto busy = busy_for(host_->runs(), plan_for("orders:live", std::nullopt)->plan);
  ASSERT_TRUE(busy && *busy);
  EXPECT_EQ((*busy)->run, run);
  auto elsewhere = holder_of(host_->runs(), found, json::Value{{"local_state", "/elsewhere"}});
  ASSERT_TRUE(elsewhere && *elsewhere);
  EXPECT_FALSE((*elsewhere)->is_only_about_it());
}

TEST_F(RollbackTest, ARollbackWaitsForNobodyElsesRelease) {
  std::string run = start(host_->runs(), new_run(host_->packages(), "v2", canary()));
  follow(host_->runs(), run, is_pause);
  auto back = plan_for("orders:live", std::nullopt);
  ASSERT_TRUE(back) << back.error().text();
  back->aws = aws();
  auto started = host_->runs().start(std::move(*back));
  ASSERT_TRUE(started) << started.error().text();
  ASSERT_TRUE(started->busy);
  EXPECT_EQ(started->busy->run, run);
}

}  // namespace
}  // namespace sluice::server
