#include "engine/shared_tokens.hpp"

namespace sluice::engine {

Result<aws::TokenSource::Slice> lease_tokens(store::Store& store, std::string const& key,
                                             aws::TokenSource::Rates const& rates, aws::Lane lane,
                                             int want) {
  bool rollback = lane == aws::Lane::rollback;
  auto slice =
      store.lease_tokens(key, {rates.shared, rates.reserve},
                         rollback ? store::TokenLane::rollback : store::TokenLane::shared, want);
  if (!slice) return std::unexpected(slice.error());
  return aws::TokenSource::Slice{slice->granted, slice->valid_for};
}

Result<aws::TokenSource::Slice> StoreTokens::lease(std::string const& key, Rates const& rates,
                                                   aws::Lane lane, int want) {
  return engine_.with_store(
      [&](store::Store& store) { return lease_tokens(store, key, rates, lane, want); });
}

}  // namespace sluice::engine
