#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "local/runtime/pool.hpp"

namespace sluice::local {
namespace {

TEST(Pool, PrefersTheOneUsedLastOfTheSameUnit) {
  Pool pool(10, 10);
  auto first = pool.take("a")->environment, second = pool.take("a")->environment;
  pool.give_back(second, Duration(1));
  pool.give_back(first, Duration(2));
  auto warm = pool.take("a");
  EXPECT_TRUE(warm->warm);
  EXPECT_EQ(warm->environment, first);
  EXPECT_FALSE(pool.take("b")->warm);
}

TEST(Pool, MakesRoomByEndingTheOneFreeLongest) {
  Pool pool(2, 10);
  auto a = pool.take("a")->environment, b = pool.take("b")->environment;
  pool.give_back(b, Duration(1));
  pool.give_back(a, Duration(1));
  auto taken = pool.take("c");
  EXPECT_EQ(taken->surplus, b);
  EXPECT_EQ(pool.size(), 2u);
}

TEST(Pool, ABusyOneThatIsRetiredDoesNotComeBack) {
  Pool pool(2, 10);
  auto busy = pool.take("f/1/x")->environment;
  EXPECT_TRUE(pool.retire("f/1/").empty());
  EXPECT_FALSE(pool.give_back(busy, Duration(1)));
  EXPECT_EQ(pool.size(), 0u);
}

TEST(Pool, ForgetsThoseThatWereFreeTooLong) {
  Pool pool(5, 10);
  auto early = pool.take("a")->environment, late = pool.take("a")->environment;
  pool.give_back(early, Duration(10));
  pool.give_back(late, Duration(20));
  EXPECT_EQ(pool.expire(Duration(20)), std::vector{early});
  EXPECT_EQ(pool.size(), 1u);
}

TEST(Pool, TheLineIsBounded) {
  Pool pool(1, 0);
  ASSERT_TRUE(pool.take("a"));
  auto refused = pool.take("a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::throttled);
}

TEST(Pool, ThoseInLineAreServedAsPlacesComeFree) {
  Pool pool(1, 10);
  auto held = pool.take("a")->environment;
  std::atomic<int> served = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&] {
        auto taken = pool.take("a");
        served += taken && taken->warm;
        if (taken) pool.give_back(taken->environment, Duration(1));
      });
    pool.give_back(held, Duration(1));
  }
  EXPECT_EQ(served, 3);
}

TEST(Pool, ClosingWakesThoseInLine) {
  Pool pool(1, 10);
  auto held = pool.take("a")->environment;
  std::jthread waiting([&] {
    auto taken = pool.take("a");
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, ErrorCode::cancelled);
  });
  EXPECT_EQ(pool.close(), std::vector{held});
}

}  // namespace
}  // namespace sluice::local
