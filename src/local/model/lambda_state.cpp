#include "local/model/lambda_state.hpp"

#include <utility>

namespace sluice::local::lambda {

std::string Data::function_arn(std::string_view function, std::string_view qualifier) const {
  std::string partition = region.starts_with("cn-")       ? "aws-cn"
                          : region.starts_with("us-gov-") ? "aws-us-gov"
                                                          : "aws";
  std::string arn = "arn:" + partition + ":lambda:" + region + ":" + account + ":function:";
  arn += function;
  if (!qualifier.empty()) arn.append(":").append(qualifier);
  return arn;
}

std::optional<Failure> Data::take_failure(std::string_view function) {
  auto found = programmed_failures.find(function);
  if (found == programmed_failures.end() || found->second.empty()) return {};
  Failure failure = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) programmed_failures.erase(found);
  return failure;
}

void settle(Record& record, Time now) {
  if (!record.settling || now < record.settling->at) return;
  Settling outcome = *std::exchange(record.settling, std::nullopt);
  if (!outcome.revision_id.empty()) record.revision_id = outcome.revision_id;
  record.update = outcome.failure ? Update::failed : Update::successful;
  if (record.state == State::pending)
    record.state = outcome.failure ? State::failed : State::active;
  record.trouble = outcome.failure.value_or(Failure{});
}

void settle(Function& function, Time now) {
  settle(function.latest, now);
  if (function.in_force && !function.latest.settling) {
    Record before = *std::exchange(function.in_force, std::nullopt);
    if (function.latest.update == Update::failed) {
      before.revision_id = function.latest.revision_id;
      before.update = Update::failed;
      before.trouble = function.latest.trouble;
      function.latest = std::move(before);
    }
  }
}

std::string_view name_of(State state) {
  switch (state) {
    case State::pending: return "Pending";
    case State::active: return "Active";
    case State::failed: return "Failed";
  }
  return {};
}

std::string_view name_of(Update update) {
  switch (update) {
    case Update::none: return {};
    case Update::in_progress: return "InProgress";
    case Update::successful: return "Successful";
    case Update::failed: return "Failed";
  }
  return {};
}

}  // namespace sluice::local::lambda
