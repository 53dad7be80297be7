#include "aws/decode.hpp"
#include "aws/lambda.hpp"
#include "aws/lambda_spec.hpp"
#include "aws/verdict.hpp"
#include "base/hash.hpp"

namespace sluice::aws {
namespace {

using Optional = Answer<std::optional<json::Value>>;

/// A 404 means "none is set" unless it says that the function or alias itself is missing.
Optional none_or_error(CallError error) {
  std::string const& message = error.message;
  bool parent_missing = message.contains("Function not found") ||
                        message.contains("Function does not exist") ||
                        message.contains("Cannot find alias") || message.contains("not reachable");
  if (error.trouble == Trouble::not_found && !parent_missing) return std::nullopt;
  return std::unexpected(std::move(error));
}

}  // namespace

Answer<std::map<std::string, std::string>> Lambda::list_tags(std::string const& arn) {
  Spec spec = function_spec("ListTags", Kind::read, lane_, region_, arn);
  spec.path = {"2017-03-31", "tags", arn};
  auto answer = call_json(caller_, spec);
  if (!answer) return std::unexpected(std::move(answer.error()));
  std::map<std::string, std::string> out;
  for (auto const& [key, value] : (*answer)["Tags"].members()) out[key] = value.as_string();
  return out;
}

Answer<void> Lambda::tag(std::string const& arn, std::map<std::string, std::string> const& tags) {
  Spec spec = function_spec("TagResource", Kind::write, lane_, region_, arn);
  spec.method = "POST";
  spec.path = {"2017-03-31", "tags", arn};
  set_json_body(spec, json::Value{{"Tags", json::object_of(tags)}});
  return call_only(caller_, spec);
}

Answer<void> Lambda::untag(std::string const& arn, std::vector<std::string> const& keys) {
  Spec spec = function_spec("UntagResource", Kind::write, lane_, region_, arn);
  spec.method = "DELETE";
  spec.path = {"2017-03-31", "tags", arn};
  for (std::string const& key : keys) spec.query.emplace_back("tagKeys", key);
  return call_only(caller_, spec);
}

Answer<void> Lambda::put_concurrency(std::string const& name, int reserved) {
  Spec spec = function_spec("PutFunctionConcurrency", Kind::write, lane_, region_, name);
  spec.method = "PUT";
  spec.path = {"2017-10-31", "functions", name, "concurrency"};
  set_json_body(spec, json::Value{{"ReservedConcurrentExecutions", reserved}});
  return call_only(caller_, spec);
}

Answer<void> Lambda::delete_concurrency(std::string const& name) {
  Spec spec = function_spec("DeleteFunctionConcurrency", Kind::write, lane_, region_, name);
  spec.method = "DELETE";
  spec.path = {"2017-10-31", "functions", name, "concurrency"};
  return call_only(caller_, spec);
}

Answer<Lambda::Invoked> Lambda::invoke(std::string const& name, std::string const& qualifier,
                                       std::string const& payload,
                                       std::string const& invocation_type,
                                       std::chrono::milliseconds timeout) {
  Kind kind = invocation_type == "DryRun" ? Kind::read : Kind::write;
  Spec spec = function_spec("Invoke", kind, lane_, region_, name, qualifier);
  spec.action = "lambda:InvokeFunction";
  spec.method = "POST";
  spec.path = function_path(name, {"invocations"});
  add_qualifier(spec, qualifier);
  spec.timeout = timeout;
  spec.body = payload;
  spec.headers.set("Content-Type", "application/json");
  spec.headers.set("X-Amz-Invocation-Type", invocation_type);
  // Only a synchronous run has a log to show.
  if (invocation_type == "RequestResponse") spec.headers.set("X-Amz-Log-Type", "Tail");
  auto response = caller_.call(spec);
  if (!response) return std::unexpected(std::move(response.error()));
  Invoked out;
  out.payload = std::move(response->body);
  out.function_error = response->headers.get("x-amz-function-error");
  out.executed_version = response->headers.get("x-amz-executed-version");
  out.log_tail = decode_base64(response->headers.get("x-amz-log-result")).value_or("");
  out.request_id = request_id_of(response->headers);
  return out;
}

Optional Lambda::get_policy(std::string const& name, std::string const& qualifier) {
  Spec spec = function_spec("GetPolicy", Kind::read, lane_, region_, name, qualifier);
  spec.path = function_path(name, {"policy"});
  add_qualifier(spec, qualifier);
  auto answer = call_json(caller_, spec);
  if (!answer) return none_or_error(std::move(answer.error()));
  auto document = json::parse((*answer)["Policy"].as_string());
  if (!document) return unreadable(spec, document.error().message);
  return std::optional(std::move(*document));
}

Answer<std::vector<json::Value>> Lambda::list_event_source_mappings(std::string const& name) {
  Spec spec = function_spec("ListEventSourceMappings", Kind::read, lane_, region_, name);
  spec.arn = "*";  // IAM knows no resource for this action
  spec.path = {"2015-03-31", "event-source-mappings", ""};
  spec.query.emplace_back("FunctionName", name);
  return list_all(caller_, std::move(spec), "EventSourceMappings");
}

Optional Lambda::get_url_config(std::string const& name, std::string const& qualifier) {
  Spec spec = function_spec("GetFunctionUrlConfig", Kind::read, lane_, region_, name, qualifier);
  spec.path = {"2021-10-31", "functions", name, "url"};
  add_qualifier(spec, qualifier);
  auto answer = call_json(caller_, spec);
  if (!answer) return none_or_error(std::move(answer.error()));
  return std::optional(std::move(*answer));
}

Optional Lambda::get_provisioned_concurrency(std::string const& name,
                                             std::string const& qualifier) {
  Spec spec =
      function_spec("GetProvisionedConcurrencyConfig", Kind::read, lane_, region_, name, qualifier);
  spec.path = {"2019-09-30", "functions", name, "provisioned-concurrency"};
  add_qualifier(spec, qualifier);
  auto answer = call_json(caller_, spec);
  if (!answer) return none_or_error(std::move(answer.error()));
  return std::optional(std::move(*answer));
}

}  // namespace sluice::aws
