#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "local/model/fault.hpp"
#include "local/model/keys.hpp"
#include "net/http.hpp"
#include "net/server.hpp"

namespace sluice::local {

/// A request whose sender, service and operation are known: what the protocols work on.
struct Call {
  net::Incoming const& request;
  net::Pairs query;       ///< decoded
  std::string operation;  ///< API name: "PutObject"
  std::string resource;   ///< what it acts on, for logs and faults: bucket/key, a function name …
  Principal caller;
  std::string access_key;
  std::string region;
  std::string request_id;
  Time now;
};

/// The first value of that name; empty where there is none.
inline std::string const& value_of(net::Pairs const& pairs, std::string_view name) {
  static std::string const none;
  for (auto const& [key, value] : pairs)
    if (key == name) return value;
  return none;
}

inline bool has(net::Pairs const& pairs, std::string_view name) {
  for (auto const& pair : pairs)
    if (pair.first == name) return true;
  return false;
}

}  // namespace sluice::local
