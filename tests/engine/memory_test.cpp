#include "engine/core_play.hpp"
#include "engine/due_index.hpp"

namespace sluice {
namespace {

using namespace engine;
using std::chrono::minutes;
using std::chrono::seconds;
using test::CorePlay;
using test::probe;

plan::Node in_sequence(std::vector<plan::Node> children) {
  return plan::sequence("root", std::move(children));
}

Time at(int second) { return from_millis(second * 1000); }

TEST(DueIndex, GivesTheLongestOverdueFirstAndEachRunOnce) {
  DueIndex due;
  EXPECT_FALSE(due.earliest());
  due.set("d-late", at(30));
  due.set("d-early", at(10));
  due.set("d-moved", at(5));
  due.set("d-moved", at(20));
  due.set("d-gone", at(1));
  due.set("d-gone", std::nullopt);
  EXPECT_EQ(due.earliest(), at(10));
  EXPECT_EQ(due.due_by(at(25), 10), (std::vector<std::string>{"d-early", "d-moved"}));
  EXPECT_EQ(due.due_by(at(99), 2), (std::vector<std::string>{"d-early", "d-moved"}));
  EXPECT_TRUE(due.due_by(at(9), 10).empty());
}

TEST(Memory, AnEndedRunIsReadFromTheStoreByWhoeverAsks) {
  CorePlay play;
  play.start(in_sequence({probe("step")}));
  play.run_for(seconds(1));
  // Given a run that has ended
  EXPECT_EQ(play.core().in_memory(), 0u);
  EXPECT_TRUE(play.core().active().empty());
  // Then it can be seen as before
  EXPECT_EQ(play.state().end_state, "succeeded");
  EXPECT_EQ(play.node("step").status, NodeStatus::succeeded);
  EXPECT_FALSE(play.core().snapshot("d-NOTTHERE1"));
  // And a signal is told that it came too late
  auto late = play.signal("stop");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(late.error().message, "run " + play.id() + " has ended: succeeded");
}

}  // namespace
}  // namespace sluice
