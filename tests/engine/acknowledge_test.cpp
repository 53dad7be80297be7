#include <gmock/gmock.h>

#include "engine/engine.hpp"
#include "engine/rehearsal.hpp"
#include "plan/steps.hpp"
#include "store/memory.hpp"

namespace sluice::engine {
namespace {

StartRequest one_pause() {
  StartRequest request;
  request.plan.name = "waits";
  request.plan.root = plan::leaf("pause", plan::PauseStep{std::chrono::hours(24)});
  return request;
}

/// An engine on a memory whose store can be made to fail.
class AcknowledgeTest : public testing::Test {
 protected:
  ~AcknowledgeTest() override { engine_.shutdown(); }

  test::Rehearsal world_;  // lends services
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, system_clock());
  Executors executors_ = standard_executors();
  plan::Evaluators evaluators_;
  Engine engine_{*store_,    system_clock(), system_random(),
                 executors_, evaluators_,    {.owner = "test"}};
};

TEST_F(AcknowledgeTest, ASignalReachesAStepThatIsTheWholePlan) {
  auto started = engine_.start(one_pause(), world_.services());
  ASSERT_TRUE(started) << started.error().text();
  Result<void> skipped;
  do skipped = engine_.signal(started->run, {"skip", "", "ada", "", {}});
  while (!skipped && engine_.snapshot(started->run)->state.node("").status != NodeStatus::parked);
  ASSERT_TRUE(skipped) << skipped.error().text();
  std::stop_source stop;
  std::jthread guard([&](std::stop_token over) {
    system_clock().sleep(std::chrono::seconds(30), over);
    stop.request_stop();
  });
  auto end = engine_.wait(started->run, stop.get_token());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->state.end_state, "succeeded");
}

TEST_F(AcknowledgeTest, AfterTheShutdownNothingIsTakenAndReadsAnswer) {
  auto started = engine_.start(one_pause(), world_.services());
  ASSERT_TRUE(started) << started.error().text();
  engine_.shutdown();
  EXPECT_EQ(engine_.start(one_pause(), world_.services()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(engine_.resume(started->run, world_.services()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(engine_.signal(started->run, {"stop", "", "ada", "", {}}).error().code,
            ErrorCode::unavailable);
  EXPECT_TRUE(engine_.with_store([&](store::Store& store) { return store.run(started->run); }));
  EXPECT_TRUE(engine_.active().empty());
}

TEST_F(AcknowledgeTest, ARunWhoseFirstCommitLostItsAnswerIsRunAllTheSame) {
  auto lost = std::make_shared<bool>(false);
  store::MemoryFaults faults;
  faults.after_commit = [lost](char const* operation) -> Result<void> {
    if (std::string_view(operation) != "create" || std::exchange(*lost, true)) return {};
    return fail(ErrorCode::unavailable, "the disk did not answer");
  };
  store::set_faults(*memory_, std::move(faults));
  auto started = engine_.start(one_pause(), world_.services());
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_TRUE(*lost);
  EXPECT_THAT(engine_.active(), testing::ElementsAre(started->run));
}

}  // namespace
}  // namespace sluice::engine
