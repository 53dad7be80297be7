#include <gmock/gmock.h>

#include "base/strings.hpp"
#include "cli/held_runs.hpp"
#include "cli/program.hpp"
#include "cli/script.hpp"
#include "cli/send_signal.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

/// retry, redeploy and the trying of signals, with scripted runs.
class Again : public testing::Test {
 protected:
  Again() {
    state.row.id = "d-7QK2M9XTA";
    state.row.name = "shop";
    state.row.owner = "somebody";
    state.executes = false;
    state.started = canary_plan({"default"});
  }

  int run(Words const& words, Streams tty = {}) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    Variables environment{{"SLUICE_STATE", (folder.path() / "state").string()},
                          {"HOME", folder.path().string()}};
    return run_program(words, terminal, tty, environment, [this](Invocation&) -> Result<RunsHere> {
      RunsHere here;
      here.runs = std::make_unique<HeldRuns>(state);
      here.executes = [this] { return state.executes; };
      return here;
    });
  }
  /// The run has ended like that.
  void ended(std::string const& end, json::Value const& options = json::Object{}) {
    Script script(canary_plan({"default"}));
    script.begin("default");
    script.event("run_ended", {{"state", end}});
    script.events.front().body.set("options", options);
    state.journal = script.events;
    state.row.state = end;
    state.row.ended = Time{};
    state.row.owner.clear();
  }
  void waits_for_approval() {
    Script script(canary_plan({"default"}, true));
    script.started("default").started("default/before").started("default/before/approve");
    script.parked("default/before/approve", "Release to production?", std::chrono::hours(1), true);
    state.started = canary_plan({"default"}, true);
    state.journal = script.events;
    state.row.state = "running";
  }

  test::TemporaryFolder folder;
  HeldTerminal terminal;
  HeldRuns::State state;
};

TEST_F(Again, a_step_that_asks_is_told_to_try_again) {
  EXPECT_EQ(run({"retry", "d-7QK2M9XTA", "prod/smoke", "--reason", "fixed"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA tries again\n");
  ASSERT_EQ(state.signals.size(), 1u);
  EXPECT_EQ(state.signals[0].kind, "retry");
  EXPECT_EQ(state.signals[0].node, "prod/smoke");
  EXPECT_EQ(state.signals[0].reason, "fixed");
}

TEST_F(Again, a_run_that_ended_badly_is_begun_anew) {
  for (auto end : {"failed", "rolled_back", "stopped", "rejected", "needs_person"}) {
    ended(end);
    plan::Plan const before = *state.started;
    int code = run({"retry", "d-7QK2M9XTA"});
    EXPECT_THAT(terminal.written_err, HasSubstr("A new run of the same plan tries again"));
    EXPECT_THAT(terminal.written_err, HasSubstr("Started d-7QK2M9XTA")) << code;
    EXPECT_EQ(plan::digest(*state.started), plan::digest(before));
    EXPECT_TRUE(state.signals.empty());
  }
}

TEST_F(Again, what_ended_well_is_no_matter_of_retry) {
  ended("succeeded");
  EXPECT_EQ(run({"retry", "d-7QK2M9XTA"}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("sluice redeploy d-7QK2M9XTA"));
  ended("superseded");
  EXPECT_EQ(run({"retry", "d-7QK2M9XTA"}), 1);
  ended("failed");
  EXPECT_EQ(run({"retry", "d-7QK2M9XTA", "prod/smoke"}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("no single step of it"));
}

TEST_F(Again, redeploy_starts_the_stored_plan) {
  ended("succeeded");
  EXPECT_EQ(run({"redeploy", "d-7QK2M9XTA", "--detach", "-o", "name"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA\n");
  EXPECT_THAT(terminal.written_err, HasSubstr("Releasing once more what run d-7QK2M9XTA (shop)"));
}

TEST_F(Again, redeploy_asks_on_a_terminal_only) {
  ended("succeeded");
  terminal.input = "n\n";
  EXPECT_EQ(run({"redeploy", "d-7QK2M9XTA"}, {true, true, true}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("Nothing was started"));
}

TEST_F(Again, rollbacks_and_unfinished_runs_are_not_repeated) {
  for (auto member : {"rollback_of", "clean_up_of", "rollback_alias"}) {
    ended("succeeded", json::Value{{member, "d-EARLIER00"}});
    EXPECT_EQ(run({"redeploy", "d-7QK2M9XTA"}), 3) << member;
    EXPECT_THAT(terminal.written_err, HasSubstr("d-EARLIER00"));
  }
  ended("succeeded");
  state.journal.pop_back();
  EXPECT_EQ(run({"redeploy", "d-7QK2M9XTA"}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("has not ended"));
}

TEST_F(Again, a_dry_run_says_whether_a_signal_would_be_taken_and_sends_none) {
  waits_for_approval();
  EXPECT_EQ(run({"approve", "d-7QK2M9XTA", "--dry-run"}), 0) << terminal.written_err;
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA would be approved\n");
  EXPECT_EQ(run({"pause", "d-7QK2M9XTA", "--dry-run", "-o", "json"}), 0);
  EXPECT_EQ((*json::parse(terminal.written_out))["kind"].as_string(), "SignalPlan");
  EXPECT_EQ(run({"stop", "d-7QK2M9XTA", "--dry-run"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA would be stopped\n");
  for (auto verb : {"continue", "retry", "skip"})
    EXPECT_EQ(run({verb, "d-7QK2M9XTA", "--dry-run"}), 1) << verb;
  EXPECT_THAT(terminal.written_err, HasSubstr("nothing in run d-7QK2M9XTA waits for 'skip' now"));
  EXPECT_EQ(run({"approve", "d-7QK2M9XTA", "--dry-run", "--step", "elsewhere"}), 1);
  EXPECT_TRUE(state.signals.empty());
}

TEST(takes_signal, a_paused_run_continues_and_is_not_paused_again) {
  Script script(canary_plan({"default"}));
  script.event("signal", {{"kind", "pause"}, {"by", "ann"}});
  EXPECT_TRUE(takes_signal(script.view, {"continue", "", "ann", "", {}}));
  auto twice = takes_signal(script.view, {"pause", "", "ann", "", {}});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("is paused already"));
}

}  // namespace
}  // namespace sluice::cli
