#include <latch>
#include <thread>

#include "server/api_stage.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

class RequestsTest : public ApiStage {};

TEST_F(RequestsTest, OverTcpAPostNeedsAKey) {
  auto response = send("POST", "/api/v1/runs", {}, asking_run().dump());
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("Idempotency-Key"));
  EXPECT_TRUE(rows().empty());
  for (auto const& key : {std::string("a b"), std::string("\x01"), std::string(201, 'x')})
    EXPECT_EQ(post("/api/v1/runs", key, asking_run()).status, 400);
}

TEST_F(RequestsTest, TheSameRequestIsCarriedOutOnce) {
  auto first = post("/api/v1/runs", "key-1", asking_run());
  auto second = post("/api/v1/runs", "key-1", asking_run());
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.get("Location"), first.headers.get("Location"));
  EXPECT_EQ(second.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(second.headers.get("Idempotency-Replayed"), "true");
  EXPECT_FALSE(first.headers.contains("Idempotency-Replayed"));
  EXPECT_EQ(rows().size(), 1u);
  // Another server, and this one after a restart, know it as well
  restart();
  EXPECT_EQ(post("/api/v1/runs", "key-1", asking_run()).body, first.body);
  // And another key is another run
  EXPECT_EQ(post("/api/v1/runs", "key-2", asking_run()).status, 201);
  EXPECT_EQ(rows().size(), 2u);
}

TEST_F(RequestsTest, AKeyIsForOneRequest) {
  ASSERT_EQ(post("/api/v1/runs", "key-1", asking_run()).status, 201);
  EXPECT_EQ(post("/api/v1/runs", "key-1", asking_run("others")).status, 422);
  EXPECT_EQ(rows().size(), 1u);
  // Keys of two people are different keys
  auto other = send("POST", "/api/v1/runs",
                    {{"Idempotency-Key", "key-1"}, {"Authorization", "Bearer bob/admin"}},
                    asking_run("others").dump());
  EXPECT_EQ(other.status, 201) << other.body;
}

TEST_F(RequestsTest, AKeyIsForgottenAfterADay) {
  ASSERT_EQ(post("/api/v1/runs", "key-1", asking_run()).status, 201);
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(post("/api/v1/runs", "key-1", asking_run("others")).status, 201);
}

TEST_F(RequestsTest, WhatWasRefusedMayBeTriedAgainUnderItsKey) {
  std::string run = start();
  EXPECT_EQ(
      post("/api/v1/runs/" + run + "/signals", "key", json::Value{{"kind", "continue"}}).status,
      409);
  ASSERT_EQ(
      post("/api/v1/runs/" + run + "/signals", "other", json::Value{{"kind", "pause"}}).status,
      204);
  EXPECT_EQ(
      post("/api/v1/runs/" + run + "/signals", "key", json::Value{{"kind", "continue"}}).status,
      204);
}

TEST_F(RequestsTest, AnAnswerThatCouldNotBeKeptIsFoundInTheJournal) {
  // Given a run whose request could not be marked as answered
  break_writes({"put_record"}, false);
  // The reservation's answer is lost as well: nothing is begun under it
  auto refused = post("/api/v1/runs", "key-1", asking_run());
  EXPECT_EQ(refused.status, 503);
  mend();
  EXPECT_TRUE(rows().empty());
  // When it is repeated here, Then it is carried out
  auto done = post("/api/v1/runs", "key-1", asking_run());
  EXPECT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(rows().size(), 1u);
}

TEST_F(RequestsTest, ACrashBetweenReservationAndRunLeavesOneRun) {
  // Given a request that was reserved, and then the store was gone
  break_writes({"create"}, true);
  EXPECT_EQ(post("/api/v1/runs", "key-1", asking_run()).status, 503);
  EXPECT_TRUE(rows().empty());
  mend();
  // When another process is asked at once, Then it waits for who may be at work on it
  restart();
  auto early = post("/api/v1/runs", "key-1", asking_run());
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(early.headers.get("Retry-After"), "1");
  // And carries it out when that one must be gone
  clock_.advance(std::chrono::seconds(10));
  auto late = post("/api/v1/runs", "key-1", asking_run());
  EXPECT_EQ(late.status, 201) << late.body;
  EXPECT_EQ(rows().size(), 1u);
}

TEST_F(RequestsTest, ACrashBetweenRunAndAnswerLeavesOneRun) {
  // Given a run that was made while its process saw nothing but errors
  break_writes({"create"}, false);
  store::MemoryFaults faults;
  faults.after_commit = [](char const* operation) -> Result<void> {
    if (operation == std::string("create")) return fail(ErrorCode::unavailable, "no answer");
    return {};
  };
  faults.before_read = [](char const* operation) -> Result<void> {
    if (operation == std::string("run")) return fail(ErrorCode::unavailable, "no answer");
    return {};
  };
  store::set_faults(*memory_, faults);
  EXPECT_EQ(post("/api/v1/runs", "key-1", asking_run()).status, 503);
  mend();
  ASSERT_EQ(rows().size(), 1u);
  std::string run = rows().front().id;
  // When it is repeated
  auto again = post("/api/v1/runs", "key-1", asking_run());
  // Then it is that run, which goes on now
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(member(again, "run"), run);
  EXPECT_EQ(rows().size(), 1u);
  EXPECT_THAT(process_->engine.active(), testing::ElementsAre(run));
}

TEST_F(RequestsTest, ASignalWhoseAnswerWasLostIsNotGivenTwice) {
  std::string run = start();
  std::string path = "/api/v1/runs/" + run + "/signals";
  // Given a pause that is in the journal although its sender was told otherwise
  store::MemoryFaults faults;
  faults.before_commit = [puts = 0](char const* operation) mutable -> Result<void> {
    bool second = operation == std::string("put_record") && ++puts == 2;
    if (second) return fail(ErrorCode::unavailable, "the disk is full");
    return {};
  };
  store::set_faults(*memory_, faults);
  EXPECT_EQ(post(path, "key-1", json::Value{{"kind", "pause"}}).status, 204);
  mend();
  // When it is repeated, here and by another process
  EXPECT_EQ(post(path, "key-1", json::Value{{"kind", "pause"}}).status, 204);
  restart();
  EXPECT_EQ(post(path, "key-1", json::Value{{"kind", "pause"}}).status, 204);
  // Then there is one
  EXPECT_EQ(count(run, engine::event::signal), 1u);
}

TEST_F(RequestsTest, WhoComesWhileItIsCarriedOutIsAskedToWait) {
  // Given a request at work: the store takes its time over the run
  std::latch begun(1), go_on(1);
  store::MemoryFaults faults;
  faults.before_commit = [&](char const* operation) -> Result<void> {
    if (operation == std::string("create")) {
      begun.count_down();
      go_on.wait();
    }
    return {};
  };
  store::set_faults(*memory_, faults);
  net::Response first;
  std::jthread sender([&] { first = post("/api/v1/runs", "key-1", asking_run()); });
  begun.wait();
  // When it is sent once more
  auto second = post("/api/v1/runs", "key-1", asking_run());
  auto other = post("/api/v1/runs", "key-1", asking_run("others"));
  go_on.count_down();
  sender.join();
  // Then the second is told to wait, and the first is answered
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.headers.get("Retry-After"), "1");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(rows().size(), 1u);
}

}  // namespace
}  // namespace sluice::server
