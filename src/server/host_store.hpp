#pragma once

#include <memory>

#include "engine/engine.hpp"
#include "server/host.hpp"

namespace sluice::server {

/// What a host's journal is kept in.
struct HostStore {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Packages> packages;
  /// Null where nobody shares the store.
  std::unique_ptr<store::ChangeHints> hints;
};

/// SQLite in the state folder, or the shared store that the options name. The caller holds the
/// folder. conflict: the folder belongs to a store of the other kind. It is told apart by the file
/// `shared-store` in it: commands of this machine must not begin a journal of their own in the
/// folder of a server that is only stopped.
Result<HostStore> open_host_store(HostOptions const& options);

}  // namespace sluice::server
