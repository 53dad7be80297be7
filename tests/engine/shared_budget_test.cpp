#include <gtest/gtest.h>

#include <map>

#include "aws/budget.hpp"
#include "engine/shared_tokens.hpp"
#include "sim/virtual_clock.hpp"
#include "store/memory.hpp"

namespace sluice {
namespace {

using std::chrono::seconds;

/// The store's tokens in one thread.
class Tokens final : public aws::TokenSource {
 public:
  explicit Tokens(store::Store& store) : store_(store) {}

  Result<Slice> lease(std::string const& key, Rates const& rates, aws::Lane lane,
                      int want) override {
    ++asked;
    if (failing) return std::unexpected(*failing);
    return engine::lease_tokens(store_, key, rates, lane, want);
  }
  int asked = 0;
  std::optional<Error> failing;

 private:
  store::Store& store_;
};

class SharedBudget : public testing::Test {
 protected:
  SharedBudget() {
    one_.share(tokens_);
    two_.share(tokens_);
  }

  /// One call, and the second in which it was made.
  void call(aws::Budget& budget, aws::Lane lane = aws::Lane::normal) {
    ASSERT_TRUE(budget.enter(key_, lane, {}));
    ++calls_[std::chrono::floor<seconds>(clock_.now())];
  }

  sim::VirtualClock clock_{from_millis(1'700'000'000'000)};
  std::unique_ptr<store::Store> store_ = store::open_memory(store::make_memory(), clock_);
  Tokens tokens_{*store_};
  aws::Budget one_{clock_}, two_{clock_};
  aws::Budget::Key key_{"000000000000", "eu-west-1", aws::Pool::lambda_control};
  std::map<Time, int> calls_;
};

TEST_F(SharedBudget, TwoServersTogetherStayUnderTheRateOfOne) {
  for (int i = 0; i < 100; ++i) call(i % 3 == 0 ? one_ : two_);
  for (auto const& [second, count] : calls_) EXPECT_LE(count, 7);
  EXPECT_LE(calls_.size(), 100u / 7 + 2) << "and nothing of it is lost";
}

TEST_F(SharedBudget, ARollbackHasAShareThatNobodyElseUses) {
  for (int i = 0; i < 7; ++i) call(one_);
  Time began = clock_.now();
  for (int i = 0; i < 5; ++i) call(two_, aws::Lane::rollback);
  EXPECT_LT(clock_.now() - began, seconds(1));
}

TEST_F(SharedBudget, AThrottleSlowsWhatIsLeased) {
  one_.throttled(key_);
  for (int i = 0; i < 20; ++i) call(one_);
  int most = 0;
  for (auto const& [second, count] : calls_) most = std::max(most, count);
  EXPECT_LE(most, 3);
}

TEST_F(SharedBudget, WhatIsNotLimitedByAccountIsNotLeased) {
  key_.pool = aws::Pool::sts;
  call(one_);
  EXPECT_EQ(tokens_.asked, 0);
}

TEST_F(SharedBudget, EachLimitIsCountedOnItsOwn) {
  for (int i = 0; i < 7; ++i) call(one_);
  Time before = clock_.now();
  key_.pool = aws::Pool::lambda_get_function;
  call(one_);
  EXPECT_LT(clock_.now() - before, Duration(100));
}

TEST_F(SharedBudget, WithoutTheStoreNobodyCalls) {
  tokens_.failing = Error{ErrorCode::unavailable, "the store is away", {}};
  std::stop_source stop;
  clock_.passed = [&](Time, Time to) {
    if (to > from_millis(1'700'000'005'000)) stop.request_stop();
  };
  EXPECT_FALSE(one_.enter(key_, aws::Lane::normal, stop.get_token()));
  EXPECT_LE(tokens_.asked, 7) << "it is not asked without a pause";
  tokens_.failing.reset();
  call(one_);
}

TEST_F(SharedBudget, AServerThatEndsCallsNoMore) {
  tokens_.failing = Error{ErrorCode::cancelled, "ending", {}};
  EXPECT_FALSE(one_.enter(key_, aws::Lane::normal, {}));
}

}  // namespace
}  // namespace sluice
