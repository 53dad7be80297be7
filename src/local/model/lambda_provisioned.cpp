#include "local/model/lambda_provisioned.hpp"

#include <algorithm>

#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_record.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

constexpr std::int64_t most_provisioned = 1'000'000;

/// The alias that a call about provisioned concurrency names. Versions can have some of their own
/// on AWS; here only aliases can.
Outcome<AliasEntry*> alias_of_call(Call& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function, name->qualifier);
  if (name->qualifier.empty())
    return invalid("The function resource provided must be an alias or a published version.");
  if (name->qualifier == latest_version)
    return invalid(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  if (is_number(name->qualifier)) {
    if (!find_version(*function, name->qualifier, call.now))
      return function_not_found(call, name->function, name->qualifier);
    return nullptr;
  }
  auto found = function->aliases.find(name->qualifier);
  if (found == function->aliases.end())
    return not_found("Cannot find alias arn: " +
                     call.data.function_arn(name->function, name->qualifier));
  return &found->second;
}

std::unexpected<Fault> none_found() {
  return refuse(404, "ProvisionedConcurrencyConfigNotFoundException",
                "No Provisioned Concurrency Config found for this function");
}

json::Value answer_of(Provisioned const& provisioned, Time now) {
  bool ready = now >= provisioned.ready_at;
  bool failed = ready && provisioned.failure;
  std::int64_t available = ready && !failed ? provisioned.requested : 0;
  json::Value answer{{"RequestedProvisionedConcurrentExecutions", provisioned.requested},
                     {"AvailableProvisionedConcurrentExecutions", available},
                     {"AllocatedProvisionedConcurrentExecutions", available},
                     {"Status", !ready   ? "IN_PROGRESS"
                                : failed ? "FAILED"
                                         : "READY"},
                     {"LastModified", lambda_time(provisioned.modified)}};
  if (failed) answer.set("StatusReason", provisioned.failure->reason);
  return answer;
}

}  // namespace

void begin_provisioning(Call& call, Function const& function, AliasEntry& entry) {
  Provisioned& provisioned = *entry.provisioned;
  provisioned.modified = call.now;
  provisioned.ready_at = call.now + call.settings.provisioning_delay;
  provisioned.failure = call.data.take_failure(function.name + ":" + entry.alias.name);
  provisioned.weights.clear();
  provisioned.settled_revision.clear();
}

void move_provisioned(Call& call, Function const& function, AliasEntry& entry,
                      Alias const& before) {
  if (!entry.provisioned) return;
  begin_provisioning(call, function, entry);
  bool other_version = before.function_version != entry.alias.function_version;
  if (!other_version || !entry.alias.weights.empty() || before.function_version == latest_version)
    return;
  entry.provisioned->weights = {{before.function_version, 1.0}};
  entry.provisioned->settled_revision = new_uuid(call.random);
  // Requests follow what the alias shows.
  entry.before = before;
  entry.before->weights.clear();
  entry.effective_at = std::max(entry.effective_at, entry.provisioned->ready_at);
}

Alias shown(AliasEntry const& entry, Time now) {
  Alias alias = entry.alias;
  if (!entry.provisioned || entry.provisioned->weights.empty()) return alias;
  if (now < entry.provisioned->ready_at)
    alias.weights = entry.provisioned->weights;
  else
    alias.revision_id = entry.provisioned->settled_revision;
  return alias;
}

Answer put_provisioned_concurrency(Call& call) {
  if (auto ok = check_types(call.request); !ok) return std::unexpected(ok.error());
  auto const& wanted = call.request["ProvisionedConcurrentExecutions"];
  Violations violations;
  if (wanted.is_null())
    violations.missing("provisionedConcurrentExecutions");
  else
    violations.out_of_range(wanted.as_int(), "provisionedConcurrentExecutions", 1,
                            most_provisioned);
  if (auto ok = violations.result(); !ok) return std::unexpected(ok.error());
  auto entry = alias_of_call(call);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry) return not_modelled("Provisioned concurrency of a version; use an alias");
  Function* function = find(call, name_of_call(call)->function);
  if ((*entry)->alias.function_version == latest_version)
    return invalid(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  if (!(*entry)->alias.weights.empty())
    return invalid("Alias with weights can not be used with Provisioned Concurrency");
  (*entry)->provisioned.emplace().requested = wanted.as_int();
  begin_provisioning(call, *function, **entry);
  return answer_of(*(*entry)->provisioned, call.now);
}

Answer get_provisioned_concurrency(Call& call) {
  auto entry = alias_of_call(call);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry || !(*entry)->provisioned) return none_found();
  return answer_of(*(*entry)->provisioned, call.now);
}

Answer delete_provisioned_concurrency(Call& call) {
  auto entry = alias_of_call(call);
  if (!entry) return std::unexpected(entry.error());
  if (!*entry || !(*entry)->provisioned) return none_found();
  if (!(*entry)->alias.weights.empty())
    return invalid("Alias with weights can not be used with Provisioned Concurrency");
  (*entry)->provisioned.reset();
  return json::Value(json::Object{});
}

}  // namespace sluice::local::lambda
