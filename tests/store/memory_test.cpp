#include "store/memory.hpp"

#include "helpers.hpp"

namespace sluice::store {
namespace {

class MemoryFaultsTest : public testing::Test {
 protected:
  void fail_with(std::function<Result<void>(char const*)> MemoryFaults::* which,
                 std::string operation) {
    MemoryFaults faults;
    faults.*which = [operation](char const* called) -> Result<void> {
      if (called == operation) return fail(ErrorCode::unavailable, "down");
      return {};
    };
    set_faults(*memory_, std::move(faults));
  }

  TestClock clock_;
  std::shared_ptr<Memory> memory_ = make_memory();
  std::unique_ptr<Store> store_ = open_memory(memory_, clock_);
};

TEST_F(MemoryFaultsTest, AFaultBeforeTheCommitWritesNothing) {
  must(store_->create(new_run("d-1")));
  fail_with(&MemoryFaults::before_commit, "append");
  EXPECT_EQ(code_of(store_->append("d-1", 0, {event(2)}, {})), ErrorCode::unavailable);
  EXPECT_EQ(must(store_->events("d-1")).size(), 1u);
  EXPECT_TRUE(store_->claim("d-1", "server-1")) << "other calls go on";
}

TEST_F(MemoryFaultsTest, AFaultAfterTheCommitLosesOnlyTheAnswer) {
  must(store_->create(new_run("d-1")));
  fail_with(&MemoryFaults::after_commit, "append");
  EXPECT_EQ(code_of(store_->append("d-1", 0, {event(2)}, {})), ErrorCode::unavailable);
  EXPECT_EQ(must(store_->events("d-1")).size(), 2u);
}

TEST_F(MemoryFaultsTest, ARefusedWriteHasNoAnswerToLose) {
  must(store_->create(new_run("d-1", {"a"})));
  fail_with(&MemoryFaults::after_commit, "create");
  EXPECT_TRUE(must(store_->create(new_run("d-2", {"a"})))) << "busy";
  EXPECT_EQ(code_of(store_->create(new_run("d-1"))), ErrorCode::conflict);
}

TEST_F(MemoryFaultsTest, ReadsCanFailToo) {
  fail_with(&MemoryFaults::before_read, "runs");
  EXPECT_EQ(code_of(store_->runs({})), ErrorCode::unavailable);
  EXPECT_TRUE(store_->locks());
  set_faults(*memory_, {});
  EXPECT_TRUE(store_->runs({}));
}

TEST_F(MemoryFaultsTest, AFaultMayUseTheStoreItself) {
  must(store_->create(new_run("d-1")));
  MemoryFaults faults;
  auto other = open_memory(memory_, clock_);
  std::int64_t seen = 0;
  faults.after_commit = [&](char const*) -> Result<void> {
    seen = must(other->run("d-1")).value().last_seq;
    return {};
  };
  set_faults(*memory_, faults);
  must(store_->append("d-1", 0, {event(2)}, {}));
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace sluice::store
