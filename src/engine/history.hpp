#pragma once

#include "engine/services.hpp"

namespace sluice::engine {

class Engine;

/// The history that one engine's store holds. Asks it on the engine's thread: never call it there.
class StoreHistory final : public History {
 public:
  /// `engine` must outlive it.
  explicit StoreHistory(Engine& engine) : engine_(engine) {}

  Result<Uses> uses_of(ReleaseState const& release, std::string const& run) override;
  Result<std::set<std::string>> good_versions(ReleaseState const& release,
                                              std::size_t count) override;
  Result<std::vector<json::Value>> origins_of(std::string const& function,
                                              std::string const& sha256) override;

 private:
  Engine& engine_;
};

}  // namespace sluice::engine
