#include "plan/error_class.hpp"

namespace sluice::plan {

std::string_view name_of(ErrorClass error) {
  switch (error) {
    case ErrorClass::auth: return "auth";
    case ErrorClass::denied: return "denied";
    case ErrorClass::timeout: return "timeout";
    case ErrorClass::verification: return "verification";
    case ErrorClass::rejected: return "rejected";
    case ErrorClass::input_timeout: return "input_timeout";
    case ErrorClass::conflict: return "conflict";
    case ErrorClass::external_change: return "external_change";
    case ErrorClass::infrastructure: return "infrastructure";
    case ErrorClass::program: return "program";
    case ErrorClass::unavailable: return "unavailable";
    case ErrorClass::configuration: return "configuration";
    case ErrorClass::user_marked: return "user_marked";
    case ErrorClass::unknown: return "unknown";
  }
  return "unknown";
}

std::optional<ErrorClass> error_class_of(std::string_view name) {
  for (ErrorClass error : all_error_classes)
    if (name_of(error) == name) return error;
  return std::nullopt;
}

}  // namespace sluice::plan
