#include "cli/plan_options.hpp"

#include "dialect/unsupported.hpp"
#include "plan/adjust.hpp"

namespace sluice::cli {
namespace {

Error nothing_to_restore(plan::Release const& release) {
  return {ErrorCode::invalid_input,
          "--restore latest has nothing to put back: this release of " + release.function +
              " moves its alias to a version that is there already, and leaves $LATEST alone",
          "Leave out --restore."};
}

}  // namespace

Result<void> apply_plan_options(plan::Plan& plan, Parsed const& line, bool terminal) {
  for (auto& release : plan.releases) {
    bool publishes = release.given_candidate.empty();
    if (line.has("restore") && !publishes) return std::unexpected(nothing_to_restore(release));
    if (line.has("heal")) release.heal_to_primary = true;
    if (line.has("restore")) release.restore_latest = true;
  }
  auto hold = duration_option(line, "hold-timeout");
  if (!hold) return std::unexpected(hold.error());
  if (!*hold && !terminal) *hold = Duration{};
  if (*hold) plan::set_hold_timeout(plan, **hold);
  auto patience = duration_option(line, "rollback-patience");
  if (!patience) return std::unexpected(patience.error());
  if (*patience && **patience < std::chrono::minutes(1))
    return fail(ErrorCode::invalid_input, line.place_of("rollback-patience") +
                                              ": a rollback is tried for at least 1m, not " +
                                              line.value("rollback-patience"));
  if (*patience) plan.rollback_patience = **patience;
  if (line.has("no-bypass-check")) plan::remove_steps(plan, "bypass_check");
  return {};
}

std::vector<std::string> unsupported_in(plan::Plan const& plan) {
  return dialect::unsupported(plan);
}

}  // namespace sluice::cli
