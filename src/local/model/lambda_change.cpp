#include "local/model/lambda_change.hpp"

#include <algorithm>
#include <utility>

namespace sluice::local::lambda {
namespace {

bool same_content(Record const& a, Record const& b) {
  return a.code.sha256 == b.code.sha256 && a.configuration == b.configuration;
}

}  // namespace

Outcome<void> check_role(Call const& call, std::string const& role) {
  int& refusals =
      call.data.role_refusals.try_emplace(role, call.settings.new_role_refusals).first->second;
  if (refusals <= 0) return {};
  --refusals;
  return invalid("The role defined for the function cannot be assumed by Lambda.");
}

Settling plan_settling(Call const& call, std::string const& function) {
  return {.at = call.now + call.settings.settle_delay,
          .revision_id = new_uuid(call.random),
          .failure = call.data.take_failure(function)};
}

Record& make_version(Call& call, Function& function, std::string const& description, Publish how) {
  auto& highest = call.data.last_versions[function.name];
  Record version = function.latest;
  version.version = std::to_string(++highest);
  version.revision_id = new_uuid(call.random);
  version.last_modified = call.now;
  version.configuration.set("Description", description);
  bool snapshot = version.configuration["SnapStart"]["ApplyOn"].as_string() == "PublishedVersions";
  if (snapshot)
    version.configuration.set(
        "SnapStart", json::Value{{"ApplyOn", "PublishedVersions"}, {"OptimizationStatus", "On"}});
  bool with_change = how == Publish::with_change;
  bool pending = with_change || snapshot;
  std::optional<Failure> failure;
  if (with_change && function.latest.settling)
    failure = function.latest.settling->failure;
  else if (pending)
    failure = call.data.take_failure(function.name);
  version.state = pending ? State::pending : State::active;
  version.update = pending ? Update::none : Update::successful;
  version.trouble = {};
  version.settling.reset();
  // A version keeps its RevisionId when it becomes Active; only $LATEST changes its own.
  if (pending)
    version.settling = Settling{
        .at = call.now + call.settings.settle_delay, .revision_id = {}, .failure = failure};
  function.updated_since_publish = false;
  return function.versions.insert_or_assign(highest, std::move(version)).first->second;
}

Record* published_already(Call const& call, Function& function) {
  if (function.updated_since_publish || function.versions.empty()) return nullptr;
  auto& [number, version] = *function.versions.rbegin();
  // When the newest number was deleted, an older version need not be what $LATEST holds.
  if (number != call.data.last_versions[function.name]) return nullptr;
  settle(version, call.now);
  return &version;
}

void begin_update(Call& call, Function& function, Record next) {
  if (call.settings.identical_update_rearms_publish || !same_content(function.latest, next))
    function.updated_since_publish = true;
  next.revision_id = new_uuid(call.random);
  next.last_modified = call.now;
  next.edition = ++call.data.last_edition;
  next.update = Update::in_progress;
  next.trouble = {};
  next.settling = plan_settling(call, function.name);
  function.in_force = std::exchange(function.latest, std::move(next));
}

}  // namespace sluice::local::lambda
