#pragma once

#include "local/model/lambda_call.hpp"
#include "local/model/lambda_names.hpp"

namespace sluice::local::lambda {

/// LambdaService::route behind the parsing of the name. `runs_now`: reserved concurrency 0 refuses.
Outcome<Executed> route(Call const& call, Name const& name, bool runs_now);

/// LambdaService::shares behind the look for the function.
std::map<std::string, double> shares(Function& function, std::string_view alias, Time now);

}  // namespace sluice::local::lambda
