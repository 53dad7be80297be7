#include "sim/planted.hpp"

namespace sluice::sim {
namespace {

using namespace store;

/// Hands everything on; the bugs change one thing.
class StoreAround : public Store {
 public:
  explicit StoreAround(Store& inner) : inner_(inner) {}

  Result<std::optional<Busy>> create(NewRun const& run) override { return inner_.create(run); }
  Result<RunRow> claim(std::string const& run, std::string const& owner) override {
    return inner_.claim(run, owner);
  }
  Result<void> release(std::string const& run, std::int64_t epoch) override {
    return inner_.release(run, epoch);
  }
  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<EventRow> const& events, RunPatch const& patch) override {
    return inner_.append(run, epoch, events, patch);
  }
  Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                             std::vector<std::string> const& locks,
                                             std::vector<EventRow> const& events,
                                             RunPatch const& patch) override {
    return inner_.append_locking(run, epoch, locks, events, patch);
  }
  Result<std::optional<RunRow>> run(std::string const& id) override { return inner_.run(id); }
  Result<std::vector<RunRow>> runs(RunFilter const& filter) override { return inner_.runs(filter); }
  Result<std::vector<EventRow>> events(std::string const& run, std::int64_t after,
                                       std::size_t limit) override {
    return inner_.events(run, after, limit);
  }
  Result<json::Value> plan(std::string const& digest) override { return inner_.plan(digest); }
  Result<std::vector<LockRow>> locks() override { return inner_.locks(); }
  Result<Membership> join(std::string const& node, Duration ttl) override {
    return inner_.join(node, ttl);
  }
  Result<Time> renew(Membership const& member, Duration ttl) override {
    return inner_.renew(member, ttl);
  }
  Result<std::vector<Membership>> members() override { return inner_.members(); }
  Result<void> leave(Membership const& member) override { return inner_.leave(member); }
  Result<std::vector<RunRow>> claim_free(Membership const& member, std::size_t limit) override {
    return inner_.claim_free(member, limit);
  }
  Result<RunRow> claim_one(Membership const& member, std::string const& run) override {
    return inner_.claim_one(member, run);
  }
  Result<TokenSlice> lease_tokens(std::string const& account_region, TokenRates const& rates,
                                  TokenLane lane, int want) override {
    return inner_.lease_tokens(account_region, rates, lane, want);
  }
  Result<std::int64_t> put_record(Record const& record) override {
    return inner_.put_record(record);
  }
  Result<void> remove_record(std::string const& kind, std::string const& id,
                             std::int64_t version) override {
    return inner_.remove_record(kind, id, version);
  }
  Result<std::optional<Record>> record(std::string const& kind, std::string const& id) override {
    return inner_.record(kind, id);
  }
  Result<std::vector<Record>> records(std::string const& kind) override {
    return inner_.records(kind);
  }

 protected:
  Store& inner_;
};

/// Takes every epoch for the one that counts.
class TakesEveryEpoch final : public StoreAround {
 public:
  using StoreAround::StoreAround;
  Result<void> release(std::string const& run, std::int64_t epoch) override {
    return inner_.release(run, in_force(run, epoch));
  }
  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<EventRow> const& events, RunPatch const& patch) override {
    return inner_.append(run, in_force(run, epoch), events, patch);
  }
  Result<std::optional<Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                             std::vector<std::string> const& locks,
                                             std::vector<EventRow> const& events,
                                             RunPatch const& patch) override {
    return inner_.append_locking(run, in_force(run, epoch), locks, events, patch);
  }

 private:
  std::int64_t in_force(std::string const& run, std::int64_t otherwise) {
    auto row = inner_.run(run);
    return row && *row ? (*row)->epoch : otherwise;
  }
};

}  // namespace

std::unique_ptr<Store> planted_store(PlantedBug bug, Store& inner) {
  if (bug == PlantedBug::no_epoch_check) return std::make_unique<TakesEveryEpoch>(inner);
  return nullptr;
}

}  // namespace sluice::sim
