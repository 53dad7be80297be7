#pragma once

#include "local/model/lambda_call.hpp"

/// Provisioned concurrency of aliases. After each change of such an alias the capacity is moved,
/// which takes LambdaSettings::provisioning_delay; until then an alias that went to another version
/// shows, and serves, the one before with the weight 1 (Lambda, provisioned concurrency).
namespace sluice::local::lambda {

/// The capacity is to be had anew from now on. A failure that is queued for "function:alias" is
/// what it ends with.
void begin_provisioning(Call& call, Function const& function, AliasEntry& entry);

/// The alias was changed from `before`. Nothing where it has no provisioned concurrency.
void move_provisioned(Call& call, Function const& function, AliasEntry& entry, Alias const& before);

/// The alias as reads show it.
Alias shown(AliasEntry const& entry, Time now);

}  // namespace sluice::local::lambda
