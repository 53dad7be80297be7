#include "local/model/lambda_routing.hpp"

#include "local/model/lambda_record.hpp"

namespace sluice::local::lambda {
namespace {

/// What traffic goes by: the alias as it was, until its last change has reached the data plane.
Alias const& effective(AliasEntry const& entry, Function& function, Time now) {
  if (!entry.before || entry.effective_at <= now) return entry.alias;
  auto const& before = *entry.before;
  bool whole =
      find_version(function, before.function_version, now) &&
      (before.weights.empty() || find_version(function, before.weights.begin()->first, now));
  return whole ? before : entry.alias;
}

/// Each call anew: no stickiness of any kind.
std::string const& pick(Alias const& alias, Random& random) {
  if (alias.weights.empty()) return alias.function_version;
  auto const& [version, weight] = *alias.weights.begin();
  return random.fraction() < weight ? version : alias.function_version;
}

Outcome<void> check_runnable(Record const& record) {
  if (record.state == State::active) return {};
  return conflict(
      "The operation cannot be performed at this time. The function is currently in the following "
      "state: " +
      std::string(name_of(record.state)));
}

std::string unit_of(Data const& data, Function const& function, Record const& record) {
  auto unit = data.account + "/" + data.region + "/" + function.name + "/" + record.version;
  return unit + "/" + std::to_string(record.edition);
}

}  // namespace

Outcome<Executed> route(Call const& call, Name const& name, bool runs_now) {
  std::string asked = name.qualifier.empty() ? latest_version : name.qualifier;
  Function* function = find(call, name.function);
  if (!function) return function_not_found(call, name.function, asked);
  std::string version = asked;
  auto alias = function->aliases.find(asked);
  bool through_alias = alias != function->aliases.end();
  if (through_alias) version = pick(effective(alias->second, *function, call.now), call.random);
  Record* record = find_version(*function, version, call.now);
  if (!record) return function_not_found(call, name.function, asked);
  if (runs_now && function->reserved_concurrency == 0) {
    Fault fault{429, "TooManyRequestsException", "Rate Exceeded."};
    fault.more = {{"Reason", "ReservedFunctionConcurrentInvocationLimitExceeded"}};
    return std::unexpected(std::move(fault));
  }
  if (auto ok = check_runnable(*record); !ok) return std::unexpected(ok.error());
  // While $LATEST is being updated the old code and configuration serve.
  Record const& runs =
      record == &function->latest && function->in_force ? *function->in_force : *record;
  Executed executed;
  executed.function = function->name;
  executed.version = runs.version;
  executed.alias = through_alias ? alias->first : std::string();
  executed.resource = function->name;
  if (!name.qualifier.empty()) executed.resource += ":" + name.qualifier;
  executed.invoked_arn = call.data.function_arn(function->name, name.qualifier);
  executed.unit = unit_of(call.data, *function, runs);
  executed.code_sha256 = runs.code.sha256;
  executed.configuration = render(call.data, *function, runs, runs.version);
  return executed;
}

std::map<std::string, double> shares(Function& function, std::string_view alias, Time now) {
  auto entry = function.aliases.find(alias);
  if (entry == function.aliases.end()) return {};
  Alias const& in_force = effective(entry->second, function, now);
  std::map<std::string, double> shares = in_force.weights;
  double rest = 1;
  for (auto const& [version, share] : shares) rest -= share;
  shares[in_force.function_version] += rest;
  return shares;
}

}  // namespace sluice::local::lambda
