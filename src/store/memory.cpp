#include "store/memory.hpp"

#include <algorithm>
#include <map>

#include "base/guarded.hpp"
#include "store/memory_leases.hpp"
#include "store/memory_records.hpp"
#include "store/rules.hpp"

namespace sluice::store {
namespace {

struct StoredRun {
  RunRow row;
  std::vector<EventRow> events;
  std::int64_t number = 0;  ///< in the order of creation
};

struct Content {
  std::map<std::string, StoredRun> runs;
  std::map<std::string, json::Value> plans;
  std::map<std::string, std::string> locks;  ///< name → run
  MemoryLeases leases;
  MemoryRecords records;
};

std::optional<Busy> busy(Content const& content, std::vector<std::string> const& locks,
                         std::string const& run, std::string const& ending) {
  for (auto const& lock : locks) {
    auto held = content.locks.find(lock);
    if (held == content.locks.end() || held->second == run || held->second == ending) continue;
    return Busy{lock, held->second};
  }
  return std::nullopt;
}

void write_events(StoredRun& run, std::int64_t epoch, std::vector<EventRow> const& events) {
  for (auto event : events) {
    event.epoch = epoch;
    run.events.push_back(std::move(event));
  }
}

/// Nothing is changed where it fails.
Result<void> append_to(Content& content, std::string const& id, std::int64_t epoch,
                       std::vector<EventRow> const& events, RunPatch const& patch,
                       std::vector<std::string> const& locks, Time now) {
  auto found = content.runs.find(id);
  if (found == content.runs.end()) return std::unexpected(unknown_run(id));
  auto row = appended(found->second.row, epoch, events, patch, now);
  if (!row) return std::unexpected(row.error());
  found->second.row = std::move(*row);
  write_events(found->second, epoch, events);
  for (auto const& lock : patch.release_locks) {
    auto held = content.locks.find(lock);
    if (held != content.locks.end() && held->second == id) content.locks.erase(held);
  }
  if (found->second.row.ended) {
    std::erase_if(content.locks, [&](auto const& lock) { return lock.second == id; });
  } else {
    for (auto const& lock : locks) content.locks.emplace(lock, id);
  }
  return {};
}

Result<std::optional<Busy>> create_in(Content& content, NewRun const& run, Time now) {
  if (content.runs.contains(run.row.id)) return std::unexpected(existing_run(run.row.id));
  StoredRun stored{created(run, now), {}, static_cast<std::int64_t>(content.runs.size())};
  auto locks = stored.row.ended ? std::vector<std::string>() : run.locks;
  auto held = busy(content, locks, run.row.id, run.ending ? run.ending->run : "");
  if (held) return held;
  if (run.plan.is_null() && !content.plans.contains(run.row.plan_digest)) {
    return std::unexpected(unknown_plan(run.row.plan_digest));
  }
  if (auto const& ending = run.ending) {
    auto ended =
        append_to(content, ending->run, ending->epoch, ending->events, ending->patch, {}, now);
    if (!ended) return std::unexpected(ended.error());
  }
  write_events(stored, stored.row.epoch, run.events);
  content.plans.emplace(run.row.plan_digest, run.plan);
  for (auto const& lock : locks) content.locks.emplace(lock, run.row.id);
  content.runs.emplace(run.row.id, std::move(stored));
  return std::nullopt;
}

Result<std::vector<RunRow>> claim_free_in(Content& content, Membership const& member,
                                          std::size_t limit, Time now) {
  if (auto valid = content.leases.require(member, now); !valid) {
    return std::unexpected(valid.error());
  }
  std::vector<StoredRun*> in_order;
  for (auto& [id, run] : content.runs) in_order.push_back(&run);
  std::ranges::sort(in_order, {}, &StoredRun::number);
  std::vector<RunRow*> rows;
  for (auto* run : in_order) rows.push_back(&run->row);
  std::vector<RunRow> taken;
  for (auto* row : content.leases.choose(rows, limit, now)) {
    taken.push_back(*row = claimed(std::move(*row), member, now));
  }
  return taken;
}

void leave_in(Content& content, Membership const& member, Time now) {
  ENSURE(member.incarnation > 0);  // 0 stands for runs that are held without a lease
  for (auto& [id, run] : content.runs) {
    if (run.row.owner_incarnation != member.incarnation) continue;
    // The epoch is the run's own, so nothing can refuse this.
    if (auto free = released(run.row, run.row.epoch, now)) run.row = std::move(*free);
  }
  content.leases.leave(member);
}

bool matches(RunRow const& row, RunFilter const& filter) {
  if (filter.state == "active") {
    if (row.ended) return false;
  } else if (filter.state && *filter.state != row.state) {
    return false;
  }
  if (filter.name && *filter.name != row.name) return false;
  return !filter.function ||
         std::ranges::binary_search(functions_of(row.summary), *filter.function);
}

std::vector<RunRow> list(Content const& content, RunFilter const& filter) {
  auto place = [](StoredRun const& run) { return std::pair(run.row.created, run.number); };
  std::optional<std::pair<Time, std::int64_t>> before;
  if (filter.before) {
    auto found = content.runs.find(*filter.before);
    if (found == content.runs.end()) return {};
    before = place(found->second);
  }
  std::vector<StoredRun const*> found;
  for (auto const& [id, run] : content.runs) {
    if (before && place(run) >= *before) continue;
    if (matches(run.row, filter)) found.push_back(&run);
  }
  std::ranges::sort(found, std::greater(), [&](auto const* run) { return place(*run); });
  found.resize(std::min({found.size(), filter.limit, most_listed_runs}));
  std::vector<RunRow> rows;
  for (auto const* run : found) rows.push_back(run->row);
  return rows;
}

}  // namespace

struct Memory {
  Guarded<Content> content;
  Guarded<MemoryFaults> faults;
};

namespace {

class MemoryStore final : public Store {
 public:
  MemoryStore(std::shared_ptr<Memory> memory, Clock& clock)
      : memory_(std::move(memory)), clock_(clock) {}

  Result<std::optional<Busy>> create(NewRun const& run) override {
    if (auto fits = check_new(run); !fits) return std::unexpected(fits.error());
    return write<std::optional<Busy>>(
        "create", [&](Content& content) { return create_in(content, run, clock_.now()); },
        [](std::optional<Busy> const& held) { return !held; });
  }

  Result<RunRow> claim(std::string const& run, std::string const& owner) override {
    return write<RunRow>("claim", [&](Content& content) -> Result<RunRow> {
      auto found = content.runs.find(run);
      if (found == content.runs.end()) return std::unexpected(unknown_run(run));
      return found->second.row = claimed(found->second.row, owner, clock_.now());
    });
  }

  Result<void> release(std::string const& run, std::int64_t epoch) override {
    return without_value(write<bool>("release", [&](Content& content) -> Result<bool> {
      auto found = content.runs.find(run);
      if (found == content.runs.end()) return std::unexpected(unknown_run(run));
      auto row = released(found->second.row, epoch, clock_.now());
      if (!row) return std::unexpected(row.error());
      found->second.row = std::move(*row);
      return true;
    }));
  }

  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<EventRow> const& events, RunPatch const& patch) override {
    return without_value(write<bool>("append", [&](Content& content) -> Result<bool> {
      auto done = append_to(content, run, epoch, events, patch, {}, clock_.now());
      if (!done) return std::unexpected(done.error());
      return true;
    }));
  }

  Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                             std::vector<std::string> const& locks,
                                             std::vector<EventRow> const& events,
                                             RunPatch const& patch) override {
    return write<std::optional<Busy>>(
        "append_locking",
        [&](Content& content) -> Result<std::optional<Busy>> {
          if (auto held = busy(content, locks, run, "")) return held;
          auto done = append_to(content, run, epoch, events, patch, locks, clock_.now());
          if (!done) return std::unexpected(done.error());
          return std::nullopt;
        },
        [](std::optional<Busy> const& held) { return !held; });
  }

  Result<std::optional<RunRow>> run(std::string const& id) override {
    return read<std::optional<RunRow>>("run", [&](Content& content) -> std::optional<RunRow> {
      auto found = content.runs.find(id);
      if (found == content.runs.end()) return std::nullopt;
      return found->second.row;
    });
  }

  Result<std::vector<RunRow>> runs(RunFilter const& filter) override {
    return read<std::vector<RunRow>>("runs",
                                     [&](Content& content) { return list(content, filter); });
  }

  Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after,
                                       std::size_t limit) override {
    using Events = Result<std::vector<EventRow>>;
    return read<std::vector<EventRow>>("events", [&](Content& content) -> Events {
      auto found = content.runs.find(run);
      if (found == content.runs.end()) return std::unexpected(unknown_run(run));
      auto const& all = found->second.events;
      auto size = static_cast<std::int64_t>(all.size());
      auto first = std::clamp<std::int64_t>(after, 0, size);
      auto count = std::min(limit, static_cast<std::size_t>(size - first));
      return std::vector(all.begin() + first,
                         all.begin() + first + static_cast<std::int64_t>(count));
    });
  }

  Result<json::Value> plan(std::string const& digest) override {
    return read<json::Value>("plan", [&](Content& content) -> Result<json::Value> {
      auto found = content.plans.find(digest);
      if (found == content.plans.end()) return std::unexpected(unknown_plan(digest));
      return found->second;
    });
  }

  Result<std::vector<LockRow>> locks() override {
    return read<std::vector<LockRow>>("locks", [](Content& content) {
      std::vector<LockRow> all;
      for (auto const& [name, run] : content.locks) all.push_back({name, run});
      return all;
    });
  }

  Result<Membership> join(std::string const& node, Duration ttl) override {
    if (auto fits = check_lease(node, ttl); !fits) return std::unexpected(fits.error());
    return write<Membership>(
        "join", [&](Content& content) { return content.leases.join(node, ttl, clock_.now()); });
  }

  Result<Time> renew(Membership const& member, Duration ttl) override {
    if (auto fits = check_lease(member.node, ttl); !fits) return std::unexpected(fits.error());
    return write<Time>(
        "renew", [&](Content& content) { return content.leases.renew(member, ttl, clock_.now()); });
  }

  Result<std::vector<Membership>> members() override {
    return read<std::vector<Membership>>(
        "members", [&](Content& content) { return content.leases.members(clock_.now()); });
  }

  Result<void> leave(Membership const& member) override {
    return without_value(write<bool>("leave", [&](Content& content) {
      leave_in(content, member, clock_.now());
      return true;
    }));
  }

  Result<std::vector<RunRow>> claim_free(Membership const& member, std::size_t limit) override {
    return write<std::vector<RunRow>>("claim_free", [&](Content& content) {
      return claim_free_in(content, member, limit, clock_.now());
    });
  }

  Result<RunRow> claim_one(Membership const& member, std::string const& run) override {
    return write<RunRow>("claim_one", [&](Content& content) -> Result<RunRow> {
      auto found = content.runs.find(run);
      if (found == content.runs.end()) return std::unexpected(unknown_run(run));
      auto row = content.leases.claim(found->second.row, member, clock_.now());
      if (row) found->second.row = *row;
      return row;
    });
  }

  Result<TokenSlice> lease_tokens(std::string const& account_region, TokenRates const& rates,
                                  TokenLane lane, int want) override {
    if (auto fits = check_tokens(account_region, rates, want); !fits) {
      return std::unexpected(fits.error());
    }
    return write<TokenSlice>("lease_tokens", [&](Content& content) {
      return grant(content.leases.tokens[account_region], rates, lane, want, clock_.now());
    });
  }

  Result<std::int64_t> put_record(Record const& record) override {
    if (auto fits = check_record(record); !fits) return std::unexpected(fits.error());
    return write<std::int64_t>(
        "put_record", [&](Content& content) { return content.records.put(record, clock_.now()); });
  }

  Result<void> remove_record(std::string const& kind, std::string const& id,
                             std::int64_t version) override {
    return without_value(write<bool>("remove_record", [&](Content& content) -> Result<bool> {
      auto removed = content.records.remove(kind, id, version, clock_.now());
      if (!removed) return std::unexpected(removed.error());
      return true;
    }));
  }

  Result<std::optional<Record>> record(std::string const& kind, std::string const& id) override {
    return read<std::optional<Record>>(
        "record", [&](Content& content) { return content.records.find(kind, id, clock_.now()); });
  }

  Result<std::vector<Record>> records(std::string const& kind) override {
    return read<std::vector<Record>>(
        "records", [&](Content& content) { return content.records.all(kind, clock_.now()); });
  }

 private:
  using Fault = std::function<Result<void>(char const*)>;

  Result<void> ask(Fault MemoryFaults::* which, char const* operation) {
    // Copied, so that the function runs without the lock.
    auto fault = memory_->faults.with([&](MemoryFaults& faults) { return faults.*which; });
    return fault ? fault(operation) : Result<void>();
  }

  template <class T>
  static bool always(T const&) {
    return true;
  }
  static Result<void> without_value(Result<bool> const& outcome) {
    if (!outcome) return std::unexpected(outcome.error());
    return {};
  }

  template <class T>
  Result<T> write(char const* operation, std::function<Result<T>(Content&)> const& work,
                  std::function<bool(T const&)> const& committed = always<T>) {
    if (auto may = ask(&MemoryFaults::before_commit, operation); !may) {
      return std::unexpected(may.error());
    }
    auto outcome = memory_->content.with(work);
    if (!outcome || !committed(*outcome)) return outcome;
    if (auto answered = ask(&MemoryFaults::after_commit, operation); !answered) {
      return std::unexpected(answered.error());
    }
    return outcome;
  }

  template <class T>
  Result<T> read(char const* operation, std::function<Result<T>(Content&)> const& work) {
    if (auto may = ask(&MemoryFaults::before_read, operation); !may) {
      return std::unexpected(may.error());
    }
    return memory_->content.with(work);
  }

  std::shared_ptr<Memory> memory_;
  Clock& clock_;
};

}  // namespace

std::shared_ptr<Memory> make_memory() { return std::make_shared<Memory>(); }

std::unique_ptr<Store> open_memory(std::shared_ptr<Memory> memory, Clock& clock) {
  return std::make_unique<MemoryStore>(std::move(memory), clock);
}

void set_faults(Memory& memory, MemoryFaults faults) {
  memory.faults.with([&](MemoryFaults& current) { current = std::move(faults); });
}

}  // namespace sluice::store
