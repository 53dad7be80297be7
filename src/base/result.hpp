#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

/// What kind of thing went wrong, as far as a caller may want to act on it.
enum class ErrorCode {
  invalid_input,  ///< what the user gave is wrong; repeating cannot help
  not_found,
  conflict,  ///< somebody else was first
  denied,    ///< credentials missing or not sufficient
  throttled,
  unavailable,  ///< not reachable or not able right now
  timeout,
  corrupt,    ///< stored data does not hold together
  cancelled,  ///< stopped by the caller
  internal,
};

/// The stable lower-case name, as it stands in JSON and logs.
std::string_view name_of(ErrorCode code);

/// An error for a person: `message` names what failed, on what, and why; `hint` what to do next.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string hint;

  /// The message, and the hint behind it where there is one.
  std::string text() const;
};

/// For anything the outside world can cause. Exceptions are left to what no caller can handle.
template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(hint)});
}

/// Adds context while an error passes upward: "create alias 'live': access denied".
std::unexpected<Error> fail(Error error, std::string_view while_doing);

/// Guards an invariant, never input: prints where it broke and aborts, in release builds too.
[[noreturn]] void broken_invariant(char const* condition, char const* file, int line);

}  // namespace sluice

#define ENSURE(condition) \
  ((condition) ? static_cast<void>(0) : ::sluice::broken_invariant(#condition, __FILE__, __LINE__))
