#include <gmock/gmock.h>

#include <future>
#include <set>

#include "helpers.hpp"
#include "private_postgres.hpp"

namespace sluice::store {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

/// True where a session of the store waits for another's transaction.
constexpr char const* waits_for_another =
    "select 1 from pg_stat_activity"
    " where datname = current_database() and wait_event in ('transactionid', 'relation')";

constexpr char const* now_in_seconds =
    "select floor(extract(epoch from clock_timestamp()))::bigint";

/// A server: a store of its own, with a clock of its own, and its lease.
struct Server {
  Server(std::string const& uri, std::string const& name)
      : store(must(open_postgres(uri, clock))), member(must(store->join(name, seconds(600)))) {}

  std::vector<RunRow> claim(std::size_t limit) { return must(store->claim_free(member, limit)); }

  TestClock clock;
  std::unique_ptr<Store> store;
  Membership member;
};

class Servers : public testing::Test {
 protected:
  void SetUp() override {
    auto* server = PrivatePostgres::shared();
    if (server == nullptr) GTEST_SKIP() << missing_postgres;
    uri_ = server->make_database();
    admin_ = std::make_unique<Administrator>(uri_);
    for (int i = 1; i <= 4; ++i) {
      servers_.push_back(std::make_unique<Server>(uri_, "server-" + std::to_string(i)));
    }
  }

  /// Runs `work(server, number)` on every server at once.
  template <class Work>
  auto all_at_once(Work work) {
    using Answer = decltype(work(std::declval<Server&>(), 0));
    std::vector<std::future<Answer>> running;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      running.push_back(std::async(std::launch::async,
                                   [&, i] { return work(*servers_[i], static_cast<int>(i)); }));
    }
    std::vector<Answer> answers;
    for (auto& one : running) answers.push_back(one.get());
    return answers;
  }

  /// Every server claims a few at a time until there is nothing left. Answers with all the claims.
  std::vector<RunRow> claim_all_at_once() {
    std::vector<RunRow> all;
    auto claimed = all_at_once([](Server& server, int) {
      std::vector<RunRow> mine;
      for (auto some = server.claim(3); !some.empty(); some = server.claim(3)) {
        mine.insert(mine.end(), some.begin(), some.end());
      }
      return mine;
    });
    for (auto const& some : claimed) all.insert(all.end(), some.begin(), some.end());
    return all;
  }

  void expect_each_once(std::vector<RunRow> const& claims, std::size_t count, std::int64_t epoch) {
    std::set<std::string> ids;
    for (auto const& run : claims) {
      ids.insert(run.id);
      EXPECT_EQ(run.epoch, epoch) << run.id;
      auto stored = must(servers_[0]->store->run(run.id)).value();
      EXPECT_EQ(stored.owner, run.owner);
      EXPECT_EQ(stored.epoch, run.epoch);
    }
    EXPECT_EQ(claims.size(), count);
    EXPECT_EQ(ids.size(), count);
  }

  void create_runs(int count) {
    for (int i = 0; i < count; ++i) {
      must(servers_[0]->store->create(new_run("d-" + std::to_string(i))));
    }
  }

  void end_lease(std::string const& node) {
    admin_->run("update sluice.nodes set lease_until = 1 where node = '" + node + "'");
  }

  std::string uri_;
  std::unique_ptr<Administrator> admin_;
  std::vector<std::unique_ptr<Server>> servers_;
};

TEST_F(Servers, ClaimEveryRunOnceHoweverManyClaimAtOnce) {
  create_runs(60);
  expect_each_once(claim_all_at_once(), 60, 1);
}

TEST_F(Servers, TakeEveryRunOfADeadOneOverOnce) {
  create_runs(60);
  EXPECT_EQ(servers_[3]->claim(100).size(), 60u);
  end_lease("server-4");
  servers_.pop_back();
  expect_each_once(claim_all_at_once(), 60, 2);
}

TEST_F(Servers, LeaveARunThatAnotherIsClaimingToIt) {
  create_runs(2);
  admin_->run("begin; select 1 from sluice.runs where id = 'd-0' for update");
  auto taken = servers_[0]->claim(10);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].id, "d-1");
  admin_->run("rollback");
}

TEST_F(Servers, AnOwnerThatWakesUpAfterATakeOverCannotWrite) {
  create_runs(1);
  auto& old = *servers_[0];
  auto& fresh = *servers_[1];
  EXPECT_EQ(old.claim(1).size(), 1u);
  end_lease("server-1");
  EXPECT_EQ(fresh.claim(1).size(), 1u);

  auto stale = old.store->append("d-0", 1, {event(2)}, {});
  EXPECT_EQ(code_of(stale), ErrorCode::conflict);
  EXPECT_THAT(stale.error().message, HasSubstr("it is held by server-2"));
  EXPECT_EQ(code_of(old.store->renew(old.member, seconds(600))), ErrorCode::conflict);
  must(old.store->leave(old.member));
  EXPECT_EQ(must(fresh.store->run("d-0")).value().owner, "server-2");
  must(fresh.store->append("d-0", 2, {event(2)}, {}));
}

TEST_F(Servers, AWriteThatRacesWithATakeOverIsBeforeItOrRefused) {
  create_runs(1);
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    auto const before = must(servers_[0]->store->claim_one(servers_[0]->member, "d-0"));
    end_lease("server-1");
    auto written = all_at_once([&](Server& server, int number) {
      if (number == 0) {
        return server.store->append("d-0", before.epoch, {event(before.last_seq + 1)}, {})
            .has_value();
      }
      // While the write is under way, the run is left to it.
      bool taken = number != 1;
      while (!taken) taken = !server.claim(1).empty();
      return false;
    });
    auto after = must(servers_[1]->store->run("d-0")).value();
    EXPECT_EQ(after.owner, "server-2");
    EXPECT_EQ(after.last_seq, before.last_seq + (written[0] ? 1 : 0));
    EXPECT_EQ(must(servers_[1]->store->events("d-0")).size(),
              static_cast<std::size_t>(after.last_seq));
    must(servers_[1]->store->release("d-0", after.epoch));
    servers_[0]->member = must(servers_[0]->store->join("server-1", seconds(600)));
  }
}

TEST_F(Servers, ARunIsNotTakenOverWhileItsOwnerWritesToIt) {
  create_runs(1);
  auto& old = *servers_[0];
  EXPECT_EQ(old.claim(1).size(), 1u);
  end_lease("server-1");
  // Holds the write up after it has looked at the epoch.
  admin_->run("begin; lock table sluice.events in exclusive mode");
  auto written =
      std::async(std::launch::async, [&] { return old.store->append("d-0", 1, {event(2)}, {}); });
  Administrator watcher(uri_);
  watcher.wait_for(waits_for_another);
  EXPECT_THAT(servers_[1]->claim(1), IsEmpty());
  admin_->run("rollback");
  must(written.get());
  auto taken = servers_[1]->claim(1);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].last_seq, 2);
}

TEST_F(Servers, OneOfThoseThatWantTheSameLocksGetsThem) {
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    auto prefix = "d-" + std::to_string(round) + "-";
    auto winners = all_at_once([&](Server& server, int number) {
      auto locks =
          number % 2 == 0 ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{"b", "a"};
      auto busy = must(server.store->create(new_run(prefix + std::to_string(number), locks)));
      return busy ? std::string() : prefix + std::to_string(number);
    });
    std::erase(winners, "");
    ASSERT_EQ(winners.size(), 1u);
    for (auto const& lock : must(servers_[0]->store->locks())) EXPECT_EQ(lock.run, winners[0]);
    EXPECT_EQ(must(servers_[0]->store->runs({.state = "active"})).size(), 1u)
        << "nothing of the others was written";
    RunPatch end;
    end.state = "succeeded";
    end.ended = servers_[0]->clock.now();
    must(servers_[0]->store->append(winners[0], 0, {}, end));
  }
}

TEST_F(Servers, OneOfThoseThatLockOnTheWayGetsIt) {
  create_runs(4);
  auto winners = all_at_once([&](Server& server, int number) {
    auto run = "d-" + std::to_string(number);
    return !must(server.store->append_locking(run, 0, {"latest"}, {event(2)}, {}));
  });
  EXPECT_EQ(std::ranges::count(winners, true), 1);
  for (int i = 0; i < 4; ++i) {
    auto run = must(servers_[0]->store->run("d-" + std::to_string(i))).value();
    EXPECT_EQ(run.last_seq, winners[static_cast<std::size_t>(i)] ? 2 : 1);
  }
}

TEST_F(Servers, AnIdIsUsedOnce) {
  auto made = all_at_once([](Server& server, int) { return server.store->create(new_run("d-1")); });
  int conflicts = 0;
  for (auto const& one : made) {
    if (one) continue;
    EXPECT_EQ(one.error().code, ErrorCode::conflict);
    ++conflicts;
  }
  EXPECT_EQ(conflicts, 3);
}

TEST_F(Servers, TogetherNeverGetMoreTokensThanASecondHas) {
  constexpr TokenRates rates{7, 5};
  constexpr int rounds = 20;
  for (int round = 0; round < rounds; ++round) {
    auto place = "000000000000/region-" + std::to_string(round);
    auto first = std::stoll(admin_->ask(now_in_seconds));
    auto granted = all_at_once([&](Server& server, int number) {
      auto lane = number == 0 ? TokenLane::rollback : TokenLane::shared;
      int sum = 0;
      for (int i = 0; i < 5; ++i) {
        sum += must(server.store->lease_tokens(place, rates, lane, 3)).granted;
      }
      return sum;
    });
    auto seconds_seen = std::stoll(admin_->ask(now_in_seconds)) - first + 1;
    int all = granted[0] + granted[1] + granted[2] + granted[3];
    EXPECT_GE(all, rates.shared + rates.reserve) << "more was asked for";
    EXPECT_LE(all, seconds_seen * (rates.shared + rates.reserve));
    EXPECT_LE(all - granted[0], seconds_seen * rates.shared) << "the reserve is for rollbacks";
  }
}

TEST_F(Servers, AreWokenByEachOther) {
  auto hints = must(open_postgres_hints(uri_));
  std::stop_source stop;
  EXPECT_TRUE(hints->wait_for_change(seconds(60), stop.get_token())) << "it listens from now on";
  EXPECT_FALSE(hints->wait_for_change(Duration(0), stop.get_token()));

  auto woken = std::async(std::launch::async,
                          [&] { return hints->wait_for_change(seconds(60), stop.get_token()); });
  create_runs(1);
  EXPECT_TRUE(woken.get());
  EXPECT_EQ(servers_[1]->claim(1).size(), 1u);
  must(servers_[1]->store->leave(servers_[1]->member));
  EXPECT_TRUE(hints->wait_for_change(seconds(60), stop.get_token()));

  auto stopped = std::async(std::launch::async,
                            [&] { return hints->wait_for_change(seconds(60), stop.get_token()); });
  stop.request_stop();
  EXPECT_FALSE(stopped.get());
}

TEST_F(Servers, ALostListenerListensAgain) {
  auto hints = must(open_postgres_hints(uri_));
  std::stop_source stop;
  EXPECT_TRUE(hints->wait_for_change(seconds(60), stop.get_token()));
  admin_->ask(
      "select count(pg_terminate_backend(pid)) from pg_stat_activity where"
      " datname = current_database() and query = 'listen sluice'");
  EXPECT_FALSE(hints->wait_for_change(seconds(60), stop.get_token()));
  // The server's farewell and the end of the connection may come one after the other.
  bool listens = hints->wait_for_change(seconds(60), stop.get_token()) ||
                 hints->wait_for_change(seconds(60), stop.get_token());
  EXPECT_TRUE(listens) << "look: some may have been missed";
  create_runs(1);
  EXPECT_TRUE(hints->wait_for_change(seconds(60), stop.get_token()));
  EXPECT_FALSE(open_postgres_hints("mysql://x"));
}

}  // namespace
}  // namespace sluice::store
