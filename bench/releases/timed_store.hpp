#pragma once

#include "samples.hpp"
#include "store/store.hpp"

namespace sluice::bench {

/// A store that counts its commits and the time they take. Used from one thread at a time, like
/// every store.
class TimedStore final : public store::Store {
 public:
  explicit TimedStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}

  int commits() const { return commits_; }
  double commit_milliseconds() const { return milliseconds(spent_); }
  void reset();

  Result<std::optional<store::Busy>> create(store::NewRun const& run) override;
  Result<store::RunRow> claim(std::string const& run, std::string const& owner) override;
  Result<void> release(std::string const& run, std::int64_t epoch) override;
  Result<void> append(std::string const& run, std::int64_t epoch,
                      std::vector<store::EventRow> const& events,
                      store::RunPatch const& patch) override;
  Result<std::optional<store::Busy>> append_locking(std::string const& run, std::int64_t epoch,
                                                    std::vector<std::string> const& locks,
                                                    std::vector<store::EventRow> const& events,
                                                    store::RunPatch const& patch) override;
  Result<std::optional<store::RunRow>> run(std::string const& id) override;
  Result<std::vector<store::RunRow>> runs(store::RunFilter const& filter) override;
  Result<std::vector<store::EventRow>> events(std::string const& run, std::int64_t after,
                                              std::size_t limit) override;
  Result<json::Value> plan(std::string const& digest) override;
  Result<std::vector<store::LockRow>> locks() override;
  Result<store::Membership> join(std::string const& node, Duration ttl) override;
  Result<Time> renew(store::Membership const& member, Duration ttl) override;
  Result<std::vector<store::Membership>> members() override;
  Result<void> leave(store::Membership const& member) override;
  Result<std::vector<store::RunRow>> claim_free(store::Membership const& member,
                                                std::size_t limit) override;
  Result<store::RunRow> claim_one(store::Membership const& member, std::string const& run) override;
  Result<store::TokenSlice> lease_tokens(std::string const& account_region,
                                         store::TokenRates const& rates, store::TokenLane lane,
                                         int want) override;
  Result<std::int64_t> put_record(store::Record const& record) override;
  Result<void> remove_record(std::string const& kind, std::string const& id,
                             std::int64_t version) override;
  Result<std::optional<store::Record>> record(std::string const& kind,
                                              std::string const& id) override;
  Result<std::vector<store::Record>> records(std::string const& kind) override;

 private:
  template <class Write>
  auto timed(Write write);

  std::unique_ptr<store::Store> inner_;
  int commits_ = 0;
  std::chrono::steady_clock::duration spent_{};
};

}  // namespace sluice::bench
