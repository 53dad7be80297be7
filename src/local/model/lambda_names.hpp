#pragma once

#include <string>
#include <string_view>

#include "local/model/lambda_call.hpp"

/// The forms a function's name may have (Lambda API, FunctionName and Qualifier).
namespace sluice::local::lambda {

struct Name {
  std::string function;   ///< bare
  std::string qualifier;  ///< "$LATEST", a number or an alias name; empty where none was given
};

/// Takes a name, name:qualifier, partial or full ARN apart; `qualifier` is the parameter's and must
/// agree with the name's. Foreign Regions and accounts are refused as AWS does.
Outcome<Name> parse_name(Data const& data, std::string_view operation, std::string_view text,
                         std::string_view qualifier);

/// From the request's FunctionName and Qualifier.
Outcome<Name> name_of_call(Call const& call);

/// One to 64 of A-Z a-z 0-9 - _.
bool is_function_name(std::string_view text);
/// One to 128 of A-Z a-z 0-9 - _, not digits only.
bool is_alias_name(std::string_view text);

}  // namespace sluice::local::lambda
