#include <gmock/gmock.h>

#include <csignal>
#include <future>

#include "helpers.hpp"
#include "private_postgres.hpp"
#include "store/postgres_schema.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;
using testing::Not;

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PrivatePostgres::shared();
    if (server_ == nullptr) GTEST_SKIP() << missing_postgres;
    uri_ = server_->make_database();
  }

  std::unique_ptr<Store> open() { return must(open_postgres(uri_, clock_)); }
  /// A store with one run, whose journal has one event.
  std::unique_ptr<Store> open_with_run() {
    auto store = open();
    must(store->create(new_run("d-1")));
    return store;
  }
  std::future<Result<void>> append_elsewhere(Store& store, std::int64_t seq) {
    return std::async(std::launch::async,
                      [&store, seq] { return store.append("d-1", 0, {event(seq)}, {}); });
  }
  std::string database() const {
    auto name = uri_.substr(uri_.find("test_"));
    return name.substr(0, name.find('?'));
  }
  /// For the sessions that begin from now on. Said from elsewhere, so that it needs none of them.
  void set_default(std::string const& setting) {
    Administrator(server_->uri("postgres")).run("alter database " + database() + " " + setting);
  }
  /// Ends every session of the store, as a fail-over does.
  void cut_connections() {
    Administrator(server_->uri("postgres"))
        .ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '" +
             database() + "'");
  }
  /// The process that serves the store's session, once it waits for `event`.
  std::string waiting_for(Administrator& admin, std::string const& event) {
    return admin.wait_for(
        "select pid from pg_stat_activity where datname = current_database()"
        " and wait_event = '" +
        event + "'");
  }
  static std::int64_t last_seq(Store& store) { return must(store.run("d-1")).value().last_seq; }

  PrivatePostgres* server_ = nullptr;
  std::string uri_;
  TestClock clock_;
};

TEST_F(Postgres, AConnectionThatWasLostBetweenCallsIsMadeAnew) {
  auto store = open_with_run();
  cut_connections();
  must(store->append("d-1", 0, {event(2)}, {}));
  cut_connections();
  EXPECT_EQ(last_seq(*store), 2);
}

TEST_F(Postgres, AConnectionThatIsKilledBeforeTheCommitWritesNothing) {
  auto store = open_with_run();
  Administrator admin(uri_);
  Administrator blocker(uri_);
  blocker.run("begin; select 1 from sluice.runs where id = 'd-1' for update");
  auto appended = append_elsewhere(*store, 2);
  admin.ask("select pg_terminate_backend(" + waiting_for(admin, "transactionid") + ")");
  EXPECT_EQ(code_of(appended.get()), ErrorCode::unavailable);
  blocker.run("rollback");
  EXPECT_EQ(last_seq(*store), 1);
  must(store->append("d-1", 0, {event(2)}, {}));
}

TEST_F(Postgres, AConnectionThatIsKilledWhileItCommitsLeavesTheOutcomeOpen) {
  // The commit itself ends the session, before anything is durable.
  auto store = open_with_run();
  Administrator admin(uri_);
  admin.run(
      "create function die() returns trigger language plpgsql as $$ begin"
      " perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); return null;"
      " end $$;"
      "create constraint trigger die after insert on sluice.events"
      " deferrable initially deferred for each row execute function die()");
  auto lost = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(lost), ErrorCode::unavailable);
  EXPECT_THAT(lost.error().message, HasSubstr("whether the write was made is not known"));
  admin.run("drop trigger die on sluice.events");
  EXPECT_EQ(last_seq(*store), 1);
}

TEST_F(Postgres, AConnectionThatIsKilledAfterTheCommitHasWritten) {
  // A commit that waits for a replica is durable here already. "off" is not left as it is: a write
  // that is acknowledged has to be durable.
  for (std::string mode : {"on", "off"}) {
    SCOPED_TRACE(mode);
    uri_ = server_->make_database();
    auto store = open_with_run();
    set_default("set synchronous_commit = " + mode);
    cut_connections();
    auto appended = append_elsewhere(*store, 2);
    Administrator admin(uri_);
    auto process = waiting_for(admin, "SyncRep");
    set_default("set synchronous_commit = local");
    admin.ask("select pg_terminate_backend(" + process + ")");
    auto lost = appended.get();
    EXPECT_EQ(code_of(lost), ErrorCode::unavailable);
    EXPECT_THAT(lost.error().message, HasSubstr("whether the write was made is not known"));
    EXPECT_EQ(last_seq(*store), 2);
    EXPECT_EQ(code_of(store->append("d-1", 0, {event(2)}, {})), ErrorCode::invalid_input);
    must(store->append("d-1", 0, {event(3)}, {}));
  }
}

TEST_F(Postgres, AWriteThatNoReplicaConfirmedIsNotAcknowledged) {
  auto store = open_with_run();
  set_default("set synchronous_commit = on");
  cut_connections();
  auto appended = append_elsewhere(*store, 2);
  Administrator admin(uri_);
  auto process = waiting_for(admin, "SyncRep");
  set_default("set synchronous_commit = local");
  admin.ask("select pg_cancel_backend(" + process + ")");
  auto open_outcome = appended.get();
  EXPECT_EQ(code_of(open_outcome), ErrorCode::unavailable);
  EXPECT_THAT(open_outcome.error().message, HasSubstr("the replicas did not confirm"));
  EXPECT_EQ(last_seq(*store), 2);
}

TEST_F(Postgres, AStoppedDatabaseIsUnavailableAndUsedAgainWhenItIsBack) {
  auto store = open_with_run();
  must(store->append("d-1", 0, {event(2)}, {}));
  server_->stop();
  auto down = store->append("d-1", 0, {event(3)}, {});
  EXPECT_EQ(code_of(down), ErrorCode::unavailable);
  EXPECT_THAT(down.error().message, HasSubstr("cannot be used"));
  EXPECT_EQ(code_of(store->run("d-1")), ErrorCode::unavailable);
  EXPECT_EQ(code_of(open_postgres(uri_, clock_)), ErrorCode::unavailable);
  server_->start();
  EXPECT_EQ(last_seq(*store), 2);
  must(store->append("d-1", 0, {event(3)}, {}));
  EXPECT_EQ(must(store->events("d-1")).size(), 3u);
}

TEST_F(Postgres, ASessionThatHangsBetweenCallsIsReplaced) {
  auto store = must(open_postgres(uri_, clock_, std::chrono::seconds(1)));
  must(store->create(new_run("d-1")));
  Administrator admin(uri_);
  auto process =
      std::stoi(admin.wait_for("select pid from pg_stat_activity where datname = current_database()"
                               " and state = 'idle' and query = 'commit'"));
  ASSERT_EQ(::kill(process, SIGSTOP), 0);
  auto appended = store->append("d-1", 0, {event(2)}, {});
  ASSERT_EQ(::kill(process, SIGCONT), 0);
  must(appended);
}

TEST_F(Postgres, AServerThatIsSilentInTheMiddleOfACallIsGivenUp) {
  auto store = must(open_postgres(uri_, clock_, std::chrono::seconds(1)));
  must(store->create(new_run("d-1")));
  Administrator blocker(uri_);
  blocker.run("begin; select 1 from sluice.runs where id = 'd-1' for update");
  auto silent = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(silent), ErrorCode::unavailable);
  EXPECT_THAT(silent.error().message, HasSubstr("silent for 1s"));
  blocker.run("rollback");
  must(store->append("d-1", 0, {event(2)}, {}));
}

TEST_F(Postgres, ACallWaitsForALockOnlyShortly) {
  auto store = open_with_run();
  Administrator blocker(uri_);
  blocker.run("begin; select 1 from sluice.runs where id = 'd-1' for update");
  auto refused = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(refused), ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("lock timeout"));
  blocker.run("rollback");
  must(store->append("d-1", 0, {event(2)}, {}));
}

TEST_F(Postgres, AServerThatTakesNoWritesIsNotUsed) {
  auto store = open_with_run();
  set_default("set default_transaction_read_only = on");
  EXPECT_EQ(last_seq(*store), 1);
  cut_connections();
  auto refused = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(refused), ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("read-only"));
  set_default("reset all");
  must(store->append("d-1", 0, {event(2)}, {}));
}

TEST_F(Postgres, ADatabaseThatLostAConfirmedWriteIsNoticed) {
  auto store = open_with_run();
  must(store->append("d-1", 0, {event(2)}, {}));
  Administrator(uri_).run(
      "delete from sluice.events where seq = 2; update sluice.runs set last_seq = 1");
  cut_connections();
  auto lost = store->append("d-1", 0, {event(3)}, {});
  EXPECT_EQ(code_of(lost), ErrorCode::corrupt);
  EXPECT_THAT(lost.error().message, HasSubstr("the database lost event 2 of run 'd-1'"));
}

TEST_F(Postgres, ATextThatPostgresCannotHoldIsRefusedAndNothingIsWritten) {
  auto store = open_with_run();
  for (auto const& text : {std::string("a\0b", 3), std::string("\xC3\x28")}) {
    auto run = new_run("d-2");
    run.row.requester = text;
    EXPECT_EQ(code_of(store->create(run)), ErrorCode::invalid_input);
    EXPECT_EQ(must(store->run("d-2")), std::nullopt);
  }
}

TEST_F(Postgres, ManyEventsAreWrittenAtOnce) {
  auto store = open_with_run();
  std::vector<EventRow> events;
  for (std::int64_t seq = 2; seq <= 1'201; ++seq) events.push_back(event(seq));
  must(store->append("d-1", 0, events, {}));
  auto all = must(store->events("d-1"));
  ASSERT_EQ(all.size(), 1'201u);
  EXPECT_EQ(all.back().body, (json::Value{{"n", 1'201}}));
}

class PostgresSchema : public Postgres {};

TEST_F(PostgresSchema, StepsAreNumberedWithoutGaps) {
  int expected = 1;
  for (auto const& step : postgres_migrations()) EXPECT_EQ(step.version, expected++);
}

TEST_F(PostgresSchema, EveryOlderVersionOpensAndKeepsItsRuns) {
  for (auto const& step : postgres_migrations()) {
    SCOPED_TRACE(step.version);
    uri_ = server_->make_database();
    auto name = "postgres-" + std::to_string(step.version) + ".sql";
    Administrator(uri_).run(read_file(std::filesystem::path(SLUICE_TEST_DATA) / "store" / name));
    auto store = open();
    auto run = must(store->run("d-OLDRUN001")).value();
    EXPECT_EQ(run.state, "paused");
    EXPECT_EQ(run.epoch, 2);
    EXPECT_EQ(must(store->events(run.id)).size(), 2u);
    EXPECT_EQ(must(store->plan(run.plan_digest))["name"].as_string(), "shop");
    EXPECT_EQ(must(store->runs({.function = "cart"})).size(), 1u);
    EXPECT_EQ(must(store->locks()).size(), 1u);
    auto member = must(store->join("server-2", std::chrono::seconds(600)));
    EXPECT_EQ(must(store->claim_free(member, 10)).size(), 1u);
    must(store->append(run.id, 3, {event(3)}, {}));
    must(store->create(new_run("d-1")));
  }
}

TEST_F(PostgresSchema, AStepThatFailsLeavesTheVersionBeforeIt) {
  auto connection = must(PgConnection::open(must(parse_postgres(uri_)), std::chrono::seconds(60)));
  Migration const steps[] = {
      {1, "create table sluice.a (x integer)"},
      {2, "insert into sluice.a values (1); insert into sluice.b values (1)"}};
  auto failed = migrate_postgres(connection, steps);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("migrate the store to schema 2"));
  Administrator admin(uri_);
  EXPECT_EQ(admin.ask("select value from sluice.meta where key = 'schema'"), "1");
  EXPECT_EQ(admin.ask("select count(*) from sluice.a"), "0");

  Migration const mended[] = {
      steps[0], {2, "insert into sluice.a values (7)"}, {3, "create table sluice.c (x integer)"}};
  must(migrate_postgres(connection, mended));
  must(migrate_postgres(connection, mended));
  EXPECT_EQ(admin.ask("select value from sluice.meta where key = 'schema'"), "3");
  EXPECT_EQ(admin.ask("select sum(x) from sluice.a"), "7");
}

TEST_F(PostgresSchema, ANewerSchemaIsRefusedAlsoByAStoreThatIsOpen) {
  auto store = open_with_run();
  Administrator(uri_).run("update sluice.meta set value = '999' where key = 'schema'");
  auto refused = open_postgres(uri_, clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("the store has schema 999"));
  cut_connections();
  EXPECT_EQ(code_of(store->run("d-1")), ErrorCode::invalid_input);
}

TEST_F(PostgresSchema, AnotherProgramsSchemaIsRefusedAndLeftAlone) {
  Administrator admin(uri_);
  admin.run("create schema sluice; create table sluice.theirs (x integer)");
  auto refused = open_postgres(uri_, clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("that another program made"));
  EXPECT_EQ(admin.ask("select count(*) from pg_tables where schemaname = 'sluice'"), "1");
}

TEST_F(PostgresSchema, AUserWithoutRightsIsToldWhatAnAdministratorHasToDo) {
  Administrator admin(uri_);
  admin.run("drop role if exists limited; create role limited login");
  auto limited = uri_;
  limited.replace(limited.find("sluice@"), 6, "limited");
  auto refused = open_postgres(limited, clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::denied);
  EXPECT_THAT(refused.error().hint, HasSubstr("create schema sluice authorization"));
  admin.run("create schema sluice authorization limited");
  auto store = must(open_postgres(limited, clock_));
  must(store->create(new_run("d-1")));
  store.reset();
  admin.run("drop schema sluice cascade; drop role limited");
}

TEST_F(PostgresSchema, ServersThatStartAtTheSameTimeMakeItOnce) {
  std::vector<std::future<bool>> servers;
  for (int i = 0; i < 4; ++i) {
    servers.push_back(std::async(std::launch::async, [this] {
      TestClock clock;
      return open_postgres(uri_, clock).has_value();
    }));
  }
  for (auto& server : servers) EXPECT_TRUE(server.get());
}

TEST(PostgresAddresses, OnlyWhatKeepsTheSessionAsItIsMayStandInOne) {
  struct Case {
    char const* uri;
    char const* message;  ///< null: it is accepted
  };
  Case const cases[] = {
      {"postgres://sluice:s3cret@db.example:5432/releases?sslmode=verify-full", nullptr},
      {"postgresql://a.example,b.example/releases?target_session_attrs=read-write", nullptr},
      {"postgres:///releases?host=/run/postgresql&application_name=shop", nullptr},
      {"mysql://db.example/releases", "is not a PostgreSQL address"},
      {"host=db.example password=s3cret", "is not a PostgreSQL address"},
      {"", "is not a PostgreSQL address"},
      {"postgres://sluice:s3cret@[db.example/releases", "is not a PostgreSQL address"},
      {"postgres://sluice:s3cret@db.example:54x32/releases", "is not a PostgreSQL address"},
      {"postgres://sluice:first@s3cret@db.example/releases", "is not a PostgreSQL address"},
      {"postgres://sluice:12/s3cret@db.example/releases", "is not a PostgreSQL address"},
      {"postgres://sluice:first/s3cret@db.example/releases", "is not a PostgreSQL address"},
      {"postgres://db.example/r?password=s3cret&nonsense=1", "is not a PostgreSQL address"},
      {"postgres://db.example/r?options=-csynchronous_commit%3Doff", "the parameter 'options'"},
      {"postgres://db.example/r?replication=database", "the parameter 'replication'"},
      {"postgres://db.example/r?target_session_attrs=any", "can only be read-write"},
  };
  for (auto const& [uri, message] : cases) {
    SCOPED_TRACE(uri);
    auto parsed = parse_postgres(uri);
    EXPECT_EQ(parsed.has_value(), message == nullptr);
    if (parsed || message == nullptr) continue;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(parsed.error().message, HasSubstr(message));
    EXPECT_THAT(parsed.error().text(), Not(HasSubstr("s3cret")));
  }
}

TEST(PostgresAddresses, AreShownWithoutThePassword) {
  EXPECT_EQ(shown_postgres("postgres://sluice:s3cret@db.example:5432/releases?sslmode=require"),
            "postgres://sluice@db.example:5432/releases");
  EXPECT_EQ(shown_postgres("postgres://db.example/releases?user=ann&password=s3cret"),
            "postgres://ann@db.example/releases");
  EXPECT_EQ(shown_postgres("postgres://me%40shop:s%2F%403cret@db.example/releases"),
            "postgres://me@shop@db.example/releases");
  EXPECT_EQ(shown_postgres("s3cret"), "a PostgreSQL address that cannot be read");
  TestClock clock;
  auto refused = open_postgres("postgres://ann:s3cret@/x?host=/nowhere", clock);
  EXPECT_EQ(code_of(refused), ErrorCode::unavailable);
  EXPECT_THAT(refused.error().text(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(refused.error().message, HasSubstr("postgres://ann@/nowhere/x cannot be used"));
}

TEST(PostgresErrors, HaveTheKindsOfTheContract) {
  struct Case {
    char const* sqlstate;
    ErrorCode code;
  };
  Case const cases[] = {
      {"", ErrorCode::unavailable},      {"08006", ErrorCode::unavailable},
      {"40001", ErrorCode::unavailable}, {"40P01", ErrorCode::unavailable},
      {"53100", ErrorCode::unavailable}, {"53300", ErrorCode::unavailable},
      {"57P01", ErrorCode::unavailable}, {"57014", ErrorCode::unavailable},
      {"55P03", ErrorCode::unavailable}, {"25006", ErrorCode::unavailable},
      {"58030", ErrorCode::unavailable}, {"28P01", ErrorCode::denied},
      {"42501", ErrorCode::denied},      {"22021", ErrorCode::invalid_input},
      {"XX001", ErrorCode::corrupt},     {"42601", ErrorCode::internal},
      {"23505", ErrorCode::internal},
  };
  for (auto const& [sqlstate, code] : cases) EXPECT_EQ(kind_of(sqlstate), code) << sqlstate;
}

}  // namespace
}  // namespace sluice::store
