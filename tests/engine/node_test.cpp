#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cluster.hpp"
#include "engine/letters.hpp"

namespace sluice {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Server = test::Cluster::Server;

bool writes_alias(net::Request const& request) {
  return request.method == "PUT" && request.url.find("/aliases/") != std::string::npos;
}

/// Requests that are sent and arrive later: their answers are lost.
struct Delayed {
  std::vector<net::Request> requests;

  void hold_alias_writes(test::Cluster& cluster) {
    cluster.gate().before = [this](net::Request const& request) -> std::optional<test::Gate::Sent> {
      if (!writes_alias(request)) return std::nullopt;
      requests.push_back(request);
      return std::unexpected(
          net::Failure{Error{ErrorCode::timeout, "no answer in time", {}}, true});
    };
  }
  /// The status that the first of them is answered with.
  int arrive(test::Cluster& cluster) {
    cluster.gate().before = nullptr;
    auto answer = cluster.gate().send(requests.front(), {}, {});
    return answer ? answer->status : 0;
  }
};

Result<void> tell(Server& server, std::string const& run, std::string const& kind) {
  return server.core().signal(run,
                              {.kind = kind, .node = "", .by = "tester", .reason = "", .data = {}});
}

TEST(Node, AKilledOwnersRunGoesOnOnAnotherServerWithinItsLeaseAndAPoll) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  ASSERT_EQ(cluster.alias(), "1 + 2: 0.1") << cluster.texts(run);
  Server& two = cluster.add("two");
  cluster.pass(seconds(6));
  EXPECT_TRUE(one.works_on(run)) << "as long as its owner lives";
  cluster.kill(one);
  cluster.pass(seconds(17));
  ASSERT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.row(run).owner, "two");
  EXPECT_EQ(two.core().ownership().takeovers, 1);
  ASSERT_TRUE(tell(two, run, "approve"));
  cluster.run();
  EXPECT_EQ(cluster.state(run), "succeeded");
  EXPECT_EQ(cluster.alias(), "2");
}

TEST(Node, ARunWithNothingUnderWayIsTakenOverWithoutAnyCall) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  cluster.kill(one);
  cluster.endpoint().calls().clear();
  Server& two = cluster.add("two");
  cluster.pass(seconds(20));
  ASSERT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.endpoint().calls().list(0).items().size(), 0u);
}

TEST(Node, APausedOwnerThatWakesSendsNothingAndChangesNothing) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  // Stopped with the intent to shift committed and the call not made.
  while (cluster.count(run, "effect_intended") < 2 || one.workers().waiting() == 0)
    ASSERT_TRUE(one.work()) << cluster.texts(run);
  ASSERT_EQ(cluster.alias(), "1");
  one.paused = true;
  Server& two = cluster.add("two");
  cluster.pass(seconds(20));
  ASSERT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
  auto before = cluster.events(run).size();
  cluster.endpoint().calls().clear();
  // The worker wakes before the core's thread does.
  one.paused = false;
  one.workers().perform(0);
  EXPECT_EQ(cluster.endpoint().calls().list(0).items().size(), 0u);
  cluster.pass(seconds(5));
  EXPECT_FALSE(one.works_on(run));
  EXPECT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.events(run).size(), before);
  ASSERT_TRUE(tell(two, run, "approve"));
  cluster.run();
  EXPECT_EQ(cluster.state(run), "succeeded");
}

TEST(Node, ADelayedWriteOfTheFormerOwnerIsRefused) {
  test::Cluster cluster;
  Delayed delayed;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  delayed.hold_alias_writes(cluster);
  while (delayed.requests.empty()) ASSERT_TRUE(one.work());
  cluster.gate().before = nullptr;
  cluster.kill(one);
  cluster.writes_of_alias();

  Server& two = cluster.add("two");
  cluster.pass(seconds(20));
  ASSERT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
  EXPECT_EQ(cluster.writes_of_alias(), 2) << "the fence and the shift";
  EXPECT_THAT(cluster.texts(run), HasSubstr("effect_void"));
  EXPECT_EQ(delayed.arrive(cluster), 412);
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
}

TEST(Node, ADelayedWriteIsRefusedAlsoWhereTheRunIsStoppedInsteadOfGoingOn) {
  test::Cluster cluster;
  Delayed delayed;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  delayed.hold_alias_writes(cluster);
  while (delayed.requests.empty()) ASSERT_TRUE(one.work());
  cluster.gate().before = nullptr;
  ASSERT_TRUE(tell(one, run, "stop"));
  cluster.kill(one);

  cluster.add("two");
  cluster.pass(seconds(20));
  EXPECT_NE(cluster.state(run), "running") << cluster.texts(run);
  std::string where = cluster.alias();
  EXPECT_EQ(where, "1");
  EXPECT_EQ(delayed.arrive(cluster), 412);
  EXPECT_EQ(cluster.alias(), where);
}

TEST(Node, ADelayedWriteThatArrivesBeforeTheFenceIsTakenForWhatItIs) {
  test::Cluster cluster;
  Delayed delayed;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  delayed.hold_alias_writes(cluster);
  while (delayed.requests.empty()) ASSERT_TRUE(one.work());
  cluster.kill(one);
  // It arrives when the new owner has looked, in front of its first write.
  auto late = delayed.requests.front();
  bool done = false;
  cluster.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (!writes_alias(request) || done) return std::nullopt;
    done = true;
    EXPECT_EQ(cluster.gate().send(late, {}, {})->status, 200);
    return std::nullopt;
  };
  Server& two = cluster.add("two");
  cluster.pass(seconds(20));
  EXPECT_TRUE(done);
  ASSERT_TRUE(two.works_on(run)) << cluster.texts(run);
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
  ASSERT_TRUE(tell(two, run, "approve"));
  cluster.run();
  EXPECT_EQ(cluster.state(run), "succeeded") << cluster.texts(run);
}

TEST(Node, AShiftThatHappenedBeforeTheOwnerDiedIsAdoptedWithoutAnotherWrite) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  while (cluster.alias() == "1") ASSERT_TRUE(one.work());
  cluster.kill(one);
  cluster.writes_of_alias();
  Server& two = cluster.add("two");
  cluster.pass(seconds(20));
  ASSERT_TRUE(two.works_on(run));
  EXPECT_EQ(cluster.writes_of_alias(), 0);
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
}

TEST(Node, ANewOwnerThatDiesBeforeTheFenceLeavesItToTheNext) {
  test::Cluster cluster;
  Delayed delayed;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  delayed.hold_alias_writes(cluster);
  while (delayed.requests.empty()) ASSERT_TRUE(one.work());
  cluster.kill(one);
  cluster.gate().before = nullptr;
  Server& two = cluster.add("two");
  for (int i = 0; i < 20 && cluster.count(run, "effect_void") == 0; ++i) {
    cluster.clock().advance(seconds(2));
    two.node().tick();
    while (cluster.count(run, "effect_void") == 0 && two.work()) {
    }
  }
  ASSERT_EQ(cluster.count(run, "effect_void"), 1);
  cluster.kill(two);
  cluster.writes_of_alias();
  cluster.add("three");
  cluster.pass(seconds(20));
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");
  EXPECT_EQ(delayed.arrive(cluster), 412);
}

TEST(Node, AStepInFlightIsToldToStopWhenTheLeaseIsLost) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  ASSERT_TRUE(tell(one, run, "approve"));
  ASSERT_GT(one.workers().waiting(), 0u);
  cluster.fail_store("renew", true, false);
  cluster.clock().advance(seconds(13));
  one.node().tick();
  EXPECT_FALSE(one.trust().holds());
  cluster.endpoint().calls().clear();
  cluster.run();
  EXPECT_EQ(cluster.endpoint().calls().list(0).items().size(), 0u) << "nothing is sent";
  EXPECT_EQ(cluster.alias(), "1 + 2: 0.1");

  cluster.mend_store();
  cluster.pass(seconds(2));
  EXPECT_EQ(cluster.state(run), "succeeded") << "the lease was renewed in time after all";
}

TEST(Node, AServerWhoseTermIsOverJoinsAnewAndClaimsItsRunsAnew) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  auto first = one.node().member()->incarnation;
  auto epoch = cluster.row(run).epoch;
  cluster.clock().advance(seconds(60));
  cluster.pass(seconds(3));
  ASSERT_TRUE(one.works_on(run));
  EXPECT_GT(one.node().member()->incarnation, first);
  EXPECT_GT(cluster.row(run).epoch, epoch);
  ASSERT_TRUE(tell(one, run, "approve"));
  cluster.run();
  EXPECT_EQ(cluster.state(run), "succeeded");
}

TEST(Node, TrustIsCountedFromWhenTheRenewalBegan) {
  sim::VirtualClock clock(from_millis(0));
  engine::Trust trust(clock);
  EXPECT_FALSE(trust.holds());
  trust.extend(seconds(12));
  clock.advance(seconds(11));
  EXPECT_TRUE(trust.holds());
  trust.extend(seconds(5));
  EXPECT_EQ(trust.left(), seconds(1)) << "an older renewal takes nothing away";
  clock.advance(seconds(1));
  EXPECT_FALSE(trust.holds());
}

TEST(Node, APlannedStopHandsOverAtOnce) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  Server& two = cluster.add("two");
  std::string run = one.start(cluster.canary());
  cluster.run();
  one.node().leave();
  EXPECT_EQ(cluster.row(run).owner, "");
  cluster.pass(seconds(2));
  EXPECT_TRUE(two.works_on(run));
  EXPECT_EQ(one.node().member(), std::nullopt);
  cluster.pass(seconds(30));
  EXPECT_TRUE(two.works_on(run)) << "and the first one does not come back";
}

TEST(Node, AHintMakesItLookAtOnce) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  Server& two = cluster.add("two");
  cluster.pass(Duration(100));
  std::string run = one.start(cluster.canary());
  cluster.run();
  one.node().leave();
  two.node().look();
  two.node().tick();
  cluster.run();
  EXPECT_TRUE(two.works_on(run));
}

TEST(Node, StepsThatAreOutWhenItDrainsComeBackAndAreCommitted) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  ASSERT_TRUE(tell(one, run, "approve"));
  cluster.run();
  ASSERT_EQ(cluster.state(run), "succeeded");

  std::string second = one.start(cluster.canary("three"));
  while (cluster.alias() == "2") ASSERT_TRUE(one.work());
  ASSERT_FALSE(one.core().at_rest());
  one.node().stop_claiming();
  one.core().drain();
  cluster.run();
  EXPECT_TRUE(one.core().at_rest());
  one.node().leave();
  cluster.writes_of_alias();
  Server& two = cluster.add("two");
  cluster.pass(seconds(3));
  ASSERT_TRUE(two.works_on(second));
  EXPECT_EQ(cluster.writes_of_alias(), 0) << "nothing was left to be found out";
}

TEST(Node, ARunWhoseServicesCannotBeOpenedIsHeldAndTriedAgainAndOthersGoOn) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  cluster.kill(one);
  Server& two = cluster.add("two");
  two.no_services = Error{ErrorCode::denied, "the role may not be assumed", {}};
  cluster.pass(seconds(60));
  EXPECT_FALSE(two.works_on(run));
  EXPECT_EQ(two.node().held(), 1u);
  EXPECT_LT(two.opened, 8) << "with growing intervals";
  EXPECT_THAT(cluster.texts(run), HasSubstr("the role may not be assumed"));
  EXPECT_EQ(cluster.count(run, "note"), 1) << "told once";
  EXPECT_THAT(cluster.row(run).summary["held"].as_string(), HasSubstr("may not be assumed"));
  std::string other = two.start(
      "function: other\nregion: eu-west-1\nruntime: nodejs20.x\nhandler: "
      "index.handler\nrole: arn:aws:iam::000000000000:role/o\npackage: "
      "x.zip\n");
  cluster.run();
  EXPECT_EQ(cluster.state(other), "succeeded");
  two.no_services.reset();
  cluster.pass(seconds(70));
  EXPECT_TRUE(two.works_on(run));
  EXPECT_EQ(two.node().held(), 0u);
  EXPECT_TRUE(cluster.row(run).summary["held"].is_null());
}

TEST(Node, AHeldRunThatSomebodyResumesHereIsTakenUpOnce) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  cluster.kill(one);
  Server& two = cluster.add("two");
  two.no_services = Error{ErrorCode::denied, "the role may not be assumed", {}};
  cluster.pass(seconds(60));
  ASSERT_EQ(two.node().held(), 1u);
  two.no_services.reset();
  auto resumed = two.resume(run);
  ASSERT_TRUE(resumed) << resumed.error().text();
  int const claims = cluster.count(run, "run_claimed");
  cluster.pass(seconds(400));
  EXPECT_TRUE(two.works_on(run));
  EXPECT_EQ(two.node().held(), 0u);
  EXPECT_EQ(cluster.count(run, "run_claimed"), claims);
}

TEST(Node, RunsClaimedByACallWhoseAnswerWasLostAreFound) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  cluster.run();
  cluster.kill(one);
  cluster.clock().advance(seconds(16));
  Server& two = cluster.add("two");
  cluster.fail_store("claim_free", false, true);
  two.node().look();
  two.node().tick();
  ASSERT_EQ(cluster.row(run).owner, "two");
  ASSERT_FALSE(two.works_on(run));
  cluster.mend_store();
  cluster.pass(seconds(5));
  EXPECT_TRUE(two.works_on(run));
}

TEST(Node, WithoutALeaseNothingIsStarted) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  one.node().leave();
  plan::Plan plan;
  plan.name = "play";
  plan.root = plan::step("pause", "pause", json::Value(json::Object{}));
  auto started = one.core().start({plan, "tester", {}, {}, {}}, nullptr);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::unavailable);
}

TEST(Node, AfterAnUnknownOutcomeTheEpochIsAskedForFirst) {
  test::Cluster cluster;
  Server& one = cluster.add("one");
  std::string run = one.start(cluster.canary());
  // The store was told that somebody else owns the run; this server's lease is still good.
  bool lost = false;
  cluster.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (!writes_alias(request) || lost) return std::nullopt;
    lost = true;
    EXPECT_TRUE(cluster.store().claim(run, "another"));
    return std::unexpected(net::Failure{Error{ErrorCode::timeout, "no answer", {}}, true});
  };
  while (!lost) ASSERT_TRUE(one.work());
  cluster.endpoint().calls().clear();
  auto before = cluster.events(run).size();
  while (one.work()) {
  }
  EXPECT_FALSE(one.works_on(run));
  EXPECT_EQ(one.core().ownership().fenced_writes, 1);
  EXPECT_EQ(cluster.endpoint().calls().list(0).items().size(), 0u);
  EXPECT_EQ(cluster.events(run).size(), before);
}

/// Signals for runs that another server executes.
class Letters : public testing::Test {
 protected:
  Letters() : one_(cluster_.add("one")), run_(one_.start(cluster_.canary())) { cluster_.run(); }

  std::string send(std::string const& kind) {
    auto id = engine::send_letter(cluster_.store(), cluster_.random(), cluster_.clock().now(), run_,
                                  {kind, "", "tester", "", {}});
    EXPECT_TRUE(id) << id.error().text();
    return *id;
  }
  Result<void> answer(std::string const& id) {
    auto answer = engine::take_answer(cluster_.store(), id);
    EXPECT_TRUE(answer && *answer) << "no answer";
    return answer && *answer ? **answer : Result<void>();
  }

  test::Cluster cluster_;
  Server& one_;
  std::string run_;
};

TEST_F(Letters, AreObeyedByTheServerThatExecutesTheRun) {
  cluster_.add("two");
  auto letter = send("approve");
  cluster_.pass(seconds(3));
  EXPECT_TRUE(answer(letter));
  EXPECT_EQ(cluster_.state(run_), "succeeded");
  EXPECT_FALSE(engine::take_answer(cluster_.store(), letter)) << "it is told once";
}

TEST_F(Letters, ThatExcludeEachOtherHaveOneWinnerAndTheLoserIsTold) {
  auto first = send("approve");
  auto second = send("reject");
  cluster_.pass(seconds(3));
  auto a = answer(first);
  auto b = answer(second);
  EXPECT_NE(a.has_value(), b.has_value());
  EXPECT_EQ((a ? b : a).error().code, ErrorCode::conflict);
}

TEST_F(Letters, ThatAreTakenBackAreNotObeyed) {
  auto letter = send("stop");
  EXPECT_TRUE(*engine::take_back(cluster_.store(), letter));
  cluster_.pass(seconds(3));
  EXPECT_EQ(cluster_.state(run_), "running");
  auto obeyed = send("pause");
  cluster_.pass(seconds(3));
  EXPECT_FALSE(*engine::take_back(cluster_.store(), obeyed)) << "too late";
}

TEST_F(Letters, OfARunWhoseOwnerDiedWaitForTheNext) {
  cluster_.kill(one_);
  auto letter = send("approve");
  cluster_.add("two");
  cluster_.pass(seconds(20));
  EXPECT_TRUE(answer(letter));
  EXPECT_EQ(cluster_.state(run_), "succeeded");
}

TEST_F(Letters, OfARunThatIsTakenOverAreObeyedAtOnce) {
  cluster_.kill(one_);
  cluster_.add("two");
  auto letter = send("stop");
  for (int i = 0; i < 300 && cluster_.count(run_, "run_claimed") == 0; ++i)
    cluster_.pass(std::chrono::milliseconds(100));
  cluster_.pass(std::chrono::milliseconds(100));
  EXPECT_EQ(cluster_.state(run_), "stopped");
  EXPECT_TRUE(answer(letter));
}

TEST_F(Letters, ThatADeadOwnerHadObeyedAreNotObeyedAgain) {
  auto letter = send("pause");
  cluster_.fail_store_once("put_record", 1);
  cluster_.pass(seconds(3));
  cluster_.mend_store();
  ASSERT_TRUE(one_.core().snapshot(run_)->state.paused);
  cluster_.kill(one_);
  cluster_.add("two");
  cluster_.pass(seconds(20));
  EXPECT_TRUE(answer(letter)) << "and not: it is paused already";
  EXPECT_EQ(cluster_.count(run_, "signal"), 1);
}

TEST_F(Letters, TellARunOnAnotherServerThatItIsSuperseded) {
  Server& two = cluster_.add("two");
  std::string newer = two.start(cluster_.canary("three"), plan::Lock::Busy::supersede);
  cluster_.pass(seconds(20));
  EXPECT_EQ(cluster_.state(run_), "superseded") << cluster_.texts(run_);
  EXPECT_EQ(cluster_.alias(), "1 + 3: 0.1") << cluster_.texts(newer);
}

}  // namespace
}  // namespace sluice
