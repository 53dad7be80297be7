#pragma once

#include <string>
#include <vector>

#include "aws/caller.hpp"
#include "base/json.hpp"

namespace sluice::aws {

/// The unqualified ARN of any name form. Where neither `name` nor `account` says it, the account is
/// `*`.
std::string function_arn(std::string const& region, std::string const& name,
                         std::string const& account = {});

/// A Lambda request on one function. `name`: a name or an ARN, which is one segment of the path.
/// `qualifier` only names the resource in messages and remedies. `arn` is what IAM checks the
/// action on (Service Authorization Reference, AWS Lambda).
Spec function_spec(std::string operation, Kind kind, Lane lane, std::string const& region,
                   std::string const& name, std::string const& qualifier = {});

/// The path of function calls of the first API version: F and what follows it.
std::vector<std::string> function_path(std::string const& name,
                                       std::vector<std::string> const& rest = {});

void set_json_body(Spec& spec, json::Value const& body);
void add_qualifier(Spec& spec, std::string const& qualifier);

/// Follows NextMarker; `member` holds each page's items.
Answer<json::Array> list_all(Caller const& caller, Spec spec, std::string_view member);

}  // namespace sluice::aws
