#include "store/timed.hpp"

#include <type_traits>

namespace sluice::store {
namespace {

class Timed final : public Store {
 public:
  Timed(std::unique_ptr<Store> store, Clock& clock, std::function<void(Duration)> told)
      : store_(std::move(store)), clock_(clock), told_(std::move(told)) {}

  Result<std::optional<Busy>> create(NewRun const& run) override {
    return written([&] { return store_->create(run); });
  }
  Result<RunRow> claim(std::string const& run, std::string const& owner) override {
    return written([&] { return store_->claim(run, owner); });
  }
  Result<void> release(std::string const& run, std::int64_t epoch) override {
    return written([&] { return store_->release(run, epoch); });
  }
  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<EventRow> const& events, RunPatch const& patch) override {
    return written([&] { return store_->append(run, epoch, events, patch); });
  }
  Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                             std::vector<std::string> const& locks,
                                             std::vector<EventRow> const& events,
                                             RunPatch const& patch) override {
    return written([&] { return store_->append_locking(run, epoch, locks, events, patch); });
  }

  Result<std::optional<RunRow>> run(std::string const& id) override { return store_->run(id); }
  Result<std::vector<RunRow>> runs(RunFilter const& filter) override {
    return store_->runs(filter);
  }
  Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after,
                                       std::size_t limit) override {
    return store_->events(run, after, limit);
  }
  Result<json::Value> plan(std::string const& digest) override { return store_->plan(digest); }
  Result<std::vector<LockRow>> locks() override { return store_->locks(); }

  Result<Membership> join(std::string const& node, Duration ttl) override {
    return written([&] { return store_->join(node, ttl); });
  }
  Result<Time> renew(Membership const& member, Duration ttl) override {
    return written([&] { return store_->renew(member, ttl); });
  }
  Result<std::vector<Membership>> members() override { return store_->members(); }
  Result<void> leave(Membership const& member) override {
    return written([&] { return store_->leave(member); });
  }
  Result<std::vector<RunRow>> claim_free(Membership const& member, std::size_t limit) override {
    return written([&] { return store_->claim_free(member, limit); });
  }
  Result<RunRow> claim_one(Membership const& member, std::string const& run) override {
    return written([&] { return store_->claim_one(member, run); });
  }
  Result<TokenSlice> lease_tokens(std::string const& account_region, TokenRates const& rates,
                                  TokenLane lane, int want) override {
    return written([&] { return store_->lease_tokens(account_region, rates, lane, want); });
  }

  Result<std::int64_t> put_record(Record const& record) override {
    return written([&] { return store_->put_record(record); });
  }
  Result<void> remove_record(std::string const& kind, std::string const& id,
                             std::int64_t version) override {
    return written([&] { return store_->remove_record(kind, id, version); });
  }
  Result<std::optional<Record>> record(std::string const& kind, std::string const& id) override {
    return store_->record(kind, id);
  }
  Result<std::vector<Record>> records(std::string const& kind) override {
    return store_->records(kind);
  }

 private:
  template <class Write>
  std::invoke_result_t<Write const&> written(Write const& write) {
    Duration const began = clock_.monotonic();
    auto answer = write();
    told_(clock_.monotonic() - began);
    return answer;
  }

  std::unique_ptr<Store> const store_;
  Clock& clock_;
  std::function<void(Duration)> const told_;
};

}  // namespace

std::unique_ptr<Store> timed(std::unique_ptr<Store> store, Clock& clock,
                             std::function<void(Duration)> told) {
  return std::make_unique<Timed>(std::move(store), clock, std::move(told));
}

}  // namespace sluice::store
