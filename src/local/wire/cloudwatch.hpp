#pragma once

#include <string>

#include "base/json.hpp"
#include "local/model/cloudwatch_alarms.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {

/// The protocols one CloudWatch port speaks; CBOR is recognised so that it can be refused by name.
enum class MetricProtocol { query, json, cbor };

/// A CloudWatch request whatever its protocol was: the operation and its input as the JSON protocol
/// has it. Members that came by the query protocol are all strings.
struct MetricRequest {
  MetricProtocol protocol = MetricProtocol::json;
  std::string operation;
  json::Value input;
};

/// Whether this is a CloudWatch request by its own marks, the signature's scope aside.
bool is_cloudwatch(net::Incoming const& request);

/// 400 for a body that cannot be read; 415 for CBOR, naming what a client can do.
Outcome<MetricRequest> read_cloudwatch(net::Incoming const& request);

/// Answers the operations on metrics and metric alarms that it knows; refuses the rest by name.
net::Response answer_cloudwatch(CloudWatch& metrics, CloudWatchAlarms& alarms, Call const& call,
                                MetricRequest const& request);

/// A fault in the request's protocol; `x-amzn-query-error` where the client asked for it.
net::Response cloudwatch_fault(Fault const& fault, net::Incoming const& request,
                               std::string const& request_id);

inline constexpr std::string_view cloudwatch_name_space =
    "http://monitoring.amazonaws.com/doc/2010-08-01/";

}  // namespace sluice::local
