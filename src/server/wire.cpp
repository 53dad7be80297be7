#include "server/wire.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "server/unknown_name.hpp"

namespace sluice::server {
namespace {

/// A member's name within a pointer (RFC 6901).
std::string escaped(std::string_view name) {
  return replace_all(replace_all(name, "~", "~0"), "/", "~1");
}

Field<void> only(json::Value const& value, std::string_view what, std::string const& pointer,
                 std::vector<std::string> const& known) {
  if (!value.is_object())
    return wrong_field({ErrorCode::invalid_input, std::string(what) + " must be an object", ""},
                       pointer);
  for (auto const& [name, ignored] : value.members())
    if (std::ranges::find(known, name) == known.end())
      return wrong_field(unknown_name("member of " + std::string(what), name, known),
                         pointer + "/" + escaped(name));
  return {};
}

Result<Time> time_of(json::Value const& value, std::string_view name) {
  auto time = parse_rfc3339(value[name].as_string());
  if (!time) return fail(time.error(), "read '" + std::string(name) + "'");
  return *time;
}

Result<std::optional<Time>> optional_time(json::Value const& value, std::string_view name) {
  if (value[name].is_null()) return std::nullopt;
  auto time = time_of(value, name);
  if (!time) return std::unexpected(time.error());
  return *time;
}

std::optional<std::string> optional_text(json::Value const& value, std::string_view name) {
  if (!value[name].is_string()) return std::nullopt;
  return value[name].as_string();
}

}  // namespace

json::Value to_json(store::RunRow const& row) {
  json::Value out{{"id", row.id},
                  {"name", row.name},
                  {"plan_digest", row.plan_digest},
                  {"dialect", row.dialect},
                  {"state", row.state},
                  {"requester", row.requester},
                  {"world", row.world},
                  {"summary", row.summary},
                  {"created", rfc3339(row.created)},
                  {"updated", rfc3339(row.updated)},
                  {"owner", row.owner},
                  {"epoch", row.epoch},
                  {"last_seq", row.last_seq}};
  if (row.ended) out.set("ended", rfc3339(*row.ended));
  if (row.next_due) out.set("next_due", rfc3339(*row.next_due));
  return out;
}

Result<store::RunRow> run_row(json::Value const& value) {
  store::RunRow row;
  row.id = value["id"].as_string();
  row.name = value["name"].as_string();
  row.plan_digest = value["plan_digest"].as_string();
  row.dialect = value["dialect"].as_string();
  row.state = value["state"].as_string();
  row.requester = value["requester"].as_string();
  row.world = value["world"];
  row.summary = value["summary"];
  row.owner = value["owner"].as_string();
  row.epoch = value["epoch"].as_int();
  row.last_seq = value["last_seq"].as_int();
  auto created = time_of(value, "created");
  auto updated = time_of(value, "updated");
  auto ended = optional_time(value, "ended");
  auto due = optional_time(value, "next_due");
  if (!created) return std::unexpected(created.error());
  if (!updated) return std::unexpected(updated.error());
  if (!ended) return std::unexpected(ended.error());
  if (!due) return std::unexpected(due.error());
  row.created = *created;
  row.updated = *updated;
  row.ended = *ended;
  row.next_due = *due;
  return row;
}

json::Value to_json(store::EventRow const& event) {
  return json::Value{{"seq", event.seq},
                     {"at", rfc3339(event.at)},
                     {"type", event.type},
                     {"body", event.body},
                     {"epoch", event.epoch}};
}

Result<store::EventRow> event_row(json::Value const& value) {
  auto at = time_of(value, "at");
  if (!at) return std::unexpected(at.error());
  return store::EventRow{value["seq"].as_int(), *at, value["type"].as_string(), value["body"],
                         value["epoch"].as_int()};
}

json::Value to_json(AwsSettings const& settings) {
  json::Value out{{"environment", json::object_of(settings.environment)}};
  if (settings.environment.empty()) out.set("environment", json::Object{});
  if (settings.profile) out.set("profile", *settings.profile);
  if (settings.region) out.set("region", *settings.region);
  if (settings.endpoint_url) out.set("endpoint_url", *settings.endpoint_url);
  if (settings.local_state) out.set("local_state", *settings.local_state);
  return out;
}

Field<AwsSettings> aws_settings(json::Value const& value) {
  if (auto known = only(value, "aws", "/aws",
                        {"environment", "profile", "region", "endpoint_url", "local_state"});
      !known)
    return std::unexpected(known.error());
  AwsSettings settings;
  for (auto const& [name, text] : value["environment"].members()) {
    if (!text.is_string())
      return wrong_field(
          {ErrorCode::invalid_input,
           "the variable '" + printable(name) + "' in aws.environment must be a text", ""},
          "/aws/environment/" + escaped(name));
    settings.environment[name] = text.as_string();
  }
  settings.profile = optional_text(value, "profile");
  settings.region = optional_text(value, "region");
  settings.endpoint_url = optional_text(value, "endpoint_url");
  settings.local_state = optional_text(value, "local_state");
  return settings;
}

Field<AwsSettings> resume_settings(json::Value const& value) {
  if (auto known = only(value, "the request", "", {"aws"}); !known)
    return std::unexpected(known.error());
  return aws_settings(value["aws"]);
}

json::Value to_json(NewRun const& run) {
  json::Value out{{"plan", plan::to_json(run.plan)},
                  {"requester", run.requester},
                  {"options", run.options},
                  {"aws", to_json(run.aws)}};
  json::Value releases = json::Object{};
  for (auto const& [id, state] : run.releases) releases.set(id, state);
  out.set("releases", std::move(releases));
  return out;
}

Field<NewRun> new_run(json::Value const& value) {
  if (auto known = only(value, "a run", "", {"plan", "requester", "options", "aws", "releases"});
      !known)
    return std::unexpected(known.error());
  NewRun run;
  auto plan = plan::plan_from_json(value["plan"]);
  if (!plan) {
    Error error = fail(plan.error(), "read the plan").error();
    // What is damaged in a journal is merely wrong in a request.
    error.code = ErrorCode::invalid_input;
    return wrong_field(std::move(error), "/plan");
  }
  auto aws = aws_settings(value["aws"].is_null() ? json::Value(json::Object{}) : value["aws"]);
  if (!aws) return std::unexpected(aws.error());
  run.plan = std::move(*plan);
  run.aws = std::move(*aws);
  run.requester = value["requester"].as_string();
  run.options = value["options"];
  for (auto const& [id, state] : value["releases"].members()) run.releases[id] = state;
  return run;
}

json::Value to_json(engine::Signal const& signal) {
  json::Value out{{"kind", signal.kind}, {"by", signal.by}};
  if (!signal.node.empty()) out.set("node", signal.node);
  if (!signal.reason.empty()) out.set("reason", signal.reason);
  if (!signal.data.is_null()) out.set("data", signal.data);
  return out;
}

Field<engine::Signal> signal_of(json::Value const& value) {
  if (auto known = only(value, "a signal", "", {"kind", "node", "by", "reason", "data"}); !known)
    return std::unexpected(known.error());
  if (value["kind"].as_string().empty())
    return wrong_field(
        {ErrorCode::invalid_input, "a signal needs a 'kind'", "For example \"approve\"."}, "/kind");
  return engine::Signal{value["kind"].as_string(), value["node"].as_string(),
                        value["by"].as_string(), value["reason"].as_string(), value["data"]};
}

std::string query_of(store::RunFilter const& filter) {
  net::Pairs pairs;
  if (filter.state) pairs.emplace_back("state", *filter.state);
  if (filter.name) pairs.emplace_back("name", *filter.name);
  if (filter.function) pairs.emplace_back("function", *filter.function);
  if (filter.before) pairs.emplace_back("before", *filter.before);
  pairs.emplace_back("limit", std::to_string(filter.limit));
  return net::format_query(pairs);
}

}  // namespace sluice::server
