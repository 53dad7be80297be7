#include "local/model/lambda_record.hpp"

#include <array>
#include <utility>

namespace sluice::local::lambda {
namespace {

void add_state(json::Value& answer, Record const& record) {
  constexpr char creating[] = "The function is being created.";
  answer.set("State", name_of(record.state));
  if (record.state == State::pending) {
    answer.set("StateReason", creating);
    answer.set("StateReasonCode", "Creating");
  } else if (record.state == State::failed) {
    answer.set("StateReason", record.trouble.reason);
    answer.set("StateReasonCode", record.trouble.reason_code);
  }
  if (record.update == Update::none) return;
  answer.set("LastUpdateStatus", name_of(record.update));
  if (record.update == Update::in_progress) {
    // AWS gives this text and code for updates as well; its own model has no such code.
    answer.set("LastUpdateStatusReason", creating);
    answer.set("LastUpdateStatusReasonCode", "Creating");
  } else if (record.update == Update::failed) {
    answer.set("LastUpdateStatusReason", record.trouble.reason);
    answer.set("LastUpdateStatusReasonCode", record.trouble.reason_code);
  }
}

}  // namespace

std::string lambda_time(Time time) {
  auto text = rfc3339(time);
  text.pop_back();
  return text + "+0000";
}

json::Value default_configuration(std::string_view function) {
  return {{"Description", ""},
          {"Timeout", 3},
          {"MemorySize", 128},
          {"TracingConfig", json::Value{{"Mode", "PassThrough"}}},
          {"PackageType", "Zip"},
          {"Architectures", json::array({"x86_64"})},
          {"EphemeralStorage", json::Value{{"Size", 512}}},
          {"SnapStart", json::Value{{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
          {"LoggingConfig", json::Value{{"LogFormat", "Text"},
                                        {"LogGroup", "/aws/lambda/" + std::string(function)}}}};
}

json::Value render_reduced(Data const& data, Function const& function, Record const& record,
                           std::string_view qualifier) {
  json::Object members{{"FunctionName", function.name},
                       {"FunctionArn", data.function_arn(function.name, qualifier)}};
  auto const& configuration = record.configuration.members();
  members.reserve(configuration.size() + 14);
  members.insert(members.end(), configuration.begin(), configuration.end());
  members.emplace_back("CodeSize", json::Value(static_cast<std::int64_t>(record.code.size)));
  members.emplace_back("CodeSha256", record.code.sha256);
  members.emplace_back("LastModified", lambda_time(record.last_modified));
  members.emplace_back("Version", record.version);
  members.emplace_back("RevisionId", record.revision_id);
  return members;
}

json::Value render(Data const& data, Function const& function, Record const& record,
                   std::string_view qualifier) {
  auto answer = render_reduced(data, function, record, qualifier);
  add_state(answer, record);
  return answer;
}

Outcome<Target> target_of(Call const& call, Name const& name) {
  Function* function = find(call, name.function);
  if (!function) return function_not_found(call, name.function, name.qualifier);
  if (name.qualifier.empty()) return Target{*function, function->latest};
  if (Record* record = find_version(*function, name.qualifier, call.now))
    return Target{*function, *record};
  auto alias = function->aliases.find(name.qualifier);
  if (alias == function->aliases.end())
    return function_not_found(call, name.function, name.qualifier);
  Record* primary = find_version(*function, alias->second.alias.function_version, call.now);
  ENSURE(primary);  // a version that an alias names cannot be deleted
  return Target{*function, *primary, &alias->second.alias};
}

}  // namespace sluice::local::lambda
