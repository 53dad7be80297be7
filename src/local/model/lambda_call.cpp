#include "local/model/lambda_call.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::local::lambda {

std::unexpected<Fault> invalid(std::string message) {
  return refuse(400, "InvalidParameterValueException", std::move(message));
}

std::unexpected<Fault> not_valid(std::string message) {
  Fault fault{400, "ValidationException", std::move(message)};
  fault.type.clear();
  return std::unexpected(std::move(fault));
}

std::unexpected<Fault> not_found(std::string message) {
  Fault fault{404, "ResourceNotFoundException", std::move(message)};
  fault.capital_message = true;
  return std::unexpected(std::move(fault));
}

std::unexpected<Fault> conflict(std::string message) {
  return refuse(409, "ResourceConflictException", std::move(message));
}

std::unexpected<Fault> stale_revision(std::string_view call_to_read) {
  return refuse(412, "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the " +
                    std::string(call_to_read) + " API to retrieve the latest Revision Id");
}

std::unexpected<Fault> not_modelled(std::string const& what) {
  return invalid("The local endpoint does not support " + what +
                 ". Leave it out to rehearse, or use AWS itself.");
}

Outcome<void> check_revision(Call const& call, std::string const& latest,
                             std::string_view call_to_read) {
  auto const& given = call.text("RevisionId");
  if (!given.empty() && given != latest) return stale_revision(call_to_read);
  return {};
}

Function* find(Call const& call, std::string_view name) {
  auto found = call.data.functions.find(name);
  if (found == call.data.functions.end()) return nullptr;
  settle(found->second, call.now);
  return &found->second;
}

bool is_number(std::string_view qualifier) {
  return !qualifier.empty() &&
         std::ranges::all_of(qualifier, [](char c) { return c >= '0' && c <= '9'; });
}

Record* find_version(Function& function, std::string_view version, Time now) {
  if (version == latest_version) return &function.latest;
  std::int64_t number = 0;
  auto read = std::from_chars(version.data(), version.data() + version.size(), number);
  if (!is_number(version) || version.front() == '0' || read.ec != std::errc()) return nullptr;
  auto found = function.versions.find(number);
  if (found == function.versions.end()) return nullptr;
  settle(found->second, now);
  return &found->second;
}

std::unexpected<Fault> function_not_found(Call const& call, std::string_view name,
                                          std::string_view qualifier) {
  return not_found("Function not found: " + call.data.function_arn(name, qualifier));
}

Outcome<void> check_settled(Call const& call, Function const& function) {
  constexpr char refused[] = "The operation cannot be performed at this time. ";
  if (function.latest.state != State::active)
    return conflict(std::string(refused) + "The function is currently in the following state: " +
                    std::string(name_of(function.latest.state)));
  if (function.latest.update == Update::in_progress)
    return conflict(std::string(refused) + "An update is in progress for resource: " +
                    call.data.function_arn(function.name));
  return {};
}

}  // namespace sluice::local::lambda
