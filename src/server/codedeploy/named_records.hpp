#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

/// Records of a store under names that people change. A record's body has the member "id", which
/// stays; the store's versions decide who was first.
///
/// A new name takes three commits: the old record says where it moves to, the new one is written,
/// the old one is removed. Until the new one is there the old name holds; from then on a left-over
/// of the old one counts for nothing, so that a crash in between is seen by nobody.
namespace sluice::server::codedeploy {

struct Named {
  std::string name;
  json::Value body;
  std::int64_t version = 0;
};

Result<std::optional<Named>> find_named(store::Store& store, std::string const& kind,
                                        std::string const& name);
/// In the order of their names.
Result<std::vector<Named>> all_named(store::Store& store, std::string const& kind);
/// Its version. None: there is one of that name.
Result<std::optional<std::int64_t>> create_named(store::Store& store, std::string const& kind,
                                                 Named const& made);
/// conflict: it was changed or removed meanwhile; so below.
Result<void> replace_named(store::Store& store, std::string const& kind, Named const& changed);
/// False: there is one of the new name.
Result<bool> rename_named(store::Store& store, std::string const& kind, Named const& from,
                          std::string const& to);
Result<void> remove_named(store::Store& store, std::string const& kind, Named const& gone);

}  // namespace sluice::server::codedeploy
