#pragma once

#include "local/model/lambda_call.hpp"
#include "local/model/lambda_names.hpp"

namespace sluice::local::lambda {

/// LambdaService::route behind the parsing of the name.
Outcome<Executed> route(Call const& call, Name const& name);

}  // namespace sluice::local::lambda
