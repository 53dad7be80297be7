#pragma once

#include <string>
#include <vector>

#include "cli/invocation.hpp"
#include "cli/render/view.hpp"

namespace sluice::cli {

/// Calls `each` with every event of a journal, in order, after `view.apply(event)`; answers the
/// view at the journal's present end.
Result<RunView> load_run(server::Runs& runs, std::string const& id,
                         std::function<void(RunView const&, engine::Event const&)> each = {});

/// Whether a text has the form of a run's id: "d-" and nine of A-Z0-9.
bool is_run_id(std::string_view text);

/// Whether somebody who wrote this meant a run, though it may have been cut short: "d-" and
/// capitals or digits, any number of them.
bool resembles_run_id(std::string_view text);

/// What to answer where such a text is no run's id.
Error no_such_run(std::string const& text);

/// Of a run that others wait for: what to do where no process executes it; empty where one does.
/// `attended`: whether another process than this one holds the journal, and so executes runs.
std::string unexecuted_note(store::RunRow const& row, bool attended);

/// A run's row for lists, as JSON.
json::Value row_json(store::RunRow const& row);

/// "NAME" or "NAME:ALIAS", and ARNs of both forms.
struct FunctionName {
  std::string function, alias;
  std::string region;  ///< of an ARN
};
FunctionName function_name(std::string const& text);

}  // namespace sluice::cli
