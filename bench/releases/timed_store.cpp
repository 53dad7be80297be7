#include "releases/timed_store.hpp"

namespace sluice::bench {

template <class Write>
auto TimedStore::timed(Write write) {
  auto const begun = instant();
  auto answer = write();
  spent_ += instant() - begun;
  ++commits_;
  return answer;
}

void TimedStore::reset() {
  commits_ = 0;
  spent_ = {};
}

Result<std::optional<store::Busy>> TimedStore::create(store::NewRun const& run) {
  return timed([&] { return inner_->create(run); });
}

Result<store::RunRow> TimedStore::claim(std::string const& run, std::string const& owner) {
  return timed([&] { return inner_->claim(run, owner); });
}

Result<void> TimedStore::release(std::string const& run, std::int64_t epoch) {
  return timed([&] { return inner_->release(run, epoch); });
}

Result<void> TimedStore::append(std::string const& run, std::int64_t epoch,
                                std::vector<store::EventRow> const& events,
                                store::RunPatch const& patch) {
  return timed([&] { return inner_->append(run, epoch, events, patch); });
}

Result<std::optional<store::Busy>> TimedStore::append_locking(
    std::string const& run, std::int64_t epoch, std::vector<std::string> const& locks,
    std::vector<store::EventRow> const& events, store::RunPatch const& patch) {
  return timed([&] { return inner_->append_locking(run, epoch, locks, events, patch); });
}

Result<std::optional<store::RunRow>> TimedStore::run(std::string const& id) {
  return inner_->run(id);
}

Result<std::vector<store::RunRow>> TimedStore::runs(store::RunFilter const& filter) {
  return inner_->runs(filter);
}

Result<std::vector<store::EventRow>> TimedStore::events(std::string const& run, std::int64_t after,
                                                        std::size_t limit) {
  return inner_->events(run, after, limit);
}

Result<json::Value> TimedStore::plan(std::string const& digest) { return inner_->plan(digest); }

Result<std::vector<store::LockRow>> TimedStore::locks() { return inner_->locks(); }

Result<store::Membership> TimedStore::join(std::string const& node, Duration ttl) {
  return timed([&] { return inner_->join(node, ttl); });
}

Result<Time> TimedStore::renew(store::Membership const& member, Duration ttl) {
  return timed([&] { return inner_->renew(member, ttl); });
}

Result<std::vector<store::Membership>> TimedStore::members() { return inner_->members(); }

Result<void> TimedStore::leave(store::Membership const& member) {
  return timed([&] { return inner_->leave(member); });
}

Result<std::vector<store::RunRow>> TimedStore::claim_free(store::Membership const& member,
                                                          std::size_t limit) {
  return timed([&] { return inner_->claim_free(member, limit); });
}

Result<store::RunRow> TimedStore::claim_one(store::Membership const& member,
                                            std::string const& run) {
  return timed([&] { return inner_->claim_one(member, run); });
}

Result<store::TokenSlice> TimedStore::lease_tokens(std::string const& account_region,
                                                   store::TokenRates const& rates,
                                                   store::TokenLane lane, int want) {
  return timed([&] { return inner_->lease_tokens(account_region, rates, lane, want); });
}

Result<std::int64_t> TimedStore::put_record(store::Record const& record) {
  return timed([&] { return inner_->put_record(record); });
}

Result<void> TimedStore::remove_record(std::string const& kind, std::string const& id,
                                       std::int64_t version) {
  return timed([&] { return inner_->remove_record(kind, id, version); });
}

Result<std::optional<store::Record>> TimedStore::record(std::string const& kind,
                                                        std::string const& id) {
  return inner_->record(kind, id);
}

Result<std::vector<store::Record>> TimedStore::records(std::string const& kind) {
  return inner_->records(kind);
}

}  // namespace sluice::bench
