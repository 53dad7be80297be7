#include "plan/steps.hpp"

namespace sluice::plan {
namespace {

json::Value only_release(std::string const& release) { return json::Value{{"release", release}}; }

}  // namespace

json::Value to_json(PrepareStep const& step) {
  json::Value out = only_release(step.release);
  if (step.level == PrepareLevel::traffic) out.set("level", "traffic");
  return out;
}
json::Value to_json(PublishStep const& step) { return only_release(step.release); }
json::Value to_json(ShiftStep const& step) {
  return json::Value{{"release", step.release}, {"weight", step.weight}};
}
json::Value to_json(FinishStep const& step) { return only_release(step.release); }
json::Value to_json(RestoreStep const& step) { return only_release(step.release); }
json::Value to_json(CleanUpStep const& step) { return only_release(step.release); }
json::Value to_json(PruneStep const& step) { return only_release(step.release); }
json::Value to_json(PauseStep const& step) {
  json::Value out{{"duration_ms", step.duration.count()}};
  if (!step.releases.empty()) out.set("releases", json::array_of(step.releases));
  if (!step.since.empty()) out.set("since", step.since);
  return out;
}
json::Value to_json(ApprovalStep const& step) {
  json::Value out{{"message", step.message}};
  if (!step.roles.empty()) out.set("roles", json::array_of(step.roles));
  if (step.expiration) out.set("expiration_ms", step.expiration->count());
  if (step.other_than_requester) out.set("other_than_requester", true);
  return out;
}
json::Value to_json(WebhookStep const& step) {
  json::Value headers = json::Array{};
  for (auto const& [name, value] : step.headers) headers.push(json::array({name, value}));
  json::Value out{{"name", step.name},  {"method", step.method}, {"url", step.url},
                  {"headers", headers}, {"body", step.body},     {"retries", step.retries}};
  if (step.callback) out.set("callback", true);
  return out;
}
json::Value to_json(InvokeStep const& step) {
  return json::Value{{"release", step.release},       {"target", step.target},
                     {"function", step.function},     {"payload", step.payload},
                     {"idempotent", step.idempotent}, {"timeout_ms", step.timeout.count()}};
}
json::Value to_json(CheckStep const& step) {
  json::Value out{{"release", step.release},
                  {"duration_ms", step.duration.count()},
                  {"min_requests", step.min_requests},
                  {"max_error_rate", step.max_error_rate},
                  {"no_data_grace_ms", step.no_data_grace.count()},
                  {"on_no_data", step.roll_back_on_no_data ? "roll_back" : "hold"}};
  if (step.lag) out.set("lag_ms", step.lag->count());
  return out;
}
json::Value to_json(BypassCheckStep const& step) { return only_release(step.release); }
json::Value to_json(HookStep const& step) {
  json::Value out{{"release", step.release},
                  {"event", step.event},
                  {"function", step.function},
                  {"timeout_ms", step.timeout.count()}};
  if (!step.reported) out.set("reported", false);
  if (step.fails_with_function) out.set("fails_with_function", true);
  if (step.tells_versions) out.set("tells_versions", true);
  return out;
}
json::Value to_json(AlarmsStep const& step) {
  json::Value out{{"target", step.target}, {"names", json::array_of(step.names)}};
  if (step.ignore_unread) out.set("ignore_unread", true);
  return out;
}

PrepareStep prepare_step(json::Value const& input) {
  bool traffic = input["level"].as_string() == "traffic";
  return {input["release"].as_string(), traffic ? PrepareLevel::traffic : PrepareLevel::full};
}
PublishStep publish_step(json::Value const& input) { return {input["release"].as_string()}; }
ShiftStep shift_step(json::Value const& input) {
  return {input["release"].as_string(), input["weight"].as_double(100)};
}
FinishStep finish_step(json::Value const& input) { return {input["release"].as_string()}; }
RestoreStep restore_step(json::Value const& input) { return {input["release"].as_string()}; }
CleanUpStep clean_up_step(json::Value const& input) { return {input["release"].as_string()}; }
PruneStep prune_step(json::Value const& input) { return {input["release"].as_string()}; }
PauseStep pause_step(json::Value const& input) {
  PauseStep step{Duration(input["duration_ms"].as_int())};
  for (auto const& release : input["releases"].items())
    step.releases.push_back(release.as_string());
  step.since = input["since"].as_string();
  return step;
}
ApprovalStep approval_step(json::Value const& input) {
  ApprovalStep step{input["message"].as_string(), {}, std::nullopt};
  for (auto const& role : input["roles"].items()) step.roles.push_back(role.as_string());
  if (input.contains("expiration_ms")) step.expiration = Duration(input["expiration_ms"].as_int());
  step.other_than_requester = input["other_than_requester"].as_bool();
  return step;
}
WebhookStep webhook_step(json::Value const& input) {
  WebhookStep step;
  step.name = input["name"].as_string();
  step.method = input["method"].as_string();
  step.url = input["url"].as_string();
  for (auto const& field : input["headers"].items())
    if (field.items().size() == 2)
      step.headers.emplace_back(field.items()[0].as_string(), field.items()[1].as_string());
  step.body = input["body"].as_string();
  step.retries = static_cast<int>(input["retries"].as_int());
  step.callback = input["callback"].as_bool();
  return step;
}
InvokeStep invoke_step(json::Value const& input) {
  InvokeStep step;
  step.release = input["release"].as_string();
  step.target = input["target"].as_string();
  step.function = input["function"].as_string();
  step.payload = input["payload"].as_string();
  step.idempotent = input["idempotent"].as_bool(true);
  step.timeout = Duration(input["timeout_ms"].as_int(900'000));
  return step;
}
CheckStep check_step(json::Value const& input) {
  CheckStep step;
  step.release = input["release"].as_string();
  step.duration = Duration(input["duration_ms"].as_int());
  step.min_requests = static_cast<int>(input["min_requests"].as_int(20));
  step.max_error_rate = input["max_error_rate"].as_double(0.05);
  step.no_data_grace = Duration(input["no_data_grace_ms"].as_int());
  step.roll_back_on_no_data = input["on_no_data"].as_string() != "hold";
  if (input.contains("lag_ms")) step.lag = Duration(input["lag_ms"].as_int());
  return step;
}
BypassCheckStep bypass_check_step(json::Value const& input) {
  return {input["release"].as_string()};
}
HookStep hook_step(json::Value const& input) {
  HookStep step;
  step.release = input["release"].as_string();
  step.event = input["event"].as_string();
  step.function = input["function"].as_string();
  step.timeout = Duration(input["timeout_ms"].as_int(3'600'000));
  step.reported = input["reported"].as_bool(true);
  step.fails_with_function = input["fails_with_function"].as_bool();
  step.tells_versions = input["tells_versions"].as_bool();
  return step;
}
AlarmsStep alarms_step(json::Value const& input) {
  AlarmsStep step{input["target"].as_string(), {}, input["ignore_unread"].as_bool()};
  for (auto const& name : input["names"].items()) step.names.push_back(name.as_string());
  return step;
}

Node leaf(std::string name, PrepareStep const& given) {
  return step(std::move(name), "prepare", to_json(given));
}
Node leaf(std::string name, PublishStep const& given) {
  return step(std::move(name), "publish", to_json(given));
}
Node leaf(std::string name, ShiftStep const& given) {
  return step(std::move(name), "shift", to_json(given));
}
Node leaf(std::string name, FinishStep const& given) {
  return step(std::move(name), "finish", to_json(given));
}
Node leaf(std::string name, RestoreStep const& given) {
  return step(std::move(name), "restore", to_json(given));
}
Node leaf(std::string name, CleanUpStep const& given) {
  return step(std::move(name), "clean_up", to_json(given));
}
Node leaf(std::string name, PruneStep const& given) {
  return step(std::move(name), "prune", to_json(given));
}
Node leaf(std::string name, PauseStep const& given) {
  return step(std::move(name), "pause", to_json(given));
}
Node leaf(std::string name, ApprovalStep const& given) {
  return step(std::move(name), "approval", to_json(given));
}
Node leaf(std::string name, WebhookStep const& given) {
  return step(std::move(name), "webhook", to_json(given));
}
Node leaf(std::string name, InvokeStep const& given) {
  return step(std::move(name), "invoke", to_json(given));
}
Node leaf(std::string name, CheckStep const& given) {
  return step(std::move(name), "check", to_json(given));
}
Node leaf(std::string name, BypassCheckStep const& given) {
  return step(std::move(name), "bypass_check", to_json(given));
}
Node leaf(std::string name, HookStep const& given) {
  return step(std::move(name), "hook", to_json(given));
}
Node leaf(std::string name, AlarmsStep const& given) {
  return step(std::move(name), "alarms", to_json(given));
}

std::vector<FailureRule> release_rules(ExternalChange policy, Duration hold_timeout) {
  Action roll_back;
  roll_back.kind = ActionKind::roll_back;
  std::vector<FailureRule> rules;
  Action external;
  if (policy == ExternalChange::hold) {
    external.kind = ActionKind::ask;
    external.choices = {ActionKind::retry, ActionKind::roll_back, ActionKind::fail};
    external.timeout = hold_timeout;
    rules.push_back({{ErrorClass::external_change}, {}, external});
  } else if (policy == ExternalChange::carry_on) {
    // Against somebody who changes it again and again the plan does not go on for ever.
    external.kind = ActionKind::retry;
    external.count = 10;
    external.intervals = {std::chrono::seconds(1)};
    external.then = {roll_back};
    rules.push_back({{ErrorClass::external_change}, {}, external});
  }
  rules.push_back({{}, {}, roll_back});
  return rules;
}

}  // namespace sluice::plan
