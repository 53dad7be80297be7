#pragma once

/// The types of a journal's events and the members of their bodies. A member "node" is a path.
namespace sluice::engine::event {

/// requester, options, releases?; of a linked run also linked_from, scope, reason, class?, by,
/// nodes
inline constexpr char run_created[] = "run_created";
inline constexpr char run_queued[] = "run_queued";      ///< lock, behind: waits, has not begun
inline constexpr char locks_taken[] = "locks_taken";    ///< it has waited, and begins
inline constexpr char run_claimed[] = "run_claimed";    ///< owner, epoch
inline constexpr char run_ended[] = "run_ended";        ///< state, places? {release: place}
inline constexpr char node_started[] = "node_started";  ///< node, attempt, input?
inline constexpr char node_ended[] =
    "node_ended";  ///< node, status, class?, reason?, hint?, outputs?, release?
inline constexpr char node_ending[] =
    "node_ending";  ///< node, status, class?, reason, except?: ends it and what is below it
inline constexpr char node_parked[] =
    "node_parked";  ///< node, due_ms?, waiting_for, memory?, asks_person?
inline constexpr char node_woken[] = "node_woken";        ///< node
inline constexpr char loop_expanded[] = "loop_expanded";  ///< node, items [{name, value}]
inline constexpr char effect_intended[] =
    "effect_intended";  ///< node, effect {name, before, desired …}, release?
inline constexpr char effect_happened[] = "effect_happened";  ///< node, result, adopted?, release?
inline constexpr char effect_void[] = "effect_void";  ///< node, reason: it surely did not happen
inline constexpr char failure_decided[] =
    "failure_decided";  ///< node, by, action, until_ms?, question?, person?
inline constexpr char rollback_started[] = "rollback_started";  ///< scope, reason, class?, by
inline constexpr char compensation_started[] = "compensation_started";  ///< scope
inline constexpr char rollback_ended[] = "rollback_ended";              ///< scope, status, reason?
/// scope, run: another run carries the rollback out, and this one ends
inline constexpr char rollback_handed_over[] = "rollback_handed_over";
/// kind, node?, by, reason?, data?, letter?, request?
inline constexpr char signal[] = "signal";
inline constexpr char stopping[] = "stopping";  ///< reason, by, roll_back, superseded_by?, stay?
inline constexpr char note[] = "note";          ///< level, node?, text: for people only

}  // namespace sluice::engine::event
