#include "base/strings.hpp"
#include "config/codes_armory.hpp"
#include "config/codes_plan.hpp"
#include "config/render.hpp"
#include "dialect/armory/file.hpp"

/// Reads `webhooks` and `analysis`.
namespace sluice::dialect::armory {
namespace {

using config::in_quotes;
using config::MapReader;
using config::Node;
namespace codes = config::codes;

/// A template: any text, with its place.
Text template_of(MapReader& reader, config::Key const& key, bool required) {
  Node const* node = required ? reader.required_value(key) : reader.value(key);
  if (!node) return {{}, reader.span_of(key)};
  return {reader.string(key).value_or(""), node->span()};
}

/// What a literal address starts with; one with variables is seen only when it is rendered.
void check_address(MapReader& reader, std::string const& uri) {
  if (uri.empty() || uri.starts_with("{{")) return;
  std::string start = lower(uri.substr(0, 8));
  if (start.starts_with("https://") || start.starts_with("http://")) return;
  reader.error("uriTemplate", codes::bad_url, in_quotes(uri) + " is not the address of a webhook",
               "write https://HOST/PATH");
}

void read_body(MapReader& reader, WebhookSpec& webhook) {
  auto body = reader.map("bodyTemplate");
  if (!body) return;
  webhook.body = template_of(*body, "inline", false);
  if (body->value("path"))
    body->error("path", codes::webhook_incomplete,
                "the body of webhook " + in_quotes(webhook.name.text) + " is in another file",
                "put the text here, below `inline: |`");
  body->done();
}

void read_network(MapReader& reader, WebhookSpec& webhook) {
  webhook.through_agent =
      reader
          .one_of<bool>("networkMode", {{"direct", false}, {"remoteNetworkAgent", true}},
                        config::Letters::any_case)
          .value_or(false);
  auto agent = optional_text(reader, "agentIdentifier");
  if (agent) webhook.agent = agent->text;
  if (webhook.through_agent && !agent)
    reader.error("networkMode", codes::webhook_incomplete,
                 "webhook " + in_quotes(webhook.name.text) + " does not say which agent sends it",
                 "add `agentIdentifier:`; an AWS account has no agent of its own");
  if (agent && !webhook.through_agent)
    reader.warning("agentIdentifier", codes::webhook_incomplete,
                   in_quotes("agentIdentifier") + " has no effect: this webhook is sent directly",
                   "add `networkMode: remoteNetworkAgent`, or take it out");
}

WebhookSpec read_webhook(MapReader& reader) {
  WebhookSpec webhook;
  webhook.name = required_text(reader, "name");
  webhook.method = reader
                       .word("method", {"POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"},
                             config::Letters::any_case)
                       .value_or(webhook.method);
  webhook.uri = template_of(reader, "uriTemplate", true);
  check_address(reader, webhook.uri.text);
  read_network(reader, webhook);
  for (auto& header : reader.maps("headers")) {
    std::string key = required_text(header, "key").text;
    webhook.headers.emplace_back(std::move(key), template_of(header, "value", true));
    header.done();
  }
  read_body(reader, webhook);
  webhook.retries =
      static_cast<int>(reader.integer("retryCount", {.min = 0, .max = 100}).value_or(0));
  webhook.callback = !reader.boolean("disableCallback").value_or(false);
  reader.done();
  return webhook;
}

QuerySpec read_query(MapReader& reader) {
  QuerySpec query;
  Node const* name = reader.required_value("name");
  if (name) query.name = {reader.required_string("name"), name->span()};
  query.text = template_of(reader, "queryTemplate", true);
  query.upper = reader.number("upperLimit");
  query.lower = reader.number("lowerLimit");
  if (!reader.value("upperLimit") && !reader.value("lowerLimit"))
    reader.error("name", codes::query_limits,
                 "query " + in_quotes(query.name.text) + " has no limit to be judged by",
                 "add `upperLimit:`, `lowerLimit:` or both");
  if (query.upper && query.lower && *query.lower > *query.upper)
    reader.error("lowerLimit", codes::query_limits,
                 "query " + in_quotes(query.name.text) + " can never pass",
                 "the lower limit is above the upper one");
  query.provider = reader.string("metricProviderName").value_or("");
  reader.accept({"aggregationMethod"});  // Of early files; it never had an effect on the verdict.
  reader.done();
  return query;
}

}  // namespace

std::vector<WebhookSpec> read_webhooks(MapReader& root) {
  std::vector<WebhookSpec> webhooks;
  for (auto& reader : root.maps("webhooks")) webhooks.push_back(read_webhook(reader));
  return webhooks;
}

AnalysisSpec read_analysis(MapReader& root) {
  AnalysisSpec analysis;
  auto reader = root.map("analysis");
  if (!reader) return analysis;
  analysis.span = root.span_of_key("analysis");
  analysis.default_provider = reader->string("defaultMetricProviderName").value_or("");
  for (auto& query : reader->maps("queries")) analysis.queries.push_back(read_query(query));
  reader->done();
  return analysis;
}

}  // namespace sluice::dialect::armory
