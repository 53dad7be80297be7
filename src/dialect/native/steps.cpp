#include <algorithm>

#include "base/strings.hpp"
#include "config/codes_plan.hpp"
#include "config/codes_text.hpp"
#include "config/render.hpp"
#include "dialect/native/strategy.hpp"
#include "dialect/native/values.hpp"

/// Reads the steps of strategies and gates.
namespace sluice::dialect::native {
namespace {

using config::MapReader;
using config::Node;
namespace codes = config::codes;

plan::ApprovalStep read_approval(Node const& node, config::Diagnostics& diagnostics) {
  plan::ApprovalStep step;
  if (!node.is_mapping()) {
    step.message = config::as_string(node, diagnostics, "approve").value_or("");
    return step;
  }
  MapReader reader(node, diagnostics, config::Unknown::error, "approve");
  step.message = reader.string("message").value_or("");
  for (auto const& role : read_words(reader, "roles")) step.roles.push_back(role.text);
  step.expiration = reader.duration("expires", {.min = std::chrono::seconds(1)});
  step.other_than_requester = reader.boolean("other_than_requester").value_or(false);
  reader.done();
  return step;
}

std::string read_payload(Node const& node, config::Diagnostics& diagnostics) {
  std::string payload = read_text_or_json(node);
  auto parsed = json::parse(payload);
  if (!parsed)
    config::report(diagnostics, node, codes::bad_payload, "the payload is not JSON",
                   "write it as a mapping, or as JSON in single quotes", parsed.error().message);
  return payload;
}

class StepReader {
 public:
  StepReader(StepContext const& context, config::Diagnostics& diagnostics)
      : context_(context), diagnostics_(diagnostics) {}

  void read(Node const& item) {
    MapReader reader(item, diagnostics_, config::Unknown::error, "step");
    if (!reader.valid()) return;
    check_actions(reader);
    read_name(reader);
    if (auto const* node = reader.value("shift")) read_shift(*node);
    if (auto const* node = reader.value("watch")) read_watch(*node);
    if (auto time = reader.duration("pause"))
      add(reader.node().find("pause")->span(), "pause", plan::PauseStep{*time});
    if (auto time = reader.duration("wait")) {
      add(reader.node().find("wait")->span(), "pause", plan::PauseStep{*time});
      steps_.back().always = true;
    }
    if (auto const* node = reader.value("approve"))
      add(node->span(), "approval", read_approval(*node, diagnostics_));
    if (auto const* node = reader.value("webhook")) read_webhook_step(*node);
    if (auto const* node = reader.value("invoke")) read_invoke(*node);
    reader.done();
  }

  Steps take() { return std::move(steps_); }

 private:
  void check_actions(MapReader const& reader) {
    int actions = 0;
    bool unknown = false;  // A misspelt action: done() reports it, with what was meant.
    for (auto const& entry : reader.node().entries()) {
      bool is_action = std::ranges::find(actions_, entry.key) != actions_.end();
      actions += is_action && !entry.value.is_null();
      unknown = unknown || (!is_action && entry.key != "name");
    }
    int waits = reader.has("watch") + reader.has("pause") + reader.has("wait");
    if (actions == 1 || (actions == 2 && reader.has("shift") && waits == 1)) return;
    if (actions == 0 && unknown) return;
    config::report(diagnostics_, reader.node(), codes::not_one_action,
                   actions == 0 ? "this step does nothing" : "this step does several things",
                   "write one of " + join(actions_, ", ") +
                       " per step; a shift may have a watch, a pause or a wait with it");
  }

  /// Shifts and watches are named by what they do.
  void read_name(MapReader& reader) {
    name_.reset();
    bool can_have_one = reader.has("pause") || reader.has("wait") || reader.has("approve") ||
                        reader.has("webhook") || reader.has("invoke");
    if (can_have_one) name_ = reader.string("name");
    if (name_) check_name(*name_, reader.span_of("name"), diagnostics_);
  }

  void add(config::Span const& span, std::string const& usual_name, NativeStep::Action action,
           std::string candidate = {}) {
    steps_.push_back({name_.value_or(usual_name), std::move(action), std::move(candidate), span});
  }

  void read_shift(Node const& node) {
    auto weight = read_weight(node, diagnostics_, "shift");
    if (!weight) return;
    if (*weight < last_weight_)
      config::report(diagnostics_, node, codes::decreasing_weight,
                     "this shift goes back to less than the one before",
                     "order the shifts by weight; a rollback needs no step");
    last_weight_ = *weight;
    steps_.push_back({"shift", plan::ShiftStep{"", *weight}, "", node.span()});
  }

  void read_watch(Node const& node) {
    plan::CheckStep check = context_.check;
    DurationRange const range{.min = std::chrono::seconds(1)};
    if (node.is_mapping()) {
      MapReader reader(node, diagnostics_, config::Unknown::error, "watch");
      check.duration = reader.required_duration("for", range);
      read_check(reader, check);
      reader.done();
    } else {
      check.duration = config::as_duration(node, diagnostics_, "watch", range).value_or(Duration());
    }
    steps_.push_back({"check", check, "", node.span()});
  }

  void read_webhook_step(Node const& node) {
    if (node.is_mapping()) {
      std::string name = name_.value_or("webhook");
      return add(node.span(), name, read_webhook(node, name, diagnostics_));
    }
    auto found = context_.webhooks.find(node.text());
    if (found != context_.webhooks.end()) return add(node.span(), found->first, found->second);
    std::vector<std::string> names;
    for (auto const& [name, webhook] : context_.webhooks) names.push_back(name);
    auto guess = nearest(node.text(), names);
    config::report(diagnostics_, node, codes::undeclared_name,
                   "webhook " + config::in_quotes(node.text()) + " is not declared",
                   guess ? "did you mean '" + *guess + "'?" : "declare it under 'webhooks:'");
  }

  void read_invoke(Node const& node) {
    MapReader reader(node, diagnostics_, config::Unknown::error, "invoke");
    plan::InvokeStep step;
    step.function = reader.string("function").value_or("");
    std::string candidate = reader.string("candidate").value_or("");
    if (!step.function.empty() && !candidate.empty())
      reader.error("candidate", codes::said_twice, "this step invokes two functions",
                   "keep 'function', or 'candidate' for the version being released");
    if (auto const* payload = reader.value("payload"))
      step.payload = read_payload(*payload, diagnostics_);
    step.idempotent = reader.boolean("idempotent").value_or(step.idempotent);
    step.timeout =
        reader
            .duration("timeout", {.min = std::chrono::seconds(1), .max = std::chrono::seconds(900)})
            .value_or(step.timeout);
    reader.done();
    add(node.span(), "invoke", std::move(step), std::move(candidate));
  }

  using DurationRange = config::DurationRange;
  StepContext const& context_;
  config::Diagnostics& diagnostics_;
  std::vector<std::string> const actions_ = {"shift",   "watch",   "pause", "wait",
                                             "approve", "webhook", "invoke"};
  Steps steps_;
  std::optional<std::string> name_;  ///< of the step being read
  double last_weight_ = 0;
};

void check_url(MapReader& reader, std::string const& url) {
  std::string_view rest = url;
  for (std::string_view scheme : {"https://", "http://"})
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  bool secret = url.starts_with("${secret:");  // the whole address, or its beginning
  bool good = secret || (rest.size() < url.size() && !rest.empty() && rest.front() != '/' &&
                         url.find_first_of(" \t\n\"<>") == std::string::npos);
  if (!good && reader.has("url") && !url.empty())
    reader.error("url", codes::bad_url, config::in_quotes(url) + " is not the address of a webhook",
                 "write https://HOST/PATH");
}

}  // namespace

void read_check(MapReader& reader, plan::CheckStep& check) {
  if (auto count = reader.integer("min_requests", {.min = 0, .max = 1'000'000'000}))
    check.min_requests = static_cast<int>(*count);
  if (auto const* node = reader.value("max_error_rate"))
    check.max_error_rate =
        read_share(*node, reader.diagnostics(), "max_error_rate").value_or(check.max_error_rate);
  check.no_data_grace = reader.duration("grace").value_or(check.no_data_grace);
  check.roll_back_on_no_data =
      reader.one_of<bool>("on_no_data", {{"roll_back", true}, {"hold", false}})
          .value_or(check.roll_back_on_no_data);
  if (auto lag = reader.duration("lag")) check.lag = lag;
}

plan::WebhookStep read_webhook(Node const& node, std::string name,
                               config::Diagnostics& diagnostics) {
  MapReader reader(node, diagnostics, config::Unknown::error, "webhook");
  plan::WebhookStep step;
  step.name = std::move(name);
  step.url = reader.required_string("url");
  check_url(reader, step.url);
  step.method =
      reader.word("method", {"POST", "GET", "PUT", "PATCH", "DELETE"}, config::Letters::any_case)
          .value_or(step.method);
  if (auto const* headers = reader.value("headers");
      headers && config::is_mapping(*headers, diagnostics, "headers"))
    for (auto const& entry : headers->entries())
      if (auto value = config::as_string(entry.value, diagnostics, entry.key))
        step.headers.emplace_back(entry.key, *value);
  if (auto const* body = reader.value("body")) step.body = read_text_or_json(*body);
  step.retries = static_cast<int>(reader.integer("retries", {.min = 0, .max = 100}).value_or(0));
  step.callback = reader.boolean("callback").value_or(false);
  reader.done();
  return step;
}

Steps read_steps(Node const& node, StepContext const& context, config::Diagnostics& diagnostics) {
  StepReader reader(context, diagnostics);
  if (config::is_sequence(node, diagnostics, "strategy"))
    for (auto const& item : node.items()) reader.read(item);
  return reader.take();
}

Steps read_strategy(Node const& node, StepContext const& context,
                    config::Diagnostics& diagnostics) {
  if (!node.is_scalar()) return read_steps(node, context, diagnostics);
  auto declared = context.strategies.find(node.text());
  if (declared != context.strategies.end()) return declared->second;
  if (auto steps = predefined_strategy(node.text(), context, node.span())) return *steps;
  std::vector<std::string> names;
  for (auto const& [name, steps] : context.strategies) names.push_back(name);
  for (auto& name : predefined_names()) names.push_back(std::move(name));
  auto guess = nearest(node.text(), names);
  config::report(diagnostics, node, codes::undeclared_name,
                 "strategy " + config::in_quotes(node.text()) + " is not declared",
                 guess ? "did you mean '" + *guess + "'?"
                       : "declare it under 'strategies:', write its steps here, or use one of "
                         "CodeDeploy's: " +
                             join(predefined_names(), ", "));
  return {};
}

Steps read_gates(Node const& node, StepContext const& context, bool after_release,
                 config::Diagnostics& diagnostics) {
  Steps gates;
  for (auto& gate : read_steps(node, context, diagnostics)) {
    bool moves = std::holds_alternative<plan::ShiftStep>(gate.action) ||
                 std::holds_alternative<plan::CheckStep>(gate.action);
    auto const* invoke = std::get_if<plan::InvokeStep>(&gate.action);
    if (moves)
      diagnostics.error(codes::not_one_action, gate.span,
                        "this belongs to the release itself, not before or after it",
                        {.help = "move it to the strategy; here pause, approve, webhook and invoke "
                                 "are possible"});
    else if (invoke && !after_release && invoke->function.empty())
      diagnostics.error(codes::not_one_action, gate.span,
                        "there is no candidate before the release",
                        {.help = "name what to invoke: invoke: {function: NAME}"});
    else
      gates.push_back(std::move(gate));
  }
  return gates;
}

}  // namespace sluice::dialect::native
