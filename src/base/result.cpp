#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input: return "invalid_input";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::throttled: return "throttled";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

std::string Error::text() const {
  if (hint.empty()) return message;
  return message + "\n" + hint;
}

std::unexpected<Error> fail(Error error, std::string_view while_doing) {
  error.message = std::string(while_doing) + ": " + error.message;
  return std::unexpected(std::move(error));
}

void broken_invariant(char const* condition, char const* file, int line) {
  std::fprintf(stderr, "sluice: internal fault: %s does not hold at %s:%d\n", condition, file,
               line);
  std::abort();
}

}  // namespace sluice
