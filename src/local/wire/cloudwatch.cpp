#include "local/wire/cloudwatch.hpp"

#include <charconv>

#include "base/strings.hpp"
#include "local/wire/cloudwatch_alarms.hpp"
#include "local/wire/cloudwatch_input.hpp"
#include "local/wire/sts.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

constexpr std::string_view target_prefix = "GraniteServiceVersion20100801.";
constexpr std::string_view cbor_prefix = "/service/GraniteServiceVersion20100801/operation/";
constexpr std::size_t max_body = 1 << 20;  // CloudWatch API, PutMetricData

MetricProtocol protocol_of(net::Incoming const& request) {
  if (request.headers.get("x-amz-target").starts_with(target_prefix)) return MetricProtocol::json;
  if (request.path.starts_with(cbor_prefix)) return MetricProtocol::cbor;
  return MetricProtocol::query;
}

/// A JSON answer as the query protocol writes it: members as elements, arrays as <member>s.
void write_members(XmlWriter& xml, json::Value const& value);

void write_value(XmlWriter& xml, std::string_view name, json::Value const& value) {
  if (value.is_object() || value.is_array()) {
    xml.open(name);
    write_members(xml, value);
    xml.close();
  } else {
    xml.text(name, value.is_string() ? value.as_string() : value.dump());
  }
}

void write_members(XmlWriter& xml, json::Value const& value) {
  for (auto const& [name, member] : value.members()) write_value(xml, name, member);
  for (auto const& item : value.items()) write_value(xml, "member", item);
}

net::Response success(Call const& call, MetricProtocol protocol, json::Value const& answer) {
  net::Response response;
  response.headers.set("x-amzn-RequestId", call.request_id);
  if (protocol == MetricProtocol::json) {
    auto const& type = call.request.headers.get("content-type");
    response.headers.set("Content-Type", type.empty() ? "application/x-amz-json-1.0" : type);
    response.body = answer.is_null() ? "{}" : answer.dump();
    return response;
  }
  XmlWriter xml(call.operation + "Response", cloudwatch_name_space);
  if (!answer.is_null()) write_value(xml, call.operation + "Result", answer);
  xml.open("ResponseMetadata").text("RequestId", call.request_id).close();
  response.headers.set("Content-Type", "text/xml");
  response.body = xml.finish();
  return response;
}

}  // namespace

bool is_cloudwatch(net::Incoming const& request) {
  return protocol_of(request) != MetricProtocol::query;
}

Outcome<MetricRequest> read_cloudwatch(net::Incoming const& request) {
  MetricRequest read;
  read.protocol = protocol_of(request);
  if (read.protocol == MetricProtocol::cbor) {
    read.operation = request.path.substr(cbor_prefix.size());
    return read;
  }
  std::string body = request.body;
  auto const& coding = request.headers.get("content-encoding");
  if (equal_ignoring_case(coding, "gzip")) {
    auto plain = gunzip(body, max_body);
    if (!plain)
      return refuse(400, "InvalidParameterValue",
                    "The gzip body is broken or larger than 1 MiB when unpacked.");
    body = std::move(*plain);
  } else if (!coding.empty() && !equal_ignoring_case(coding, "identity")) {
    return refuse(415, "UnsupportedMediaType", "Content-Encoding can be gzip or left out.");
  }
  if (read.protocol == MetricProtocol::json) {
    read.operation = request.headers.get("x-amz-target").substr(target_prefix.size());
    auto input = json::parse(body.empty() ? "{}" : body);
    if (!input || !input->is_object())
      return refuse(400, "SerializationException", "The body is not a JSON object.");
    read.input = std::move(*input);
    return read;
  }
  net::Incoming plain = request;
  plain.body = std::move(body);
  auto form = query_form(plain);
  if (!form) return std::unexpected(form.error());
  read.operation = value_of(*form, "Action");
  std::erase_if(*form, [](auto const& pair) {
    return pair.first == "Action" || pair.first == "Version" || pair.first.starts_with("X-Amz-");
  });
  auto input = unflatten(*form);
  if (!input) return std::unexpected(input.error());
  read.input = std::move(*input);
  return read;
}

namespace {

constexpr std::pair<std::string_view, Outcome<json::Value> (*)(AlarmCall const&)>
    alarm_operations[] = {{"PutMetricAlarm", put_metric_alarm},
                          {"DescribeAlarms", describe_alarms},
                          {"SetAlarmState", set_alarm_state},
                          {"DeleteAlarms", delete_alarms},
                          {"EnableAlarmActions", enable_alarm_actions},
                          {"DisableAlarmActions", disable_alarm_actions},
                          {"ListTagsForResource", list_alarm_tags}};

Outcome<json::Value> answer_alarms(AlarmCall const& it) {
  for (auto const& [name, operation] : alarm_operations)
    if (it.call.operation == name) return operation(it);
  if (it.call.operation == "PutCompositeAlarm")
    return refuse(400, "InvalidAction",
                  "The local endpoint has no composite alarms: name the metric alarms themselves.");
  std::string known = "GetMetricData, PutMetricData, ListMetrics";
  for (auto const& [name, operation] : alarm_operations) known += ", " + std::string(name);
  return refuse(400, "InvalidAction",
                "The local endpoint does not serve CloudWatch " + printable(it.call.operation) +
                    "; it knows " + known + ".");
}

}  // namespace

net::Response answer_cloudwatch(CloudWatch& metrics, CloudWatchAlarms& alarms, Call const& call,
                                MetricRequest const& request) {
  bool const as_text = request.protocol == MetricProtocol::query;
  Outcome<json::Value> answer;
  if (request.protocol == MetricProtocol::cbor) {
    answer = refuse(415, "UnsupportedMediaType",
                    "The local endpoint does not speak CloudWatch's CBOR protocol; choose a client "
                    "that speaks its JSON or query protocol, such as the AWS CLI or boto3.");
  } else if (call.operation == "GetMetricData") {
    answer = get_metric_data(metrics, call, request.input, as_text);
  } else if (call.operation == "ListMetrics") {
    answer = list_metrics(metrics, call, request.input);
  } else if (call.operation == "PutMetricData") {
    auto const done = put_metric_data(metrics, call, request.input);
    answer = done ? Outcome<json::Value>(json::Value()) : std::unexpected(done.error());
  } else {
    answer = answer_alarms({metrics, alarms, call, request.input, as_text});
  }
  if (!answer) return cloudwatch_fault(answer.error(), call.request, call.request_id);
  return success(call, request.protocol, *answer);
}

net::Response cloudwatch_fault(Fault const& fault, net::Incoming const& request,
                               std::string const& request_id) {
  auto const protocol = protocol_of(request);
  if (protocol == MetricProtocol::query)
    return query_fault(fault, cloudwatch_name_space, request_id);
  net::Response response;
  response.status = fault.status;
  response.headers.set("x-amzn-RequestId", request_id);
  if (equal_ignoring_case(request.headers.get("x-amzn-query-mode"), "true"))
    response.headers.set("x-amzn-query-error",
                         fault.code + ";" + (fault.status < 500 ? "Sender" : "Receiver"));
  if (fault.retry_after_seconds > 0)
    response.headers.set("Retry-After", std::to_string(fault.retry_after_seconds));
  auto const& type = request.headers.get("content-type");
  bool const json_type = type.starts_with("application/x-amz-json");
  response.headers.set("Content-Type", json_type ? type : "application/x-amz-json-1.0");
  response.body = json::Value{{"__type", fault.code}, {"message", fault.message}}.dump();
  return response;
}

}  // namespace sluice::local
