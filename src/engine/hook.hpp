#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/run_state.hpp"

/// The executions of hooks (plan::HookStep), and who may report what came of them.
///
/// An execution's id goes into the payload of the invocation and nowhere else: whoever has it may
/// report, once. It is a keyed hash (SecretValues) of run, step and attempt, so that an invocation
/// which is repeated after a crash carries the same one without a place where it could be read. The
/// journal has the hash of the id, against which a report is checked: that needs no key, so reports
/// count on every server and after the key was changed. Where the key was changed before the
/// repetition, that one has another id, and either is taken. Without any key there is nothing from
/// which two processes could derive the same id that a reader of the journal could not: then a hook
/// that is to be reported fails before it is invoked.
namespace sluice::engine {

struct Services;

/// What a report can say, in the words of the CodeDeploy API.
inline constexpr char report_succeeded[] = "Succeeded";
inline constexpr char report_failed[] = "Failed";

/// 64 hexadecimal digits. conflict, not_found …: there is no key to make it with.
Result<std::string> hook_execution_id(Services const& services, std::string const& run,
                                      std::string const& path, int attempt);

/// What the journal remembers of an id.
std::string execution_hash(std::string_view id);

/// Whether this is the id of an execution of that hook's present attempt. In a time that does not
/// depend on where it differs.
bool is_execution_of(NodeState const& hook, std::string_view id);

struct HookExecution {
  std::string node;  ///< path of the hook's step
  /// It was reported, timed out or was ended otherwise: no report counts any more.
  bool completed = false;
};

/// The hook whose execution has that id; none: the id is of no execution of this run. Of an ended
/// run too: a report to such a one is answered with what is found here.
std::optional<HookExecution> find_execution(plan::Plan const& plan, RunState const& state,
                                            std::string_view id);

}  // namespace sluice::engine
