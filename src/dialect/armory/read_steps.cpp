#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/render.hpp"
#include "dialect/armory/file.hpp"

/// Reads the steps of strategies and the conditions of targets.
namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using config::MapReader;
using config::Node;
namespace codes = config::codes;

using What = decltype(StepSpec::what);

/// The texts in quotes are the original client's own, so that a search for them finds this.
void refuse_pause(MapReader& reader, config::Key const& key, std::string const& reason,
                  std::string help = {}) {
  reader.error(key, codes::invalid_pause, "pause is not valid: " + reason, std::move(help));
}

ApprovalSpec read_approval(MapReader& reader) {
  ApprovalSpec approval;
  for (auto& role : texts(reader, "requiresRoles", config::Empty::refused))
    approval.roles.push_back(std::move(role.text));
  approval.expiration = required_duration_map(reader, "approvalExpiration");
  return approval;
}

std::optional<What> read_timed_pause(MapReader& reader, bool has_duration, bool has_unit) {
  for (char const* key : {"requiresRoles", "approvalExpiration"})
    if (reader.value(key))
      refuse_pause(reader, key, std::string(key) + " needs untilApproved",
                   "add `untilApproved: true`, or take it out");
  if (!has_duration && !has_unit) {
    if (!reader.valid()) return std::nullopt;
    refuse_pause(reader, "untilApproved", "it has neither a duration nor untilApproved",
                 "write `duration` and `unit`, or `untilApproved: true`");
    return std::nullopt;
  }
  if (!has_unit) {
    refuse_pause(reader, "duration", "duration must be set with a unit",
                 "add `unit: seconds`, minutes or hours");
    return std::nullopt;
  }
  if (!has_duration) {
    refuse_pause(reader, "unit", "unit must be set with a duration", "add `duration:`");
    return std::nullopt;
  }
  auto unit = unit_of(reader, "unit");
  auto duration = duration_of(reader, "duration", unit.value_or(std::chrono::seconds(1)));
  if (!unit || !duration) return std::nullopt;
  return WaitSpec{*duration};
}

std::optional<What> read_pause(MapReader& reader) {
  bool approved = reader.boolean("untilApproved").value_or(false);
  bool has_duration = reader.value("duration") != nullptr;
  bool has_unit = reader.value("unit") != nullptr;
  if (!approved) return read_timed_pause(reader, has_duration, has_unit);
  if (has_duration || has_unit)
    refuse_pause(reader, "untilApproved",
                 "untilApproved cannot be set with both a unit and duration",
                 "keep one of the two; a limit for the answer is `approvalExpiration`");
  return read_approval(reader);
}

std::optional<What> read_webhook_call(MapReader& reader) {
  WebhookCall call;
  call.context = context_of(reader, "context");
  if (reader.value("name")) {
    call.name = required_text(reader, "name");
    return call;
  }
  reader.error("name", codes::webhook_incomplete,
               "webhook constraint is not valid: you must provide a name for a configured webhook",
               "add `name:` with a name from 'webhooks'");
  return std::nullopt;
}

std::optional<What> read_analysis_call(MapReader& reader) {
  AnalysisCall call;
  reader.required_value("queries");
  call.queries = texts(reader, "queries", config::Empty::refused);
  reader.required_value("interval");
  // The published examples spell it both ways; a pause has `unit`.
  bool has_unit = reader.required_value({"units", "unit"}) != nullptr;
  auto unit = has_unit ? unit_of(reader, {"units", "unit"}) : std::nullopt;
  auto interval = duration_of(reader, "interval", unit.value_or(std::chrono::seconds(1)));
  call.interval = interval.value_or(std::chrono::seconds(1));
  call.runs =
      static_cast<int>(reader.required_integer("numberOfJudgmentRuns", {.min = 1, .max = 10'000}));
  auto confirms = [&](char const* key) {
    return reader
        .one_of<bool>(key, {{"automatic", false}, {"manual", true}}, config::Letters::any_case)
        .value_or(false);
  };
  call.confirm_back = confirms("rollBackMode");
  call.confirm_forward = confirms("rollForwardMode");
  if (auto provider = optional_text(reader, "metricProviderName")) call.provider = provider->text;
  call.context = context_of(reader, "context");
  call.growing = reader
                     .one_of<bool>("lookbackMethod", {{"growing", true}, {"sliding", false}},
                                   config::Letters::any_case)
                     .value_or(false);
  call.stop_at_first = reader.boolean("abortOnFailedJudgment").value_or(false);
  return call;
}

std::optional<What> read_weight(MapReader& step) {
  config::IntegerRange const percent{.min = 0, .max = 100};
  Node const* node = step.required_value("setWeight");
  if (!node) return std::nullopt;
  if (node->is_scalar()) {
    auto weight = step.integer("setWeight", percent);
    return weight ? std::optional<What>(WeightSpec{static_cast<int>(*weight)}) : std::nullopt;
  }
  auto reader = step.map("setWeight");
  if (!reader) return std::nullopt;
  auto weight = reader->required_integer("weight", percent);
  reader->done();
  return WeightSpec{static_cast<int>(weight)};
}

std::optional<What> read_inner(MapReader& step, char const* key,
                               std::optional<What> (*read)(MapReader&)) {
  auto reader = step.required_map(key);
  if (!reader) return std::nullopt;
  auto what = read(*reader);
  reader->done();
  return what;
}

/// The one key of a step; empty where that was reported.
std::string key_of(MapReader& step, bool gate) {
  static std::vector<std::string> const in_strategy{"setWeight", "pause", "runWebhook", "analysis"};
  static std::vector<std::string> const in_gate{"pause", "runWebhook", "analysis"};
  auto const& entries = step.node().entries();
  auto& diagnostics = step.diagnostics();
  std::string possible = join(gate ? in_gate : in_strategy, ", ");
  if (entries.size() != 1) {
    std::string count = entries.empty() ? "no key" : std::to_string(entries.size()) + " keys";
    config::report(diagnostics, step.node(), codes::not_one_step, "this step has " + count,
                   "write one of " + possible + ", and indent what belongs to it further");
    return {};
  }
  std::string const& key = entries.front().key;
  auto const& known = gate ? in_gate : in_strategy;
  if (std::ranges::find(known, key) != known.end()) return key;
  config::Advice advice{.cause = {}, .help = "write one of " + possible};
  if (key == "exposeServices") advice.cause = "preview links belong to Kubernetes deployments";
  if (key == "setWeight") advice.cause = "before and after a deployment no traffic is moved";
  if (auto meant = nearest(key, known)) advice.help = "did you mean " + in_quotes(*meant) + "?";
  diagnostics.error(codes::unknown_step, entries.front().key_span,
                    in_quotes(key) + (gate ? " cannot be a condition" : " cannot be a step"),
                    std::move(advice));
  return {};
}

std::optional<What> read_what(MapReader& step, std::string const& key) {
  if (key == "setWeight") return read_weight(step);
  if (key == "pause") return read_inner(step, "pause", read_pause);
  if (key == "runWebhook") return read_inner(step, "runWebhook", read_webhook_call);
  return read_inner(step, "analysis", read_analysis_call);
}

}  // namespace

Steps read_steps(MapReader& reader, config::Key const& list, bool gate) {
  Steps steps;
  for (auto& step : reader.maps(list)) {
    std::string key = key_of(step, gate);
    if (key.empty()) continue;
    if (auto what = read_what(step, key)) steps.push_back({*what, step.node().span()});
  }
  return steps;
}

}  // namespace sluice::dialect::armory
