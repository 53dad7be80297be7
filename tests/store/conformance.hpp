#pragma once

#include <fmt/core.h>

#include "helpers.hpp"
#include "private_postgres.hpp"

namespace sluice::store {

/// One place for stores: each `open` is a process that starts anew.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::unique_ptr<Store> open(Clock& clock) = 0;
  /// Moves the clock that measures leases and tokens.
  virtual void pass(Duration time) = 0;
  /// Keeps the second in which tokens were granted from ending before the test does.
  virtual void hold_second() = 0;
};

class SqliteBackend final : public Backend {
 public:
  std::unique_ptr<Store> open(Clock& clock) override {
    clock_ = &clock;
    return must(open_sqlite(folder_.path(), clock));
  }
  void pass(Duration time) override { clock_->sleep(time, {}); }
  void hold_second() override {}

 private:
  TemporaryFolder folder_;
  Clock* clock_ = nullptr;
};

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<Store> open(Clock& clock) override {
    clock_ = &clock;
    return open_memory(memory_, clock);
  }
  void pass(Duration time) override { clock_->sleep(time, {}); }
  void hold_second() override {}

 private:
  std::shared_ptr<Memory> memory_ = make_memory();
  Clock* clock_ = nullptr;
};

/// The database's own clock measures leases here, so what it is compared with is moved instead.
class PostgresBackend final : public Backend {
 public:
  explicit PostgresBackend(PrivatePostgres& server) : uri_(server.make_database()) {}
  std::unique_ptr<Store> open(Clock& clock) override { return must(open_postgres(uri_, clock)); }
  void pass(Duration time) override {
    Administrator(uri_).run(
        fmt::format("update sluice.nodes set lease_until = lease_until - {};"
                    "update sluice.call_tokens set second = second - {}",
                    time.count(), time.count() / 1000));
  }
  void hold_second() override {
    Administrator(uri_).run("update sluice.call_tokens set second = second + 2");
  }

 private:
  std::string uri_;
};

/// What every store has to do alike, whatever keeps it.
class Conformance : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      backend_ = std::make_unique<SqliteBackend>();
    } else if (GetParam() == "memory") {
      backend_ = std::make_unique<MemoryBackend>();
    } else if (auto* server = PrivatePostgres::shared()) {
      backend_ = std::make_unique<PostgresBackend>(*server);
    } else {
      GTEST_SKIP() << missing_postgres;
    }
    store_ = backend_->open(clock_);
  }

  void reopen() {
    store_.reset();
    store_ = backend_->open(clock_);
  }

  void create(NewRun const& run) { ASSERT_FALSE(must(store_->create(run))); }
  RunRow row(std::string const& id) { return must(store_->run(id)).value(); }

  std::vector<std::string> ids(RunFilter const& filter) {
    std::vector<std::string> all;
    for (auto const& run : must(store_->runs(filter))) all.push_back(run.id);
    return all;
  }

  std::vector<std::string> locks() {
    std::vector<std::string> all;
    for (auto const& lock : must(store_->locks())) all.push_back(lock.name + "=" + lock.run);
    return all;
  }

  RunPatch ending() {
    RunPatch patch;
    patch.state = "succeeded";
    patch.ended = clock_.now();
    return patch;
  }

  TestClock clock_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Store> store_;
};

}  // namespace sluice::store
