#pragma once

#include "aws/leased_calls.hpp"
#include "engine/engine.hpp"

namespace sluice::engine {

/// Call tokens from the store that several servers share (design E6), asked for on the engine's
/// thread. To be given to aws::Budget::share.
class StoreTokens final : public aws::TokenSource {
 public:
  /// The engine must outlive the calls.
  explicit StoreTokens(Engine& engine) : engine_(engine) {}

  Result<Slice> lease(std::string const& key, Rates const& rates, aws::Lane lane,
                      int want) override;

 private:
  Engine& engine_;
};

/// The same on the calling thread, which has to be the store's: for what runs in one thread.
Result<aws::TokenSource::Slice> lease_tokens(store::Store& store, std::string const& key,
                                             aws::TokenSource::Rates const& rates, aws::Lane lane,
                                             int want);

}  // namespace sluice::engine
