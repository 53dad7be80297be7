#include <gmock/gmock.h>

#include "conformance.hpp"
#include "store/lease_rules.hpp"

namespace sluice::store {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Long beside the time that a test takes, for PostgreSQL's clock cannot be stopped.
constexpr Duration ttl = seconds(600);
constexpr Duration longer_than_ttl = seconds(700);

class Leases : public Conformance {
 protected:
  Membership join(std::string const& node) { return must(store_->join(node, ttl)); }

  std::vector<std::string> claim(Membership const& member, std::size_t limit = 100) {
    std::vector<std::string> all;
    for (auto const& run : must(store_->claim_free(member, limit))) all.push_back(run.id);
    return all;
  }

  void create_due(std::string id, int second, bool rolling_back = false) {
    auto run = new_run(std::move(id));
    run.row.next_due = from_millis(1'700'000'000'000) + seconds(second);
    run.row.rolling_back = rolling_back;
    create(run);
  }
};

TEST_P(Leases, ATermLastsAsLongAsItIsRenewed) {
  auto member = join("server-1");
  EXPECT_EQ(member.node, "server-1");
  backend_->pass(seconds(500));
  EXPECT_GT(must(store_->renew(member, ttl)), Time{});
  backend_->pass(seconds(500));
  must(store_->renew(member, ttl));
  backend_->pass(longer_than_ttl);
  auto late = store_->renew(member, ttl);
  EXPECT_EQ(code_of(late), ErrorCode::conflict);
  EXPECT_THAT(late.error().message, HasSubstr("the lease of server 'server-1'"));
  EXPECT_EQ(code_of(store_->claim_free(member, 1)), ErrorCode::conflict);
  EXPECT_EQ(code_of(store_->renew(member, ttl)), ErrorCode::conflict) << "it stays over";
}

TEST_P(Leases, OfTheMembersThoseAreListedWhoseLeaseLasts) {
  EXPECT_THAT(must(store_->members()), IsEmpty());
  auto first = join("server-1");
  backend_->pass(seconds(500));
  auto second = join("server-2");
  EXPECT_THAT(must(store_->members()), ElementsAre(first, second));
  backend_->pass(seconds(200));
  EXPECT_THAT(must(store_->members()), ElementsAre(second));
  must(store_->leave(second));
  EXPECT_THAT(must(store_->members()), IsEmpty());
}

TEST_P(Leases, ARestartedServerIsAnotherIncarnation) {
  auto first = join("server-1");
  create(new_run("d-1"));
  EXPECT_THAT(claim(first), ElementsAre("d-1"));
  reopen();
  auto second = join("server-1");
  EXPECT_GT(second.incarnation, first.incarnation);
  EXPECT_EQ(code_of(store_->renew(first, ttl)), ErrorCode::conflict);
  EXPECT_THAT(claim(second), ElementsAre("d-1")) << "the runs of its former term are free";
  EXPECT_EQ(row("d-1").epoch, 2);
}

TEST_P(Leases, AnIncarnationIsNeverUsedAgain) {
  auto first = join("server-1");
  must(store_->leave(first));
  reopen();
  auto second = join("server-1");
  EXPECT_GT(second.incarnation, first.incarnation);
  backend_->pass(longer_than_ttl);
  EXPECT_GT(join("server-2").incarnation, second.incarnation);
}

TEST_P(Leases, FreeRunsAreTakenOnceAndWithANewEpoch) {
  auto one = join("server-1");
  auto two = join("server-2");
  create(new_run("d-1"));
  create(new_run("d-2"));
  create(new_run("d-3"));
  must(store_->append("d-3", 0, {}, ending()));
  auto taken = must(store_->claim_free(one, 1));
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].id, "d-1");
  EXPECT_EQ(taken[0].owner, "server-1");
  EXPECT_EQ(taken[0].owner_incarnation, one.incarnation);
  EXPECT_EQ(taken[0].epoch, 1);
  EXPECT_EQ(row("d-1").owner_incarnation, one.incarnation);
  EXPECT_EQ(row("d-1").epoch, 1);
  EXPECT_THAT(claim(two), ElementsAre("d-2")) << "neither another's nor one that has ended";
  EXPECT_THAT(claim(one), IsEmpty());
  EXPECT_THAT(claim(two), IsEmpty());
}

TEST_P(Leases, ARunWhoseOwnersLeaseHasEndedIsTakenOverAndItsOwnerFenced) {
  auto old = join("server-1");
  create(new_run("d-1", {"alias:cart:live"}));
  EXPECT_THAT(claim(old), ElementsAre("d-1"));
  must(store_->append("d-1", 1, {event(2)}, {}));
  auto fresh = join("server-2");
  EXPECT_THAT(claim(fresh), IsEmpty());

  backend_->pass(longer_than_ttl);
  fresh = join("server-2");
  must(store_->append("d-1", 1, {event(3)}, {}));
  EXPECT_THAT(claim(fresh), ElementsAre("d-1"));
  auto stale = store_->append("d-1", 1, {event(4)}, {});
  EXPECT_EQ(code_of(stale), ErrorCode::conflict);
  EXPECT_THAT(stale.error().message, HasSubstr("it is held by server-2"));
  EXPECT_EQ(code_of(store_->release("d-1", 1)), ErrorCode::conflict);
  must(store_->append("d-1", 2, {event(4)}, {}));
  EXPECT_THAT(locks(), ElementsAre("alias:cart:live=d-1"));
}

TEST_P(Leases, RollbacksComeFirstThenTheOldestDue) {
  auto member = join("server-1");
  create_due("d-late", 50);
  create_due("d-early", 40);
  create_due("d-rollback-late", 45, true);
  create_due("d-rollback", 30, true);
  create_due("d-starving", -31);
  EXPECT_THAT(claim(member, 2), ElementsAre("d-starving", "d-rollback"));
  EXPECT_THAT(claim(member), ElementsAre("d-rollback-late", "d-early", "d-late"));
}

TEST_P(Leases, ARunThatWaitsForNothingIsDueSinceItsLastWrite) {
  auto member = join("server-1");
  create(new_run("d-1"));
  create_due("d-2", -10);
  clock_.sleep(seconds(5), {});
  create(new_run("d-3"));
  create_due("d-4", 4);
  EXPECT_THAT(claim(member), ElementsAre("d-2", "d-1", "d-4", "d-3"));
}

TEST_P(Leases, APatchSaysThatARunRollsBack) {
  create(new_run("d-1"));
  RunPatch patch;
  patch.rolling_back = true;
  must(store_->append("d-1", 0, {}, patch));
  must(store_->append("d-1", 0, {}, {}));
  EXPECT_TRUE(row("d-1").rolling_back);
  patch.rolling_back = false;
  must(store_->append("d-1", 0, {}, patch));
  EXPECT_FALSE(row("d-1").rolling_back);
}

TEST_P(Leases, ALeavingServerGivesUpItsRunsAndNoOthers) {
  auto one = join("server-1");
  auto two = join("server-2");
  create(new_run("d-1", {"a"}));
  create(new_run("d-2"));
  EXPECT_THAT(claim(one, 1), ElementsAre("d-1"));
  EXPECT_THAT(claim(two), ElementsAre("d-2"));
  must(store_->leave(one));
  must(store_->leave(one));
  EXPECT_EQ(row("d-1").owner, "");
  EXPECT_EQ(row("d-1").owner_incarnation, 0);
  EXPECT_EQ(row("d-2").owner, "server-2");
  EXPECT_THAT(locks(), ElementsAre("a=d-1"));
  EXPECT_EQ(code_of(store_->renew(one, ttl)), ErrorCode::conflict);
  EXPECT_THAT(claim(two), ElementsAre("d-1"));
}

TEST_P(Leases, OneRunIsTakenByItsIdUnlessALivingServerHoldsIt) {
  auto one = join("server-1");
  auto two = join("server-2");
  create(new_run("d-1"));
  EXPECT_EQ(must(store_->claim_one(one, "d-1")).epoch, 1);
  EXPECT_EQ(must(store_->claim_one(one, "d-1")).epoch, 2) << "its own, anew";
  auto held = store_->claim_one(two, "d-1");
  EXPECT_EQ(code_of(held), ErrorCode::conflict);
  EXPECT_EQ(held.error().message, "run 'd-1' is held by server-1");
  EXPECT_EQ(code_of(store_->claim_one(two, "d-9")), ErrorCode::not_found);
  must(store_->release("d-1", 2));
  EXPECT_EQ(must(store_->claim_one(two, "d-1")).owner, "server-2");
  must(store_->append("d-1", 3, {}, ending()));
  EXPECT_EQ(code_of(store_->claim_one(one, "d-1")), ErrorCode::conflict);
  must(store_->leave(one));
  EXPECT_EQ(code_of(store_->claim_one(one, "d-1")), ErrorCode::conflict);
}

TEST_P(Leases, ARunCanBeMadeUnderALease) {
  auto one = join("server-1");
  auto two = join("server-2");
  auto run = new_run("d-1");
  run.row.owner = one.node;
  run.row.owner_incarnation = one.incarnation;
  run.row.epoch = 1;
  create(run);
  EXPECT_THAT(claim(two), IsEmpty());
  backend_->pass(longer_than_ttl);
  EXPECT_THAT(claim(join("server-2")), ElementsAre("d-1"));
}

TEST_P(Leases, ARunHeldWithoutALeaseIsFree) {
  auto member = join("server-1");
  create(new_run("d-1"));
  must(store_->claim("d-1", "somebody"));
  EXPECT_THAT(claim(member), ElementsAre("d-1"));
  EXPECT_EQ(must(store_->claim("d-1", "somebody")).owner_incarnation, 0);
}

TEST_P(Leases, WhatIsNoLeaseIsRefused) {
  EXPECT_EQ(code_of(store_->join("", ttl)), ErrorCode::invalid_input);
  EXPECT_EQ(code_of(store_->join("server-1", Duration(0))), ErrorCode::invalid_input);
  EXPECT_EQ(code_of(store_->join("server-1", std::chrono::hours(2))), ErrorCode::invalid_input);
  auto member = join("server-1");
  EXPECT_EQ(code_of(store_->renew(member, Duration(-1))), ErrorCode::invalid_input);
}

TEST_P(Leases, TokensOfASecondAreSharedAndTheReserveIsForRollbacks) {
  constexpr TokenRates rates{7, 5};
  auto take = [&](TokenLane lane, int want) {
    return must(store_->lease_tokens("000000000000/eu-west-1", rates, lane, want)).granted;
  };
  EXPECT_EQ(take(TokenLane::shared, 5), 5);
  backend_->hold_second();
  EXPECT_EQ(take(TokenLane::rollback, 3), 3);
  EXPECT_EQ(take(TokenLane::shared, 5), 2) << "the rollback took of its reserve";
  EXPECT_EQ(take(TokenLane::shared, 1), 0);
  reopen();
  EXPECT_EQ(take(TokenLane::rollback, 9), 2);
  EXPECT_EQ(take(TokenLane::rollback, 1), 0);
  auto other = store_->lease_tokens("000000000000/us-east-1", rates, TokenLane::shared, 7);
  EXPECT_EQ(must(other).granted, 7) << "each account and region has its own";

  backend_->pass(seconds(10));
  EXPECT_EQ(take(TokenLane::rollback, 9), 9) << "the reserve, and what all share";
  backend_->hold_second();
  EXPECT_EQ(take(TokenLane::shared, 7), 3);
}

TEST_P(Leases, ASliceSaysHowLongItIsValid) {
  auto slice = must(store_->lease_tokens("here", {7, 5}, TokenLane::shared, 1));
  EXPECT_GT(slice.valid_for, Duration(0));
  EXPECT_LE(slice.valid_for, Duration(1000));
  EXPECT_EQ(code_of(store_->lease_tokens("", {}, TokenLane::shared, 1)), ErrorCode::invalid_input);
  EXPECT_EQ(code_of(store_->lease_tokens("here", {}, TokenLane::shared, -1)),
            ErrorCode::invalid_input);
}

INSTANTIATE_TEST_SUITE_P(Stores, Leases, testing::Values("sqlite", "memory", "postgres"),
                         [](auto const& tested) { return tested.param; });

TEST(TokenRules, ASmallStepBackOfTheClockGoesOnInTheSecondThatWasBegun) {
  TokenUse use;
  auto at = [](std::int64_t millis) { return from_millis(1'700'000'000'000 + millis); };
  auto take = [&](std::int64_t millis, int want) {
    return grant(use, {7, 5}, TokenLane::shared, want, at(millis));
  };
  EXPECT_EQ(take(10'000, 6).granted, 6);
  EXPECT_EQ(take(9'500, 6).granted, 1);
  EXPECT_EQ(take(9'500, 6).valid_for, Duration(1500));
  EXPECT_EQ(take(10'999, 6).granted, 0);
  EXPECT_EQ(take(10'999, 6).valid_for, Duration(1));
  EXPECT_EQ(take(11'000, 6).granted, 6);
  EXPECT_EQ(take(0, 6).granted, 6) << "set back far: it begins anew";
  EXPECT_EQ(take(0, 6).granted, 1);
}

TEST(TokenRules, ASmallerRateCountsWhatWasGrantedUnderALargerOne) {
  TokenUse use;
  auto now = from_millis(1'700'000'000'000);
  EXPECT_EQ(grant(use, {7, 5}, TokenLane::shared, 5, now).granted, 5);
  EXPECT_EQ(grant(use, {3, 5}, TokenLane::shared, 5, now).granted, 0);
  EXPECT_EQ(grant(use, {7, 5}, TokenLane::shared, 5, now).granted, 2);
}

}  // namespace
}  // namespace sluice::store
