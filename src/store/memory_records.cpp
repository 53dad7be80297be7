#include "store/memory_records.hpp"

namespace sluice::store {
namespace {

bool is_there(Record const& record, Time now) { return !record.expires || *record.expires > now; }

}  // namespace

std::optional<Record> MemoryRecords::find(std::string const& kind, std::string const& id,
                                          Time now) const {
  auto found = records.find({kind, id});
  if (found == records.end() || !is_there(found->second, now)) return std::nullopt;
  return found->second;
}

Result<std::int64_t> MemoryRecords::put(Record const& record, Time now) {
  auto stored = find(record.kind, record.id, now);
  auto fits = check_version(record, stored ? stored->version : 0);
  if (!fits) return std::unexpected(fits.error());
  std::erase_if(records, [&](auto const& entry) { return !is_there(entry.second, now); });
  auto& kept = records[{record.kind, record.id}];
  kept = record;
  return ++kept.version;
}

Result<void> MemoryRecords::remove(std::string const& kind, std::string const& id,
                                   std::int64_t version, Time now) {
  auto stored = find(kind, id, now);
  auto fits = check_version({kind, id, {}, version, {}}, stored ? stored->version : 0);
  if (!fits) return fits;
  records.erase({kind, id});
  return {};
}

std::vector<Record> MemoryRecords::all(std::string const& kind, Time now) const {
  std::vector<Record> found;
  for (auto const& [key, record] : records)
    if (key.first == kind && is_there(record, now)) found.push_back(record);
  return found;
}

}  // namespace sluice::store
