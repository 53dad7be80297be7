#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/local_packages.hpp"
#include "engine/services.hpp"
#include "plan/plan.hpp"

namespace sluice::cli {

/// One function as it is live against what is declared. Secrets never come in: of environment
/// variables only the names are said.
struct LiveRelease {
  enum class State { to_create, to_change, settings_only, unchanged, unreadable };
  std::string id, name;  ///< "prod/orders", "prod: orders:live"
  std::string arn;       ///< unqualified; the account is `*` where it could not be learnt
  State state = State::unchanged;
  std::optional<Error> trouble;      ///< why it is unreadable
  std::vector<std::string> changes;  ///< a line each
  std::vector<std::string> warnings;
  std::vector<std::string> obstacles;  ///< why a release would be refused

  /// For want of credentials or permission. That a look is not allowed does not make a plan wrong;
  /// that nothing answers leaves it without its first part.
  bool denied() const { return trouble && trouble->code == ErrorCode::denied; }
};

/// Reads what is live of every release. Only reads; what may not be read becomes a warning.
std::vector<LiveRelease> compare_plan(plan::Plan const& plan, engine::Services& services);

/// Traffic that does not pass the alias, as warnings: event sources, a function URL and the
/// resource policy of the bare function; and callers that a new alias would not admit.
std::vector<std::string> bypass_warnings(plan::Release const& release, bool new_alias,
                                         engine::TargetAws& aws);

}  // namespace sluice::cli
