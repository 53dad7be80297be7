#pragma once

#include <string>
#include <string_view>

#include "local/model/lambda_call.hpp"
#include "local/model/lambda_names.hpp"

/// A function's record: how a request changes it and how it is answered (FunctionConfiguration).
namespace sluice::local::lambda {

/// The members every function has (Lambda API, CreateFunction, defaults).
json::Value default_configuration(std::string_view function);

/// Merges the request's members, each whole, into `configuration`; absent ones keep what is there.
/// Faults: layers that cannot be used, log levels without JSON.
Outcome<void> merge_configuration(Call const& call, json::Value& configuration);

/// FunctionConfiguration. `qualifier` is what the ARN ends in, empty for none.
json::Value render(Data const& data, Function const& function, Record const& record,
                   std::string_view qualifier);
/// Without states, as ListFunctions answers it.
json::Value render_reduced(Data const& data, Function const& function, Record const& record,
                           std::string_view qualifier);

/// "2026-01-02T03:04:05.678+0000".
std::string lambda_time(Time time);

/// What a name and a qualifier lead to. An alias leads to its primary version.
struct Target {
  Function& function;
  Record& record;
  Alias const* alias = nullptr;
};
/// 404 "Function not found: ARN[:qualifier]" where there is none.
Outcome<Target> target_of(Call const& call, Name const& name);

}  // namespace sluice::local::lambda
