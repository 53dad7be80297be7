#pragma once

#include "net/http.hpp"
#include "server/problem.hpp"
#include "server/runs.hpp"

/// The JSON forms of the API under /api/v1. Times are RFC 3339 in UTC. What a request holds is read
/// strictly: an unknown member is an error that names the nearest known one; what an answer holds
/// is read leniently, so that an older client understands a newer process.
namespace sluice::server {

json::Value to_json(store::RunRow const& row);
Result<store::RunRow> run_row(json::Value const& value);

json::Value to_json(store::EventRow const& event);
Result<store::EventRow> event_row(json::Value const& value);

/// {"plan", "requester", "options", "aws", "releases"}. Holds credentials: never log it.
json::Value to_json(NewRun const& run);
Field<NewRun> new_run(json::Value const& value);

json::Value to_json(engine::Signal const& signal);
Field<engine::Signal> signal_of(json::Value const& value);

/// Holds credentials: never log it.
json::Value to_json(AwsSettings const& settings);
Field<AwsSettings> aws_settings(json::Value const& value);
/// {"aws"}, the body that resumes a run.
Field<AwsSettings> resume_settings(json::Value const& value);

/// state, name, function, before, limit as query parameters; query.hpp reads them.
std::string query_of(store::RunFilter const& filter);

}  // namespace sluice::server
