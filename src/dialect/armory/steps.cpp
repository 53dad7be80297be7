#include "dialect/armory/steps.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/armory/armory.hpp"
#include "dialect/armory/templates.hpp"
#include "dialect/unique_names.hpp"

namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using plan::Node;
namespace codes = config::codes;

/// Filled in for every query anew, by the window it is asked for.
constexpr char const* window_variables[] = {
    "armory.startTimeIso8601", "armory.startTimeEpochSeconds", "armory.startTimeEpochMillis",
    "armory.endTimeIso8601",   "armory.endTimeEpochSeconds",   "armory.endTimeEpochMillis",
    "armory.intervalSeconds",  "armory.intervalMillis",        "armory.promQlStepInterval"};

std::string escaped_for_pointer(std::string_view name) {
  return replace_all(replace_all(name, "~", "~0"), "/", "~1");
}

class NodeMaker {
 public:
  NodeMaker(StepContext const& context, std::string question)
      : context_(context), question_(std::move(question)) {}

  /// None where the step names what is not declared.
  std::optional<Node> make(StepSpec const& step) {
    if (auto const* wait = std::get_if<WaitSpec>(&step.what)) return pause(*wait);
    if (auto const* approval = std::get_if<ApprovalSpec>(&step.what)) return approve(*approval);
    if (auto const* call = std::get_if<WebhookCall>(&step.what)) return webhook(*call);
    if (auto const* call = std::get_if<AnalysisCall>(&step.what)) return analysis(*call);
    return std::nullopt;
  }

 private:
  static Node pause(WaitSpec const& wait) {
    Node node = plan::leaf("pause", plan::PauseStep{wait.duration});
    node.title = "pause for " + text_of(wait.duration);
    return node;
  }

  Node approve(ApprovalSpec const& approval) const {
    return plan::leaf("approval",
                      plan::ApprovalStep{question_, approval.roles, approval.expiration});
  }

  /// User context, lowest first: the file's, the step's, the command line's.
  Context merged(Context const& of_step) const {
    Context all = context_.set;
    all.insert(of_step.begin(), of_step.end());
    all.insert(context_.file.context.begin(), context_.file.context.end());
    return all;
  }

  TemplateScope scope_of(Context const& values, bool windows) const {
    TemplateScope scope;
    for (auto const& [name, value] : values) scope.known["context." + name] = value;
    scope.known["armory.applicationName"] = context_.application;
    scope.known["armory.environmentName"] = context_.target.name.text;
    scope.known["armory.accountName"] = context_.target.account.text;
    scope.known["armory.namespace"] = "";
    scope.late = {"armory.deploymentId", "armory.callbackUri"};
    if (windows)
      scope.late.insert(scope.late.end(), std::begin(window_variables), std::end(window_variables));
    if (context_.releases.size() == 1)
      scope.version_pointer =
          "/releases/" + escaped_for_pointer(context_.releases.front()->id) + "/candidate_version";
    return scope;
  }

  Rendered rendered(Text const& text, TemplateScope const& scope) const {
    Rendered out = render(text.text, scope);
    context_.budget.bytes += out.text.size();
    if (out.cut)
      context_.diagnostics.error(codes::too_much_text, text.span,
                                 "the values of the variables make this text too large",
                                 {.help = "keep data out of the context"});
    std::vector<std::string> names = scope.late;
    for (auto const& [name, value] : scope.known) names.push_back(name);
    for (auto const& name : out.unknown) {
      auto meant = nearest(name, names);
      context_.diagnostics.warning(
          codes::unknown_variable, text.span,
          "the variable " + in_quotes(name) + " has no value and stands for an empty text",
          {.help = meant ? "did you mean " + in_quotes(*meant) + "?"
                         : "give it one in `context:`, or with --add-context NAME=VALUE"});
    }
    if (out.odd)
      context_.diagnostics.warning(codes::not_a_variable, text.span,
                                   "'{{' does not start a variable here and is sent as it is",
                                   {.help = "variables look like {{armory.deploymentId}}"});
    return out;
  }

  void add_context(json::Value& input, Context const& values) const {
    if (values.empty()) return;
    for (auto const& [name, value] : values) context_.budget.bytes += name.size() + value.size();
    input.set("context", json::object_of(values));
  }

  std::optional<Node> webhook(WebhookCall const& call) const {
    auto const& declared = context_.file.webhooks;
    auto found = std::ranges::find(declared, call.name.text,
                                   [](WebhookSpec const& one) { return one.name.text; });
    if (found == declared.end()) return std::nullopt;
    Context values = merged(call.context);
    TemplateScope scope = scope_of(values, false);
    plan::WebhookStep step;
    step.name = found->name.text;
    step.method = found->method;
    step.retries = found->retries;
    step.callback = found->callback;
    json::Value input = plan::to_json(step);
    input.set("url", to_json(rendered(found->uri, scope)));
    json::Value headers = json::Array{};
    for (auto const& [key, value] : found->headers)
      headers.push(json::array({key, to_json(rendered(value, scope))}));
    input.set("headers", std::move(headers));
    input.set("body", to_json(rendered(found->body, scope)));
    if (found->through_agent) input.set("agent", found->agent);
    add_context(input, values);
    Node node = plan::step(node_name(step.name), "webhook", std::move(input));
    node.title = "webhook " + step.name;
    return node;
  }

  /// Queries are rendered again for every window, so they stay templates of language armory@1
  /// instead of expressions, which are evaluated once, when the step starts.
  std::optional<json::Value> query(Text const& name, AnalysisCall const& call,
                                   TemplateScope const& scope) const {
    auto const& declared = context_.file.analysis.queries;
    auto found =
        std::ranges::find(declared, name.text, [](QuerySpec const& one) { return one.name.text; });
    if (found == declared.end()) return std::nullopt;
    Rendered text = rendered(found->text, scope);
    json::Value out{{"name", found->name.text}};
    out.set("provider", provider_of(*found, call));
    // Text without tags would lose braces of its own if it were rendered.
    out.set("template", text.text);
    out.set("rendered", !text.late);
    if (found->lower) out.set("lower", *found->lower);
    if (found->upper) out.set("upper", *found->upper);
    return out;
  }

  std::string provider_of(QuerySpec const& query, AnalysisCall const& call) const {
    if (!query.provider.empty()) return query.provider;
    if (!call.provider.empty()) return call.provider;
    return context_.file.analysis.default_provider;
  }

  std::optional<Node> analysis(AnalysisCall const& call) const {
    Context values = merged(call.context);
    TemplateScope scope = scope_of(values, true);
    json::Value queries = json::Array{};
    for (auto const& name : call.queries)
      if (auto made = query(name, call, scope)) queries.push(std::move(*made));
    auto mode = [](bool confirm) { return confirm ? "manual" : "automatic"; };
    json::Value input{{"language", armory_language},
                      {"queries", queries},
                      {"interval_ms", call.interval.count()},
                      {"runs", call.runs},
                      {"lookback", call.growing ? "growing" : "sliding"},
                      {"stop_at_first_failure", call.stop_at_first},
                      {"roll_back", mode(call.confirm_back)},
                      {"roll_forward", mode(call.confirm_forward)}};
    add_context(input, values);
    Node node = plan::step("analysis", "analysis", std::move(input));
    node.title = "analysis for " + text_of(call.interval * call.runs);
    return node;
  }

  StepContext const& context_;
  std::string question_;
};

}  // namespace

bool Budget::exceeded() const {
  return leaves > limits::plan_leaves || bytes > limits::document_text_bytes;
}

std::vector<StrategyStep> strategy_steps(StepContext const& context, Steps const& steps) {
  NodeMaker maker(context,
                  "Go on with the release to " + in_quotes(context.target.name.text) + "?");
  std::vector<StrategyStep> out;
  for (auto const& step : steps) {
    bool shift = std::holds_alternative<WeightSpec>(step.what);
    context.budget.leaves += shift ? context.releases.size() : 1;
    if (context.budget.exceeded()) break;
    StrategyStep made;
    if (auto const* weight = std::get_if<WeightSpec>(&step.what)) {
      made.kind = StrategyStep::Kind::shift;
      made.weight = weight->percent;
    } else {
      auto node = maker.make(step);
      if (!node) continue;
      made.node = std::move(*node);
    }
    out.push_back(std::move(made));
  }
  return out;
}

std::vector<Node> gate_nodes(StepContext const& context, Steps const& steps, Gate gate) {
  std::string target = in_quotes(context.target.name.text);
  NodeMaker maker(context, gate == Gate::before ? "Start the release to " + target + "?"
                                                : "Accept the release to " + target + "?");
  UniqueNames names;
  std::vector<Node> nodes;
  for (auto const& step : steps) {
    ++context.budget.leaves;
    if (context.budget.exceeded()) break;
    auto node = maker.make(step);
    if (!node) continue;
    node->name = names.unique(node->name);
    nodes.push_back(std::move(*node));
  }
  return nodes;
}

std::string node_name(std::string_view name) {
  std::string out = replace_all(name, "/", "-");
  bool marked = out.empty() || std::string_view("[!~").find(out.front()) != std::string_view::npos;
  return marked ? "-" + out : out;
}

}  // namespace sluice::dialect::armory
