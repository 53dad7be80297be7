#pragma once

#include "local/model/lambda_call.hpp"

/// What create, update and publish have in common.
namespace sluice::local::lambda {

/// 400 while a role that was just made "cannot be assumed"; counts the refusal down.
Outcome<void> check_role(Call const& call, std::string const& role);

/// When and how the change that is being made will be done.
Settling plan_settling(Call const& call, std::string const& function);

enum class Publish {
  settled,     ///< PublishVersion: the version is Active in the answer
  with_change  ///< Publish=true: it is Pending until the change itself has settled
};
/// Freezes `$LATEST` under the next number. The number is never given again.
Record& make_version(Call& call, Function& function, std::string const& description, Publish how);

/// The version that `$LATEST` was last published as, settled, when nothing was updated since and it
/// still exists: publishing again answers it. Null otherwise.
Record* published_already(Call const& call, Function& function);

/// Puts `next` in the place of `$LATEST` as an update that is under way.
void begin_update(Call& call, Function& function, Record next);

}  // namespace sluice::local::lambda
