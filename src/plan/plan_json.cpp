#include "plan/plan.hpp"

namespace sluice::plan {
namespace {

constexpr std::pair<Package::Kind, std::string_view> package_kinds[] = {
    {Package::Kind::none, "none"},   {Package::Kind::folder, "folder"},
    {Package::Kind::zip, "zip"},     {Package::Kind::s3, "s3"},
    {Package::Kind::image, "image"}, {Package::Kind::stored, "stored"}};
constexpr std::pair<Lock::Busy, std::string_view> busy_modes[] = {
    {Lock::Busy::reject, "reject"},
    {Lock::Busy::queue, "queue"},
    {Lock::Busy::enqueue_one, "enqueue_one"},
    {Lock::Busy::supersede, "supersede"}};
constexpr std::pair<ExternalChange, std::string_view> external_changes[] = {
    {ExternalChange::hold, "hold"},
    {ExternalChange::roll_back, "roll_back"},
    {ExternalChange::carry_on, "continue"}};

template <class Table, class Enum>
std::string_view word(Table const& table, Enum value) {
  for (auto const& [entry, name] : table)
    if (entry == value) return name;
  return "";
}

/// The first entry is what an unknown or missing word means.
template <class Enum, std::size_t Count>
Enum value_of(std::pair<Enum, std::string_view> const (&table)[Count], std::string_view name) {
  for (auto const& [entry, text] : table)
    if (text == name) return entry;
  return table[0].first;
}

}  // namespace

std::string_view name_of(Lock::Busy mode) { return word(busy_modes, mode); }
Lock::Busy busy_mode_of(std::string_view name) { return value_of(busy_modes, name); }

namespace {

void put(json::Value& out, std::string_view name, std::string const& text) {
  if (!text.empty()) out.set(name, text);
}

json::Value package_to_json(Package const& package) {
  json::Value out{{"kind", word(package_kinds, package.kind)}};
  put(out, "path", package.path);
  put(out, "bucket", package.bucket);
  put(out, "key", package.key);
  put(out, "object_version", package.object_version);
  put(out, "image", package.image);
  put(out, "sha256", package.sha256);
  if (package.size) out.set("size", package.size);
  put(out, "staging", package.staging);
  return out;
}

Package package_from_json(json::Value const& value) {
  Package package;
  package.kind = value_of(package_kinds, value["kind"].as_string());
  package.path = value["path"].as_string();
  package.bucket = value["bucket"].as_string();
  package.key = value["key"].as_string();
  package.object_version = value["object_version"].as_string();
  package.image = value["image"].as_string();
  package.sha256 = value["sha256"].as_string();
  package.size = value["size"].as_int();
  package.staging = value["staging"].as_string();
  return package;
}

json::Value target_to_json(Target const& target) {
  json::Value out{{"name", target.name}};
  put(out, "account", target.account);
  put(out, "region", target.region);
  put(out, "role", target.role);
  put(out, "external_id", target.external_id);
  put(out, "session_name", target.session_name);
  return out;
}

Target target_from_json(json::Value const& value) {
  return {value["name"].as_string(),        value["account"].as_string(),
          value["region"].as_string(),      value["role"].as_string(),
          value["external_id"].as_string(), value["session_name"].as_string()};
}

json::Value release_to_json(Release const& release) {
  json::Value out{{"id", release.id}, {"target", release.target}, {"function", release.function}};
  put(out, "alias", release.alias);
  if (!release.configuration.is_null()) out.set("configuration", release.configuration);
  if (release.package.kind != Package::Kind::none)
    out.set("package", package_to_json(release.package));
  if (release.tags) out.set("tags", json::object_of(*release.tags));
  if (release.reserved_concurrency) out.set("reserved_concurrency", *release.reserved_concurrency);
  if (release.alias_description) out.set("alias_description", *release.alias_description);
  put(out, "version_description", release.version_description);
  put(out, "given_baseline", release.given_baseline);
  put(out, "given_candidate", release.given_candidate);
  if (release.missing_alias == Release::MissingAlias::create_at_end)
    out.set("missing_alias", "create_at_end");
  if (release.heal_to_primary) out.set("heal", "to_primary");
  if (release.restore_latest) out.set("restore_latest", true);
  if (release.delete_created) out.set("delete_created", true);
  if (release.delete_candidate)
    out.set("delete_candidate", json::Value{{"drain_ms", release.drain.count()}});
  if (release.keep_versions)
    out.set("keep_versions",
            json::Value{{"count", *release.keep_versions}, {"drain_ms", release.drain.count()}});
  return out;
}

Release release_from_json(json::Value const& value) {
  Release release;
  release.id = value["id"].as_string();
  release.target = value["target"].as_string();
  release.function = value["function"].as_string();
  release.alias = value["alias"].as_string();
  release.configuration = value["configuration"];
  release.package = package_from_json(value["package"]);
  if (value.contains("tags")) {
    release.tags.emplace();
    for (auto const& [name, text] : value["tags"].members())
      (*release.tags)[name] = text.as_string();
  }
  if (value.contains("reserved_concurrency"))
    release.reserved_concurrency = static_cast<int>(value["reserved_concurrency"].as_int());
  if (value.contains("alias_description"))
    release.alias_description = value["alias_description"].as_string();
  release.version_description = value["version_description"].as_string();
  release.given_baseline = value["given_baseline"].as_string();
  release.given_candidate = value["given_candidate"].as_string();
  if (value["missing_alias"].as_string() == "create_at_end")
    release.missing_alias = Release::MissingAlias::create_at_end;
  release.heal_to_primary = value["heal"].as_string() == "to_primary";
  release.restore_latest = value["restore_latest"].as_bool();
  release.delete_created = value["delete_created"].as_bool();
  release.delete_candidate = value.contains("delete_candidate");
  if (release.delete_candidate)
    release.drain = Duration(value["delete_candidate"]["drain_ms"].as_int());
  if (auto const& keep = value["keep_versions"]; !keep.is_null()) {
    release.keep_versions = static_cast<int>(keep["count"].as_int());
    release.drain = Duration(keep["drain_ms"].as_int());
  }
  return release;
}

template <class Items, class Write>
json::Value list(Items const& items, Write write) {
  json::Array out;
  for (auto const& item : items) out.push_back(write(item));
  return out;
}

}  // namespace

json::Value to_json(Plan const& plan) {
  json::Value out{{"apiVersion", "sluice/v1"},
                  {"kind", "Plan"},
                  {"name", plan.name},
                  {"dialect", plan.dialect}};
  put(out, "source_name", plan.source_name);
  put(out, "description", plan.description);
  out.set("targets", list(plan.targets, target_to_json));
  out.set("releases", list(plan.releases, release_to_json));
  out.set("locks", list(plan.locks, [](Lock const& lock) {
            return json::Value{{"name", lock.name}, {"busy", word(busy_modes, lock.busy)}};
          }));
  out.set("external_change", word(external_changes, plan.external_change));
  out.set("hold_timeout_ms", plan.hold_timeout.count());
  out.set("rollback_patience_ms", plan.rollback_patience.count());
  if (!plan.context.is_null()) out.set("context", plan.context);
  out.set("root", to_json(plan.root));
  return out;
}

Result<Plan> plan_from_json(json::Value const& value) {
  if (value["kind"].as_string() != "Plan" || value["apiVersion"].as_string() != "sluice/v1")
    return fail(ErrorCode::corrupt, "this is not a plan that this version of sluice can read");
  Plan plan;
  plan.name = value["name"].as_string();
  plan.dialect = value["dialect"].as_string();
  plan.source_name = value["source_name"].as_string();
  plan.description = value["description"].as_string();
  for (auto const& item : value["targets"].items()) plan.targets.push_back(target_from_json(item));
  for (auto const& item : value["releases"].items())
    plan.releases.push_back(release_from_json(item));
  for (auto const& item : value["locks"].items())
    plan.locks.push_back(
        {item["name"].as_string(), value_of(busy_modes, item["busy"].as_string())});
  plan.external_change = value_of(external_changes, value["external_change"].as_string());
  plan.hold_timeout = Duration(value["hold_timeout_ms"].as_int());
  plan.rollback_patience = Duration(value["rollback_patience_ms"].as_int());
  plan.context = value["context"];
  auto root = node_from_json(value["root"]);
  if (!root) return std::unexpected(root.error());
  plan.root = std::move(*root);
  return plan;
}

}  // namespace sluice::plan
