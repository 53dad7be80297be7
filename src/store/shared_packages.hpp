#pragma once

#include <filesystem>

#include "base/time.hpp"
#include "store/packages.hpp"

namespace sluice::store {

/// The packages of servers that share a PostgreSQL store: kept there, with copies in a folder of
/// this server's own as open_packages keeps them. What `add_…` answers, every server can open; what
/// others put into the folder is shared when it is first opened, as a run is begun with it. A
/// package travels in pieces on a connection of its own, and a copy is looked at before it is used:
/// corrupt where its hash is another one.
///
/// `uri` is that of open_postgres, which has to have made the schema. Errors are as of Packages;
/// unavailable also while the database cannot be reached, but for what is in the folder already.
/// Nothing is ever deleted.
Result<std::unique_ptr<Packages>> open_shared_packages(
    std::string const& uri, std::filesystem::path folder, Clock& clock,
    Duration patience = std::chrono::seconds(10));

}  // namespace sluice::store
