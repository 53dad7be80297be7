#pragma once

#include "base/json.hpp"
#include "local/model/cloudwatch_alarms.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {

/// What the operations on alarms work with. `as_text` says how times are written: RFC 3339 in the
/// query protocol, seconds since 1970 else.
struct AlarmCall {
  CloudWatch& metrics;
  CloudWatchAlarms& alarms;
  Call const& call;
  json::Value const& input;  ///< members that came by the query protocol are all strings
  bool as_text = false;
};

/// The operations; those without a result answer null.
Outcome<json::Value> put_metric_alarm(AlarmCall const& it);
Outcome<json::Value> describe_alarms(AlarmCall const& it);
Outcome<json::Value> set_alarm_state(AlarmCall const& it);
Outcome<json::Value> delete_alarms(AlarmCall const& it);
Outcome<json::Value> enable_alarm_actions(AlarmCall const& it);
Outcome<json::Value> disable_alarm_actions(AlarmCall const& it);
Outcome<json::Value> list_alarm_tags(AlarmCall const& it);  ///< ListTagsForResource

/// PutMetricAlarm's input, checked; without an account and region. 400 ValidationError.
Outcome<AlarmDefinition> read_alarm(json::Value const& input);

}  // namespace sluice::local
