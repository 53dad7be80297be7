#include "server/codedeploy/registry.hpp"

#include <algorithm>

namespace sluice::server::codedeploy {
namespace {

constexpr std::string_view applications_kind = "codedeploy-application";
constexpr std::string_view groups_kind = "codedeploy-group";
constexpr std::string_view configurations_kind = "codedeploy-configuration";
constexpr std::string_view revisions_kind = "codedeploy-revision";

Named to_named(Application const& one) {
  return {one.name,
          json::Value{{"id", one.id}, {"created", to_millis(one.created)}, {"tags", one.tags}},
          one.version};
}

Application application_of(Named const& named) {
  return {named.body["id"].as_string(), named.name, from_millis(named.body["created"].as_int()),
          named.body["tags"], named.version};
}

Named to_named(Group const& one) {
  return {one.name, json::Value{{"id", one.id}, {"settings", one.settings}, {"tags", one.tags}},
          one.version};
}

Group group_of(Named const& named) {
  return {named.body["id"].as_string(), named.name, named.body["settings"], named.body["tags"],
          named.version};
}

CustomConfiguration configuration_of(Named const& named) {
  return {named.body["id"].as_string(), named.name, from_millis(named.body["created"].as_int()),
          named.body["routing"]};
}

store::Record to_record(std::string const& kind, Revision const& one) {
  json::Value body{{"location", one.location},
                   {"description", one.description},
                   {"registered", to_millis(one.registered)}};
  if (one.first_used) body.set("first_used", to_millis(*one.first_used));
  if (one.last_used) body.set("last_used", to_millis(*one.last_used));
  return {kind, one.id, std::move(body), one.version, {}};
}

Revision revision_of(store::Record const& record) {
  auto time = [&](std::string_view name) {
    auto const& at = record.body[name];
    return at.is_null() ? std::optional<Time>() : from_millis(at.as_int());
  };
  return {record.id,
          record.body["location"],
          record.body["description"].as_string(),
          from_millis(record.body["registered"].as_int()),
          time("first_used"),
          time("last_used"),
          record.version};
}

template <class To>
auto each(Result<std::vector<Named>> const& all, To const& to)
    -> Result<std::vector<decltype(to(std::declval<Named>()))>> {
  if (!all) return std::unexpected(all.error());
  std::vector<decltype(to(std::declval<Named>()))> out;
  out.reserve(all->size());
  for (auto const& one : *all) out.push_back(to(one));
  return out;
}

template <class To>
auto some(Result<std::optional<Named>> const& one, To const& to)
    -> Result<std::optional<decltype(to(std::declval<Named>()))>> {
  if (!one) return std::unexpected(one.error());
  if (!*one) return std::nullopt;
  return to(**one);
}

}  // namespace

std::string Registry::Region::kind(std::string_view what) const {
  return std::string(what) + "/" + name_;
}

std::string Registry::Region::kind(std::string_view what, Application const& of) const {
  return kind(what) + "/" + of.id;
}

Result<bool> Registry::Region::rename_in(std::string const& kind, Named const& from,
                                         std::string const& to) {
  return in_store([&](store::Store& store) { return rename_named(store, kind, from, to); });
}

Result<void> Registry::Region::change_in(std::string const& kind, Named const& changed) {
  return in_store([&](store::Store& store) { return replace_named(store, kind, changed); });
}

Result<void> Registry::Region::remove_in(std::string const& kind, Named const& gone) {
  return in_store([&](store::Store& store) { return remove_named(store, kind, gone); });
}

/// One by one, so that others get their turn with the store in between.
Result<void> Registry::Region::remove_all(std::string const& kind) {
  auto all = in_store([&](store::Store& store) { return store.records(kind); });
  if (!all) return std::unexpected(all.error());
  for (auto const& record : *all) {
    auto removed = in_store(
        [&](store::Store& store) { return store.remove_record(kind, record.id, record.version); });
    if (!removed && removed.error().code != ErrorCode::conflict) return removed;
  }
  return {};
}

Result<std::vector<Application>> Registry::Region::applications() {
  auto all = in_store([&](store::Store& s) { return all_named(s, kind(applications_kind)); });
  return each(all, application_of);
}

Result<std::optional<Application>> Registry::Region::application(std::string const& name) {
  auto one =
      in_store([&](store::Store& s) { return find_named(s, kind(applications_kind), name); });
  return some(one, application_of);
}

Result<std::optional<Application>> Registry::Region::create_application(std::string const& name,
                                                                        json::Value const& tags) {
  using Made = Result<std::optional<Application>>;
  return in_store([&](store::Store& store) -> Made {
    Application made{new_uuid(registry_.random_), name, registry_.now(), tags, 0};
    auto created = create_named(store, kind(applications_kind), to_named(made));
    if (!created) return std::unexpected(created.error());
    if (!*created) return std::nullopt;
    made.version = **created;
    return made;
  });
}

Result<bool> Registry::Region::rename(Application const& application, std::string const& name) {
  return rename_in(kind(applications_kind), to_named(application), name);
}

Result<void> Registry::Region::change(Application const& application) {
  return change_in(kind(applications_kind), to_named(application));
}

/// The application first: what is left of a removal that was cut off belongs to an id that nothing
/// has any more.
Result<void> Registry::Region::remove(Application const& application) {
  auto removed = remove_in(kind(applications_kind), to_named(application));
  if (!removed) return removed;
  if (auto gone = remove_all(kind(groups_kind, application)); !gone) return gone;
  return remove_all(kind(revisions_kind, application));
}

Result<std::vector<Group>> Registry::Region::groups(Application const& of) {
  auto all = in_store([&](store::Store& s) { return all_named(s, kind(groups_kind, of)); });
  return each(all, group_of);
}

Result<std::optional<Group>> Registry::Region::group(Application const& of,
                                                     std::string const& name) {
  auto one = in_store([&](store::Store& s) { return find_named(s, kind(groups_kind, of), name); });
  return some(one, group_of);
}

Result<std::optional<Group>> Registry::Region::create_group(Application const& of,
                                                            Group const& group) {
  using Made = Result<std::optional<Group>>;
  return in_store([&](store::Store& store) -> Made {
    Group made = group;
    made.id = new_uuid(registry_.random_);
    auto created = create_named(store, kind(groups_kind, of), to_named(made));
    if (!created) return std::unexpected(created.error());
    if (!*created) return std::nullopt;
    made.version = **created;
    return made;
  });
}

Result<bool> Registry::Region::rename(Application const& of, Group const& group,
                                      std::string const& name) {
  return rename_in(kind(groups_kind, of), to_named(group), name);
}

Result<void> Registry::Region::change(Application const& of, Group const& group) {
  return change_in(kind(groups_kind, of), to_named(group));
}

Result<void> Registry::Region::remove(Application const& of, Group const& group) {
  return remove_in(kind(groups_kind, of), to_named(group));
}

Result<std::vector<CustomConfiguration>> Registry::Region::configurations() {
  auto all = in_store([&](store::Store& s) { return all_named(s, kind(configurations_kind)); });
  return each(all, configuration_of);
}

Result<std::optional<CustomConfiguration>> Registry::Region::configuration(
    std::string const& name) {
  auto one =
      in_store([&](store::Store& s) { return find_named(s, kind(configurations_kind), name); });
  return some(one, configuration_of);
}

Result<std::optional<CustomConfiguration>> Registry::Region::create_configuration(
    std::string const& name, json::Value const& routing) {
  using Made = Result<std::optional<CustomConfiguration>>;
  return in_store([&](store::Store& store) -> Made {
    CustomConfiguration const made{new_uuid(registry_.random_), name, registry_.now(), routing};
    Named const record{
        name,
        json::Value{
            {"id", made.id}, {"created", to_millis(made.created)}, {"routing", made.routing}},
        0};
    auto created = create_named(store, kind(configurations_kind), record);
    if (!created) return std::unexpected(created.error());
    return *created ? Made(made) : Made(std::nullopt);
  });
}

Result<void> Registry::Region::remove_configuration(std::string const& name) {
  return in_store([&](store::Store& store) -> Result<void> {
    auto one = find_named(store, kind(configurations_kind), name);
    if (!one) return std::unexpected(one.error());
    if (!*one) return {};
    return remove_named(store, kind(configurations_kind), **one);
  });
}

Result<std::vector<Revision>> Registry::Region::revisions(Application const& of) {
  auto all = in_store([&](store::Store& s) { return s.records(kind(revisions_kind, of)); });
  if (!all) return std::unexpected(all.error());
  std::vector<Revision> out;
  for (auto const& record : *all) out.push_back(revision_of(record));
  return out;
}

Result<std::optional<Revision>> Registry::Region::revision(Application const& of,
                                                           std::string const& id) {
  auto record = in_store([&](store::Store& s) { return s.record(kind(revisions_kind, of), id); });
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  return revision_of(**record);
}

Result<void> Registry::Region::keep(Application const& of, Revision const& revision) {
  auto put = in_store([&](store::Store& store) {
    return store.put_record(to_record(kind(revisions_kind, of), revision));
  });
  if (!put) return std::unexpected(put.error());
  return {};
}

}  // namespace sluice::server::codedeploy
