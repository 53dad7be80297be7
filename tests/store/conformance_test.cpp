#include "conformance.hpp"

#include <gmock/gmock.h>

namespace sluice::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_P(Conformance, ACreatedRunReadsBackAsItWasGivenAlsoAfterARestart) {
  auto given = new_run("d-1", {"alias:cart:live"});
  given.row.next_due = from_millis(1'700'000'060'000);
  given.row.owner = "server-1";
  given.row.epoch = 1;
  create(given);
  reopen();
  auto run = row("d-1");
  EXPECT_EQ(run.name, "shop");
  EXPECT_EQ(run.plan_digest, "digest-1");
  EXPECT_EQ(run.dialect, "native");
  EXPECT_EQ(run.state, "running");
  EXPECT_EQ(run.requester, "ann");
  EXPECT_EQ(run.world, given.row.world);
  EXPECT_EQ(run.summary, given.row.summary);
  EXPECT_EQ(run.created, given.row.created);
  EXPECT_EQ(run.updated, clock_.now());
  EXPECT_EQ(run.ended, std::nullopt);
  EXPECT_EQ(run.next_due, given.row.next_due);
  EXPECT_EQ(run.owner, "server-1");
  EXPECT_EQ(run.epoch, 1);
  EXPECT_EQ(run.last_seq, 1);
  auto events = must(store_->events("d-1"));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "created");
  EXPECT_EQ(events[0].at, from_millis(1'700'000'000'001));
  EXPECT_EQ(events[0].body, (json::Value{{"n", 1}}));
  EXPECT_EQ(events[0].epoch, 1);
  EXPECT_EQ(must(store_->plan("digest-1")), given.plan);
  EXPECT_THAT(locks(), ElementsAre("alias:cart:live=d-1"));
}

TEST_P(Conformance, TextsMayHoldAnything) {
  auto given = new_run("d-1");
  given.row.name = "";
  given.row.requester = std::string("o'brien \"\xC3\xA9\"\n");
  given.row.summary = json::Value{{"text", std::string("a\0b\x01", 4)}, {"big", INT64_MAX}};
  create(given);
  reopen();
  EXPECT_EQ(row("d-1").name, "");
  EXPECT_EQ(row("d-1").requester, given.row.requester);
  EXPECT_EQ(row("d-1").summary, given.row.summary);
}

TEST_P(Conformance, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(must(store_->run("d-9")), std::nullopt);
  EXPECT_EQ(code_of(store_->events("d-9")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->plan("none")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->claim("d-9", "server-1")), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->release("d-9", 1)), ErrorCode::not_found);
  EXPECT_EQ(code_of(store_->append("d-9", 1, {}, {})), ErrorCode::not_found);
  EXPECT_THAT(store_->append("d-9", 1, {}, {}).error().message, HasSubstr("no run 'd-9'"));
}

TEST_P(Conformance, AnIdIsUsedOnce) {
  create(new_run("d-1"));
  auto again = store_->create(new_run("d-1"));
  EXPECT_EQ(code_of(again), ErrorCode::conflict);
  EXPECT_EQ(must(store_->events("d-1")).size(), 1u);
}

TEST_P(Conformance, LocksAreTakenAllOrNone) {
  create(new_run("d-1", {"b"}));
  auto held = must(store_->create(new_run("d-2", {"a", "b"})));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->lock, "b");
  EXPECT_EQ(held->run, "d-1");
  EXPECT_EQ(must(store_->run("d-2")), std::nullopt);
  EXPECT_THAT(locks(), ElementsAre("b=d-1"));
}

TEST_P(Conformance, ALockNamedTwiceIsOneLock) {
  create(new_run("d-1", {"a", "a"}));
  EXPECT_THAT(locks(), ElementsAre("a=d-1"));
}

TEST_P(Conformance, AnEndedRunGivesUpItsLocksAndItsOwner) {
  create(new_run("d-1", {"a", "b"}));
  auto epoch = must(store_->claim("d-1", "server-1")).epoch;
  must(store_->append("d-1", epoch, {event(2, "ended")}, ending()));
  EXPECT_THAT(locks(), IsEmpty());
  EXPECT_EQ(row("d-1").owner, "");
  EXPECT_EQ(row("d-1").ended, clock_.now());
  create(new_run("d-2", {"a", "b"}));
  EXPECT_THAT(locks(), ElementsAre("a=d-2", "b=d-2"));
}

TEST_P(Conformance, ARunThatIsMadeEndedTakesNoLock) {
  auto rejected = new_run("d-1", {"a"});
  rejected.row.state = "rejected";
  rejected.row.owner = "server-1";
  rejected.row.ended = clock_.now();
  create(rejected);
  EXPECT_THAT(locks(), IsEmpty());
  EXPECT_EQ(row("d-1").owner, "");
}

TEST_P(Conformance, CleanUpIsReportedBehindTheEnd) {
  create(new_run("d-1"));
  must(store_->append("d-1", 0, {event(2, "ended")}, ending()));
  must(store_->append("d-1", 0, {event(3, "version deleted")}, {}));
  EXPECT_EQ(row("d-1").last_seq, 3);
  EXPECT_EQ(row("d-1").state, "succeeded");
}

TEST_P(Conformance, EveryClaimRaisesTheEpochAndFencesTheOneBefore) {
  create(new_run("d-1"));
  auto first = must(store_->claim("d-1", "server-1"));
  EXPECT_EQ(first.epoch, 1);
  EXPECT_EQ(first.owner, "server-1");
  must(store_->append("d-1", 1, {event(2)}, {}));
  auto second = must(store_->claim("d-1", "server-2"));
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(second.last_seq, 2);

  auto stale = store_->append("d-1", 1, {event(3)}, {});
  EXPECT_EQ(code_of(stale), ErrorCode::conflict);
  EXPECT_EQ(stale.error().message,
            "run 'd-1' was taken over: this write has epoch 1, the run is at 2; it is held by "
            "server-2");
  EXPECT_EQ(code_of(store_->release("d-1", 1)), ErrorCode::conflict);
  EXPECT_EQ(row("d-1").owner, "server-2");
  must(store_->append("d-1", 2, {event(3)}, {}));
  auto events = must(store_->events("d-1"));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].epoch, 0);
  EXPECT_EQ(events[1].epoch, 1);
  EXPECT_EQ(events[2].epoch, 2);
}

TEST_P(Conformance, AReleasedRunKeepsItsLocksAndHasNoOwner) {
  create(new_run("d-1", {"a"}));
  must(store_->claim("d-1", "server-1"));
  must(store_->release("d-1", 1));
  EXPECT_EQ(row("d-1").owner, "");
  EXPECT_EQ(row("d-1").epoch, 1);
  EXPECT_THAT(locks(), ElementsAre("a=d-1"));
}

TEST_P(Conformance, AJournalHasNoGapsAndNothingTwice) {
  create(new_run("d-1"));
  struct Case {
    std::vector<EventRow> events;
    char const* message;
  };
  Case const cases[] = {
      {{event(3)}, "event 3 cannot be written to the journal of run 'd-1': it ends at 1"},
      {{event(1)}, "event 1 cannot be written to the journal of run 'd-1': it ends at 1"},
      {{event(2), event(4)}, "event 4 cannot be written to the journal of run 'd-1': it ends at 2"},
  };
  for (auto const& [events, message] : cases) {
    RunPatch patch;
    patch.state = "changed";
    auto refused = store_->append("d-1", 0, events, patch);
    EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
    EXPECT_EQ(refused.error().message, message);
  }
  EXPECT_EQ(row("d-1").state, "running");
  EXPECT_EQ(must(store_->events("d-1")).size(), 1u);

  auto late = new_run("d-2");
  late.events = {event(2)};
  EXPECT_EQ(code_of(store_->create(late)), ErrorCode::invalid_input);
}

TEST_P(Conformance, APatchChangesWhatItNamesAndNothingElse) {
  create(new_run("d-1"));
  RunPatch patch;
  patch.state = "paused";
  patch.next_due = std::optional(from_millis(1'700'000'500'000));
  clock_.sleep(std::chrono::seconds(5), {});
  must(store_->append("d-1", 0, {}, patch));
  EXPECT_EQ(row("d-1").state, "paused");
  EXPECT_EQ(row("d-1").next_due, from_millis(1'700'000'500'000));
  EXPECT_EQ(row("d-1").updated, clock_.now());
  EXPECT_EQ(row("d-1").summary, summary_of("cart"));
  EXPECT_EQ(row("d-1").last_seq, 1);

  RunPatch next;
  next.summary = summary_of("checkout");
  next.next_due = std::optional<Time>();
  must(store_->append("d-1", 0, {}, next));
  EXPECT_EQ(row("d-1").state, "paused");
  EXPECT_EQ(row("d-1").next_due, std::nullopt);
  EXPECT_EQ(row("d-1").summary, summary_of("checkout"));
}

TEST_P(Conformance, MoreLocksAreTakenAndSingleOnesGivenBackOnTheWay) {
  create(new_run("d-1", {"a"}));
  create(new_run("d-2"));
  auto held = must(store_->append_locking("d-2", 0, {"b", "a"}, {event(2)}, {}));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->lock, "a");
  EXPECT_EQ(held->run, "d-1");
  EXPECT_EQ(row("d-2").last_seq, 1);

  RunPatch give_back;
  give_back.release_locks = {"a", "never held"};
  must(store_->append("d-1", 0, {}, give_back));
  EXPECT_FALSE(must(store_->append_locking("d-2", 0, {"b", "a"}, {event(2)}, {})));
  EXPECT_FALSE(must(store_->append_locking("d-2", 0, {"a"}, {event(3)}, {})));
  EXPECT_THAT(locks(), ElementsAre("a=d-2", "b=d-2"));
  EXPECT_EQ(row("d-2").last_seq, 3);

  must(store_->append("d-1", 0, {}, give_back));
  EXPECT_THAT(locks(), ElementsAre("a=d-2", "b=d-2")) << "another run's lock stays";
  EXPECT_EQ(code_of(store_->append_locking("d-2", 7, {"c"}, {}, {})), ErrorCode::conflict);
  EXPECT_THAT(locks(), ElementsAre("a=d-2", "b=d-2"));
}

TEST_P(Conformance, ALinkedRunTakesTheLocksOverInOneCommit) {
  create(new_run("d-1", {"group"}));
  auto rollback = new_run("d-2", {"group"});
  rollback.ending = Ending{"d-1", 0, {event(2, "handed over")}, ending()};

  rollback.ending->epoch = 5;
  EXPECT_EQ(code_of(store_->create(rollback)), ErrorCode::conflict);
  EXPECT_EQ(must(store_->run("d-2")), std::nullopt);
  EXPECT_THAT(locks(), ElementsAre("group=d-1"));

  rollback.ending->epoch = 0;
  create(rollback);
  EXPECT_THAT(locks(), ElementsAre("group=d-2"));
  EXPECT_EQ(row("d-1").ended, clock_.now());
  EXPECT_EQ(row("d-1").last_seq, 2);

  auto without_end = new_run("d-3");
  without_end.ending = Ending{"d-2", 0, {}, {}};
  EXPECT_EQ(code_of(store_->create(without_end)), ErrorCode::invalid_input);
}

TEST_P(Conformance, AThirdRunsLockKeepsALinkedRunFromStarting) {
  create(new_run("d-1", {"group"}));
  create(new_run("d-2", {"other"}));
  auto rollback = new_run("d-3", {"group", "other"});
  rollback.ending = Ending{"d-1", 0, {event(2)}, ending()};
  auto held = must(store_->create(rollback));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->run, "d-2");
  EXPECT_EQ(row("d-1").ended, std::nullopt);
}

TEST_P(Conformance, APlanIsStoredOncePerDigest) {
  create(new_run("d-1"));
  auto second = new_run("d-2");
  second.plan = json::Value();
  create(second);
  EXPECT_EQ(must(store_->plan("digest-1")), (json::Value{{"name", "shop"}}));
  auto unknown = new_run("d-3");
  unknown.row.plan_digest = "digest-2";
  unknown.plan = json::Value();
  EXPECT_EQ(code_of(store_->create(unknown)), ErrorCode::not_found);
  EXPECT_EQ(must(store_->run("d-3")), std::nullopt);
}

TEST_P(Conformance, RunsAreListedNewestFirstThroughEveryFilter) {
  auto make = [&](std::string id, int minute, std::string_view function, std::string name) {
    auto run = new_run(std::move(id));
    run.row.created = from_millis(1'700'000'000'000 + std::int64_t{minute} * 60'000);
    run.row.summary = summary_of(function);
    run.row.name = std::move(name);
    create(run);
  };
  make("d-1", 1, "cart", "shop");
  make("d-3", 3, "cart", "shop");
  make("d-2", 2, "pay", "shop");
  make("d-4", 3, "pay", "bank");
  must(store_->append("d-1", 0, {}, ending()));

  EXPECT_THAT(ids({}), ElementsAre("d-4", "d-3", "d-2", "d-1"));
  EXPECT_THAT(ids({.state = "active"}), ElementsAre("d-4", "d-3", "d-2"));
  EXPECT_THAT(ids({.state = "succeeded"}), ElementsAre("d-1"));
  EXPECT_THAT(ids({.name = "bank"}), ElementsAre("d-4"));
  EXPECT_THAT(ids({.function = "cart"}), ElementsAre("d-3", "d-1"));
  EXPECT_THAT(ids({.state = "active", .name = "shop", .function = "cart"}), ElementsAre("d-3"));
  EXPECT_THAT(ids({.function = "car%"}), IsEmpty());
  EXPECT_THAT(ids({.limit = 2}), ElementsAre("d-4", "d-3"));
  EXPECT_THAT(ids({.before = "d-3", .limit = 1}), ElementsAre("d-2"));
  EXPECT_THAT(ids({.before = "d-1"}), IsEmpty());
  EXPECT_THAT(ids({.before = "unknown"}), IsEmpty());
  EXPECT_THAT(ids({.limit = 0}), IsEmpty());
}

TEST_P(Conformance, QueuedRunsAreFoundUntilTheyHaveTheirLocks) {
  create(new_run("d-1", {"a"}));
  auto queued = new_run("d-2");
  queued.row.state = "queued";
  create(queued);
  EXPECT_THAT(ids({.state = "queued"}), ElementsAre("d-2"));
  RunPatch begins;
  begins.state = "running";
  EXPECT_EQ(must(store_->append_locking("d-2", 0, {"a"}, {event(2)}, begins))->run, "d-1");
  EXPECT_EQ(row("d-2").state, "queued");
  must(store_->append("d-1", 0, {event(2)}, ending()));
  EXPECT_FALSE(must(store_->append_locking("d-2", 0, {"a"}, {event(2)}, begins)));
  EXPECT_EQ(row("d-2").state, "running");
  EXPECT_THAT(ids({.state = "queued"}), IsEmpty());
  EXPECT_THAT(locks(), ElementsAre("a=d-2"));
}

TEST_P(Conformance, TheFunctionFilterFollowsTheSummary) {
  create(new_run("d-1"));
  json::Value summary{
      {"releases", json::array({json::Value{{"function", "cart"}}, json::Value{{"function", "pay"}},
                                json::Value{{"function", "pay"}}, 7, "text"})}};
  RunPatch patch;
  patch.summary = summary;
  must(store_->append("d-1", 0, {}, patch));
  EXPECT_THAT(ids({.function = "pay"}), ElementsAre("d-1"));
  patch.summary = summary_of("pay");
  must(store_->append("d-1", 0, {}, patch));
  EXPECT_THAT(ids({.function = "cart"}), IsEmpty());
  EXPECT_THAT(ids({.function = "pay"}), ElementsAre("d-1"));
}

TEST_P(Conformance, EventsAreReadFromAnyPlaceInPages) {
  create(new_run("d-1"));
  create(new_run("d-2"));
  must(store_->append("d-1", 0, {event(2), event(3), event(4)}, {}));
  auto seqs = [&](std::int64_t after, std::size_t limit) {
    std::vector<std::int64_t> all;
    for (auto const& found : must(store_->events("d-1", after, limit))) all.push_back(found.seq);
    return all;
  };
  EXPECT_THAT(seqs(0, 100), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(seqs(2, 1), ElementsAre(3));
  EXPECT_THAT(seqs(4, 100), IsEmpty());
  EXPECT_THAT(seqs(99, 100), IsEmpty());
  EXPECT_THAT(seqs(0, 0), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, Conformance, testing::Values("sqlite", "memory", "postgres"),
                         [](auto const& tested) { return tested.param; });

}  // namespace
}  // namespace sluice::store
