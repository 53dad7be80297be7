#pragma once

#include <map>

#include "store/record_rules.hpp"

namespace sluice::store {

/// Records of a store in memory. The functions follow the contracts of Store.
struct MemoryRecords {
  Result<std::int64_t> put(Record const& record, Time now);
  Result<void> remove(std::string const& kind, std::string const& id, std::int64_t version,
                      Time now);
  std::optional<Record> find(std::string const& kind, std::string const& id, Time now) const;
  std::vector<Record> all(std::string const& kind, Time now) const;

  std::map<std::pair<std::string, std::string>, Record> records;  ///< by kind and id
};

}  // namespace sluice::store
