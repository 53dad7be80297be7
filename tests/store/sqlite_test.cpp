#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "failing_disk.hpp"
#include "helpers.hpp"
#include "store/file_system.hpp"
#include "store/schema.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

/// What another program would do with the file.
void run_sql(std::filesystem::path const& file, std::string const& sql) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(raw);
  sqlite3_close(raw);
}

mode_t mode_of(std::filesystem::path const& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

class Sqlite : public testing::Test {
 protected:
  std::unique_ptr<Store> open() { return must(open_sqlite(store_folder(), clock_)); }
  std::filesystem::path store_folder() const { return folder_ / "store"; }
  std::filesystem::path file() const { return store_folder() / "sluice.db"; }

  TemporaryFolder folder_;
  TestClock clock_;
};

TEST_F(Sqlite, OnlyTheOwnerCanReadIt) {
  auto store = open();
  must(store->create(new_run("d-1")));
  EXPECT_EQ(mode_of(store_folder()), 0700u);
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(store_folder() / "sluice.db-wal"), 0600u);
}

TEST_F(Sqlite, RightsOfOthersAreTakenAwayFromItsFile) {
  open().reset();
  ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
  open().reset();
  EXPECT_EQ(mode_of(file()), 0600u);
}

TEST_F(Sqlite, AFolderThatOthersMayWriteToIsRefused) {
  std::filesystem::create_directory(store_folder());
  ASSERT_EQ(::chmod(store_folder().c_str(), 0777), 0);
  auto refused = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().hint, HasSubstr("chmod go-w"));
}

TEST_F(Sqlite, AFileInTheFoldersPlaceIsRefused) {
  write_file(store_folder(), "not a folder");
  auto refused = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("is not a folder"));
}

TEST_F(Sqlite, ASecondHolderIsRefused) {
  auto first = open();
  auto second = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(second), ErrorCode::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("another process holds the store"));
  must(first->create(new_run("d-1")));
}

TEST_F(Sqlite, ANewerSchemaIsRefused) {
  open().reset();
  run_sql(file(), "pragma user_version = 999; update meta set value = '0' where key = 'clean'");
  auto before = read_file(file());
  auto refused = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("the store has schema 999"));
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(Sqlite, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  must(make_private_folder(store_folder()));
  run_sql(file(), "create table theirs (x); insert into theirs values (1)");
  auto before = read_file(file());
  auto refused = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("another program's"));
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(Sqlite, WhatIsNoDatabaseIsCalledDamaged) {
  must(make_private_folder(store_folder()));
  write_file(file(), std::string(8192, 'x'));
  EXPECT_EQ(code_of(open_sqlite(store_folder(), clock_)), ErrorCode::corrupt);
}

TEST_F(Sqlite, DamageIsLookedForAfterAnUncleanStop) {
  auto store = open();
  must(store->create(new_run("d-1")));
  store.reset();
  auto content = read_file(file());
  // The root page of some index, behind the header and the schema, is overwritten.
  auto page = content.size() / 4096 - 1;
  content.replace(page * 4096, 64, std::string(64, '\x7f'));
  write_file(file(), content);
  open().reset();
  run_sql(file(), "update meta set value = '0' where key = 'clean'");
  auto refused = open_sqlite(store_folder(), clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::corrupt);
}

TEST_F(Sqlite, TheCleanFlagIsSetOnlyWhileNobodyHoldsIt) {
  auto store = open();
  store.reset();
  auto closed = must(Database::open(file()));
  EXPECT_TRUE(must(was_closed_cleanly(closed)));
}

TEST_F(Sqlite, AWriteToAFullDiskIsUnavailableAndTheStoreRecovers) {
  FailingDisk disk;
  auto store = open();
  must(store->create(new_run("d-1")));
  disk.set_full(true);
  auto failed = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(failed), ErrorCode::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("full"));
  EXPECT_EQ(code_of(store->append("d-1", 0, {event(2)}, {})), ErrorCode::unavailable);

  disk.set_full(false);
  auto row = must(store->run("d-1")).value();
  EXPECT_EQ(row.last_seq, 1) << "what was not acknowledged is not there";
  must(store->append("d-1", 0, {event(2)}, {}));
  store.reset();
  EXPECT_EQ(must(open()->events("d-1")).size(), 2u);
}

TEST_F(Sqlite, AfterAFailedSyncTheFileIsReopenedAndEveryAcknowledgedRowIsThere) {
  FailingDisk disk;
  auto store = open();
  must(store->create(new_run("d-1")));
  must(store->append("d-1", 0, {event(2)}, {}));
  disk.fail_syncs(1);
  auto failed = store->append("d-1", 0, {event(3)}, {});
  EXPECT_EQ(code_of(failed), ErrorCode::unavailable);

  // Whether event 3 was written is open, as the contract says: ask, then go on behind it.
  auto last = must(store->run("d-1")).value().last_seq;
  EXPECT_GE(last, 2);
  must(store->append("d-1", 0, {event(last + 1)}, {}));
  EXPECT_EQ(must(store->events("d-1")).size(), static_cast<std::size_t>(last + 1));
}

TEST_F(Sqlite, ADiskThatLosesWhatItConfirmedIsNoticed) {
  FailingDisk disk;
  auto lose_the_log = [&](Store& store) {
    disk.fail_syncs(1);
    EXPECT_EQ(code_of(store.append("d-1", 0, {event(3)}, {})), ErrorCode::unavailable);
    write_file(store_folder() / "sluice.db-wal", "");
    auto lost = store.run("d-1");
    EXPECT_EQ(code_of(lost), ErrorCode::corrupt);
    return lost.error().message;
  };
  auto store = open();
  must(store->create(new_run("d-1")));
  must(store->append("d-1", 0, {event(2)}, {}));
  EXPECT_THAT(lose_the_log(*store), HasSubstr("the disk lost the store's tables"));

  store.reset();
  store = open();
  must(store->create(new_run("d-1")));
  store.reset();
  store = open();
  must(store->append("d-1", 0, {event(2)}, {}));
  EXPECT_THAT(lose_the_log(*store), HasSubstr("the disk lost event 2 of run 'd-1'"));
}

TEST_F(Sqlite, ASettingThatDoesNotHoldIsRefused) {
  // A database in memory has no write-ahead log.
  auto refused = Database::open(":memory:");
  EXPECT_EQ(code_of(refused), ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message,
              HasSubstr("refused the setting journal_mode = wal: it stays memory"));
}

TEST_F(Sqlite, AStoreThatCannotBeReopenedStaysUnavailable) {
  FailingDisk disk;
  auto store = open();
  must(store->create(new_run("d-1")));
  disk.fail_syncs(1'000'000);
  EXPECT_EQ(code_of(store->append("d-1", 0, {event(2)}, {})), ErrorCode::unavailable);
  auto again = store->append("d-1", 0, {event(2)}, {});
  EXPECT_EQ(code_of(again), ErrorCode::unavailable);
  EXPECT_THAT(again.error().message, HasSubstr("reopen the store after a failure"));
  disk.fail_syncs(0);
  EXPECT_TRUE(store->run("d-1"));
}

TEST_F(Sqlite, ARefusedWriteLeavesNothingBehind) {
  auto store = open();
  must(store->create(new_run("d-1")));
  EXPECT_FALSE(store->append("d-1", 9, {event(2)}, {}));
  EXPECT_FALSE(store->append("d-1", 0, {event(5)}, {}));
  must(store->append("d-1", 0, {event(2)}, {}));
  EXPECT_EQ(must(store->events("d-1")).size(), 2u);
}

TEST(Schema, StepsAreNumberedWithoutGaps) {
  int expected = 1;
  for (auto const& step : migrations()) EXPECT_EQ(step.version, expected++);
}

TEST(Schema, EveryOlderVersionOpensAndKeepsItsRuns) {
  for (auto const& step : migrations()) {
    SCOPED_TRACE(step.version);
    TemporaryFolder folder;
    auto name = "schema-" + std::to_string(step.version) + ".sql";
    run_sql(folder / "sluice.db",
            read_file(std::filesystem::path(SLUICE_TEST_DATA) / "store" / name));
    TestClock clock;
    auto store = must(open_sqlite(folder.path(), clock));
    auto run = must(store->run("d-OLDRUN001")).value();
    EXPECT_EQ(run.state, "paused");
    EXPECT_EQ(run.epoch, 2);
    EXPECT_EQ(must(store->events(run.id)).size(), 2u);
    EXPECT_EQ(must(store->plan(run.plan_digest))["name"].as_string(), "shop");
    EXPECT_EQ(must(store->runs({.function = "cart"})).size(), 1u);
    EXPECT_EQ(must(store->locks()).size(), 1u);
    must(store->append(run.id, 2, {event(3)}, {}));
  }
}

TEST(Schema, AStepThatFailsLeavesTheVersionBeforeIt) {
  TemporaryFolder folder;
  auto file = folder / "sluice.db";
  must(make_private_file(file));
  auto database = must(Database::open(file));
  Migration const steps[] = {{1, "create table a (x integer) strict"},
                             {2, "insert into a values (1); insert into b values (1)"}};
  auto failed = migrate(database, steps);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("migrate the store to schema 2"));
  EXPECT_EQ(must(database.integer("pragma user_version")), 1);
  EXPECT_EQ(must(database.integer("select count(*) from a")), 0);

  Migration const mended[] = {steps[0], {2, "insert into a values (7)"}, {3, "create table c (x)"}};
  must(migrate(database, mended));
  must(migrate(database, mended));
  EXPECT_EQ(must(database.integer("pragma user_version")), 3);
  EXPECT_EQ(must(database.integer("select sum(x) from a")), 7);
}

TEST(FileSystem, NetworkFileSystemsAreKnownByTheirNumbers) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system(0xFFFFFFFFFF534D42), "CIFS") << "sign extended";
  EXPECT_EQ(network_file_system(0xFE534D42), "SMB2");
  EXPECT_EQ(network_file_system(0xEF53), std::nullopt) << "ext4";
  EXPECT_EQ(network_file_system(0x01021994), std::nullopt) << "tmpfs";
}

}  // namespace
}  // namespace sluice::store
