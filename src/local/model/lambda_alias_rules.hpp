#pragma once

#include "local/model/lambda_call.hpp"

/// The rules of an alias's two versions (Lambda API, CreateAlias and UpdateAlias).
namespace sluice::local::lambda {

/// Name, FunctionVersion and the weights' own form, before any resource is looked at.
Outcome<void> validate_alias(Call const& call, bool creating);

/// The request's weights; none where RoutingConfig is absent, empty where it clears them.
std::optional<std::map<std::string, double>> weights_of(json::Value const& request);

/// Whether an alias may be as `alias` says: versions exist and can share traffic.
Outcome<void> check_alias(Call const& call, Function& function, Alias const& alias);

}  // namespace sluice::local::lambda
