#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace sluice::plan {

/// Why a node failed, in the words that `on_failure` rules match. Each dialect maps its own names
/// to these.
enum class ErrorClass {
  auth,    ///< no usable credentials
  denied,  ///< credentials without the permission
  timeout,
  verification,     ///< a check, an alarm or an analysis said no
  rejected,         ///< a person said no
  input_timeout,    ///< a person did not answer in time
  conflict,         ///< something else is at work on the same resource
  external_change,  ///< somebody else changed what this run is changing
  infrastructure,   ///< AWS could not do it: capacity, network interfaces, keys
  program,          ///< a program or function that the plan runs failed
  unavailable,      ///< not reachable, throttled for too long
  configuration,    ///< what was asked for is not possible
  user_marked,      ///< a person marked it failed
  unknown,
};

inline constexpr std::array all_error_classes = {
    ErrorClass::auth,         ErrorClass::denied,          ErrorClass::timeout,
    ErrorClass::verification, ErrorClass::rejected,        ErrorClass::input_timeout,
    ErrorClass::conflict,     ErrorClass::external_change, ErrorClass::infrastructure,
    ErrorClass::program,      ErrorClass::unavailable,     ErrorClass::configuration,
    ErrorClass::user_marked,  ErrorClass::unknown};

std::string_view name_of(ErrorClass error);
std::optional<ErrorClass> error_class_of(std::string_view name);

}  // namespace sluice::plan
