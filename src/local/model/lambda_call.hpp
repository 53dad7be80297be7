#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "local/model/lambda.hpp"
#include "local/model/lambda_state.hpp"

/// One operation being carried out, and the faults that several operations share.
namespace sluice::local::lambda {

using Answer = Outcome<json::Value>;

struct Call {
  Data& data;
  LambdaPorts ports;
  LambdaSettings const& settings;
  std::string_view operation;
  json::Value const& request;
  Time now;
  Random& random;

  std::string const& text(std::string_view member) const { return request[member].as_string(); }
  bool has(std::string_view member) const { return !request[member].is_null(); }
};

/// 400 InvalidParameterValueException.
std::unexpected<Fault> invalid(std::string message);
/// 400 ValidationException, which carries no Type.
std::unexpected<Fault> not_valid(std::string message);
/// 404 ResourceNotFoundException, whose key is "Message".
std::unexpected<Fault> not_found(std::string message);
/// 409 ResourceConflictException.
std::unexpected<Fault> conflict(std::string message);
/// 412; `call_to_read` is "GetFunction/GetAlias" or "GetPolicy".
std::unexpected<Fault> stale_revision(std::string_view call_to_read);
/// 400 for something AWS has and this model does not, told as such.
std::unexpected<Fault> not_modelled(std::string const& what);

/// The request's RevisionId, where there is one, must be the latest.
Outcome<void> check_revision(Call const& call, std::string const& latest,
                             std::string_view call_to_read = "GetFunction/GetAlias");

/// The function by its bare name, settled; null where there is none.
Function* find(Call const& call, std::string_view name);
/// The version under that number, or `$LATEST`, settled; null where there is none.
Record* find_version(Function& function, std::string_view version, Time now);
/// 404 "Function not found: ARN[:qualifier]".
std::unexpected<Fault> function_not_found(Call const& call, std::string_view name,
                                          std::string_view qualifier = {});

/// 409 while the function is being created, failed to be, or is being updated.
Outcome<void> check_settled(Call const& call, Function const& function);

/// A version number: digits only.
bool is_number(std::string_view qualifier);

}  // namespace sluice::local::lambda
