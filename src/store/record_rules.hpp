#pragma once

#include "store/store.hpp"

/// What every implementation of records decides alike.
namespace sluice::store {

constexpr std::size_t max_record_name = 200;  ///< bytes of a kind or an id
constexpr std::size_t max_record_body = 1 << 20;

Result<void> check_record(Record const& record);
/// `stored` is the version there is now; 0 for none, or one that has expired.
Result<void> check_version(Record const& record, std::int64_t stored);

}  // namespace sluice::store
