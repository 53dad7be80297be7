#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "local/model/cloudwatch.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {

/// A number, or text that holds one (query protocol).
std::optional<double> read_number(json::Value const& value);
/// Epoch seconds, or RFC 3339 text.
std::optional<Time> read_time(json::Value const& value);
/// [{Name, Value} …]; 400 for a name that stands twice and for more than 30.
Outcome<std::map<std::string, std::string>> read_dimensions(json::Value const& value);

/// Turns "A.member.1.B=x" into {"A": [{"B": "x"}]}. Refuses more than 30,000 members and indexes
/// that leave gaps.
Outcome<json::Value> unflatten(net::Pairs const& form);

/// The bytes of a gzip body; none where it is broken or larger than `most`.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t most);

/// The operations.
Outcome<json::Value> get_metric_data(CloudWatch& metrics, Call const& call,
                                     json::Value const& input, bool times_as_text);
Outcome<void> put_metric_data(CloudWatch& metrics, Call const& call, json::Value const& input);
Outcome<json::Value> list_metrics(CloudWatch& metrics, Call const& call, json::Value const& input);

}  // namespace sluice::local
