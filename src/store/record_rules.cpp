#include "store/record_rules.hpp"

#include "base/strings.hpp"

namespace sluice::store {

Result<void> check_record(Record const& record) {
  auto fits = [](std::string const& name) {
    return !name.empty() && name.size() <= max_record_name;
  };
  if (!fits(record.kind) || !fits(record.id))
    return fail(ErrorCode::invalid_input,
                "a record's kind and id have 1 to " + std::to_string(max_record_name) + " bytes");
  if (record.body.dump().size() > max_record_body)
    return fail(ErrorCode::invalid_input,
                "the " + printable(record.kind) + " '" + printable(record.id) + "' is over 1 MiB");
  return {};
}

Result<void> check_version(Record const& record, std::int64_t stored) {
  if (record.version == stored) return {};
  std::string what = printable(record.kind) + " '" + printable(record.id) + "'";
  if (stored == 0) return fail(ErrorCode::conflict, "there is no " + what + " any more");
  return fail(ErrorCode::conflict, record.version == 0 ? "there is a " + what + " already"
                                                       : what + " was changed meanwhile");
}

}  // namespace sluice::store
