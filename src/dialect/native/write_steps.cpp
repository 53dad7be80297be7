#include <algorithm>
#include <charconv>
#include <cmath>

#include "dialect/native/write_parts.hpp"
#include "dialect/unique_names.hpp"
#include "plan/steps.hpp"

/// Writes strategies and gates.
namespace sluice::dialect::native {
namespace {

using plan::Node;

/// The percentage that read_share turns back into exactly this share.
std::string share_text(double share) {
  char text[64];
  for (int precision = 1; precision <= 17; ++precision) {
    auto end =
        std::to_chars(text, text + sizeof text, share * 100, std::chars_format::general, precision);
    double back = 0;
    std::from_chars(text, end.ptr, back);
    if (back / 100 == share) return std::string(text, end.ptr) + "%";
  }
  return std::string(text) + "%";
}

json::Value weight_value(double weight) {
  bool whole = std::floor(weight) == weight;
  return whole ? json::Value(static_cast<std::int64_t>(weight)) : json::Value(weight);
}

json::Value webhook_text(plan::WebhookStep const& step) {
  plan::WebhookStep const usual;
  json::Value out{{"url", step.url}};
  if (step.method != usual.method) out.set("method", step.method);
  json::Value headers = json::Object{};
  for (auto const& [name, value] : step.headers) headers.set(name, value);
  if (!step.headers.empty()) out.set("headers", headers);
  if (!step.body.empty()) out.set("body", step.body);
  if (step.retries != 0) out.set("retries", step.retries);
  if (step.callback) out.set("callback", true);
  return out;
}

json::Value approval_text(plan::ApprovalStep const& step) {
  bool only_text = step.roles.empty() && !step.expiration && !step.other_than_requester;
  if (only_text && !step.message.empty()) return step.message;
  json::Value out = json::Object{};
  if (!step.message.empty()) out.set("message", step.message);
  if (!step.roles.empty()) out.set("roles", json::array_of(step.roles));
  if (step.expiration) out.set("expires", duration_text(*step.expiration));
  if (step.other_than_requester) out.set("other_than_requester", true);
  return out;
}

class CourseWriter {
 public:
  CourseWriter(CourseContext const& context, json::Value& webhooks)
      : context_(context), webhooks_(webhooks) {}

  json::Value strategy(Node const& release) {
    in_gate_ = false;
    json::Value steps = json::Array{};
    UniqueNames names;
    for (auto const& child : release.children) {
      json::Value step = step_text(child, names);
      if (step.is_null()) continue;
      if (goes_with_shift(step) && is_bare_shift(steps)) {
        auto const& [key, value] = step.members().front();
        steps.mutable_items().back().set(key, value);
      } else {
        steps.push(std::move(step));
      }
    }
    // The shift to 100 at the end goes without saying.
    if (is_bare_shift(steps) && steps.items().back()["shift"] == json::Value(100))
      steps.mutable_items().pop_back();
    return steps;
  }

  json::Value gates(Node const& scope) {
    in_gate_ = true;
    json::Value steps = json::Array{};
    UniqueNames names;
    for (auto const& child : scope.children)
      if (json::Value step = step_text(child, names); !step.is_null()) steps.push(std::move(step));
    return steps;
  }

 private:
  static bool goes_with_shift(json::Value const& step) {
    return step.members().size() == 1 &&
           (step.contains("watch") || step.contains("pause") || step.contains("wait"));
  }
  static bool is_bare_shift(json::Value const& steps) {
    if (!steps.is_array() || steps.items().empty()) return false;
    auto const& last = steps.items().back();
    return last.members().size() == 1 && last.contains("shift");
  }

  /// Null for a node that stands in every release, and for one that no step makes.
  json::Value step_text(Node const& node, UniqueNames& names) {
    Node const* leaf = &node;
    while (leaf->kind == plan::NodeKind::parallel && !leaf->children.empty())
      leaf = &leaf->children.front();
    if (!leaf->step) return {};
    auto const& [kind, input] = *leaf->step;
    json::Value out = json::Object{};
    std::string usual_name = kind;
    if (kind == "shift") {
      names.unique(node.name);
      return json::Value{{"shift", weight_value(plan::shift_step(input).weight)}};
    } else if (kind == "check") {
      names.unique(node.name);
      return json::Value{{"watch", watch_text(plan::check_step(input))}};
    } else if (kind == "pause") {
      plan::PauseStep pause = plan::pause_step(input);
      // In a gate there is no traffic to follow: every pause waits.
      bool always = pause.releases.empty() && !in_gate_;
      out.set(always ? "wait" : "pause", duration_text(pause.duration));
    } else if (kind == "approval") {
      out.set("approve", approval_text(plan::approval_step(input)));
    } else if (kind == "webhook") {
      usual_name = plan::webhook_step(input).name;
      out.set("webhook", declared(plan::webhook_step(input)));
    } else if (kind == "invoke") {
      out.set("invoke", invoke_text(plan::invoke_step(input), &node == leaf));
    } else {
      names.unique(node.name);
      return {};
    }
    UniqueNames as_usual = names;
    bool usual = as_usual.unique(usual_name) == node.name;
    names.unique(usual ? usual_name : node.name);
    if (!usual) out.set("name", node.name);
    return out;
  }

  json::Value watch_text(plan::CheckStep const& check) {
    json::Value out{{"for", duration_text(check.duration)}};
    json::Value const values = check_text(check, context_.check);
    for (auto const& [name, value] : values.members()) out.set(name, value);
    return out.members().size() == 1 ? out["for"] : out;
  }

  /// The webhook's name once it is declared; the whole webhook where its name means another one.
  json::Value declared(plan::WebhookStep const& step) {
    json::Value text = webhook_text(step);
    if (!webhooks_.contains(step.name)) webhooks_.set(step.name, text);
    return webhooks_[step.name] == text ? json::Value(step.name) : text;
  }

  json::Value invoke_text(plan::InvokeStep const& step, bool one_leaf) {
    plan::InvokeStep const usual;
    json::Value out = json::Object{};
    if (!step.function.empty())
      out.set("function", step.function);
    else if (one_leaf && context_.releases.size() > 1)
      out.set("candidate", step.release.substr(step.release.find('/') + 1));
    auto payload = json::parse(step.payload);
    bool same_text = payload && payload->is_object() && payload->dump() == step.payload;
    if (step.payload != usual.payload) out.set("payload", same_text ? *payload : step.payload);
    if (step.idempotent != usual.idempotent) out.set("idempotent", step.idempotent);
    if (step.timeout != usual.timeout) out.set("timeout", duration_text(step.timeout));
    return out;
  }

  CourseContext const& context_;
  json::Value& webhooks_;
  bool in_gate_ = false;
};

json::Value alarms_text(plan::Step const& step) {
  auto const alarms = plan::alarms_step(step.input);
  json::Value names = json::array_of(alarms.names);
  if (!alarms.ignore_unread) return names;
  return json::Value{{"names", std::move(names)}, {"unread", "ignore"}};
}

void collect_checks(Node const& node, std::vector<plan::CheckStep>& checks) {
  if (node.step && node.step->kind == "check") checks.push_back(plan::check_step(node.step->input));
  for (auto const& child : node.children) collect_checks(child, checks);
}

}  // namespace

json::Value course_text(Node const& branch, CourseContext const& context, json::Value& webhooks) {
  CourseWriter writer(context, webhooks);
  json::Value out = json::Object{};
  auto put = [&](char const* key, json::Value steps) {
    if (!steps.items().empty()) out.set(key, std::move(steps));
  };
  for (auto const& stage : branch.children) {
    if (stage.name == "before") put("before_release", writer.gates(stage));
    if (stage.name == "after") put("after_release", writer.gates(stage));
    if (stage.name != "release") continue;
    put("strategy", writer.strategy(stage));
    if (stage.timeout) out.set("work_timeout", duration_text(stage.timeout->limit));
    for (auto const& guard : stage.guards)
      if (guard.step && guard.step->kind == "alarms") out.set("alarms", alarms_text(*guard.step));
  }
  return out;
}

plan::CheckStep common_check(Node const& root) {
  std::vector<plan::CheckStep> checks;
  collect_checks(root, checks);
  return checks.empty() ? plan::CheckStep() : checks.front();
}

json::Value check_text(plan::CheckStep const& check, plan::CheckStep const& usual) {
  json::Value out = json::Object{};
  if (check.min_requests != usual.min_requests) out.set("min_requests", check.min_requests);
  if (check.max_error_rate != usual.max_error_rate)
    out.set("max_error_rate", share_text(check.max_error_rate));
  if (check.no_data_grace != usual.no_data_grace)
    out.set("grace", duration_text(check.no_data_grace));
  if (check.roll_back_on_no_data != usual.roll_back_on_no_data)
    out.set("on_no_data", check.roll_back_on_no_data ? "roll_back" : "hold");
  if (check.lag && check.lag != usual.lag) out.set("lag", duration_text(*check.lag));
  return out;
}

}  // namespace sluice::dialect::native
