#include <gmock/gmock.h>

#include "engine/core_play.hpp"
#include "engine/events.hpp"
#include "engine/letters.hpp"

/// Who asked for a run cannot approve it where the plan says so.
namespace sluice {
namespace {

using test::CorePlay;
using testing::HasSubstr;

plan::Node asking(bool other_than_requester) {
  plan::ApprovalStep step;
  step.other_than_requester = other_than_requester;
  return plan::sequence("", {plan::leaf("ask", step)});
}

/// What `start` of CorePlay asks for its runs as.
std::string requester_of(CorePlay& play) { return play.state().requester; }

Result<void> send(CorePlay& play, std::string kind, std::string by) {
  auto sent = play.core().signal(
      play.id(),
      {.kind = std::move(kind), .node = "", .by = std::move(by), .reason = "", .data = {}});
  play.run();
  return sent;
}

TEST(FourEyes, WhoMayAnswer) {
  struct Case {
    bool other_than_requester;
    std::string_view kind;
    bool by_requester;
    std::string_view end;  ///< empty: refused, and still asked
  };
  for (auto const& one : {
           Case{true, "approve", true, ""},
           Case{true, "approve", false, "succeeded"},
           Case{true, "reject", true, "rejected"},
           Case{true, "reject", false, "rejected"},
           Case{true, "stop", true, "stopped"},
           Case{false, "approve", true, "succeeded"},
           Case{false, "approve", false, "succeeded"},
       }) {
    CorePlay play;
    play.start(asking(one.other_than_requester));
    play.run();
    ASSERT_FALSE(requester_of(play).empty());
    auto sent = send(play, std::string(one.kind),
                     one.by_requester ? requester_of(play) : std::string("somebody else"));
    std::string const what = std::string(one.kind) + (one.by_requester ? " by requester" : "");
    EXPECT_EQ(sent.has_value(), !one.end.empty()) << what;
    EXPECT_EQ(play.state().end_state, one.end) << what;
  }
}

TEST(FourEyes, TheRefusalSaysWhyAndLeavesTheQuestionOpen) {
  CorePlay play;
  play.start(asking(true));
  play.run();
  auto refused = send(play, "approve", requester_of(play));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_THAT(refused.error().text(), HasSubstr("has to be approved by somebody else"));
  EXPECT_EQ(play.count(engine::event::signal), 0);
  EXPECT_TRUE(send(play, "approve", "somebody else"));
  EXPECT_EQ(play.state().end_state, "succeeded");
}

TEST(FourEyes, ALetterFromAnotherServerIsNoWayAround) {
  CorePlay play;
  play.start(asking(true));
  play.run();
  engine::Letter letter;
  letter.run = play.id();
  letter.signal = {
      .kind = "approve", .node = "ask", .by = requester_of(play), .reason = "", .data = {}};
  auto refused = play.core().signal_unexecuted(letter.run, letter.signal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_EQ(play.state().end_state, "");
}

TEST(FourEyes, NeitherPromoteNorARestartAnswersForSomebodyElse) {
  CorePlay play;
  play.start(asking(true));
  play.run();
  EXPECT_TRUE(send(play, "promote", requester_of(play)));
  EXPECT_EQ(play.state().end_state, "");
  play.restart();
  play.run();
  EXPECT_FALSE(send(play, "approve", requester_of(play)));
  EXPECT_TRUE(send(play, "approve", "somebody else"));
  EXPECT_EQ(play.state().end_state, "succeeded");
}

}  // namespace
}  // namespace sluice
