#pragma once

#include <expected>
#include <string>

#include "base/json.hpp"

namespace sluice::local {

/// An error as AWS answers it. The wire turns it into the service's own form.
struct Fault {
  int status = 400;
  std::string code;  ///< "ResourceNotFoundException"
  std::string message;
  std::string type = "User";  ///< "User", "Service", or "" where the answer carries none
  bool capital_message =
      false;               ///< the key is "Message" (Lambda API, section 11 of the error table)
  json::Object more = {};  ///< further members, e.g. Reason of a 429
  int retry_after_seconds = 0;  ///< the Retry-After field where it is not 0
};

template <class T>
using Outcome = std::expected<T, Fault>;

inline std::unexpected<Fault> refuse(int status, std::string code, std::string message) {
  return std::unexpected(Fault{status, std::move(code), std::move(message)});
}

}  // namespace sluice::local
