#include <array>
#include <charconv>
#include <utility>

#include "local/model/lambda_state.hpp"

namespace sluice::local::lambda {
namespace {

constexpr int format = 1;

// JSON integers are 64 bits wide, but sizes are unsigned here.
std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t unsigned_of(json::Value const& value) {
  return static_cast<std::uint64_t>(value.as_int());
}

json::Value write(Failure const& failure) {
  return {{"code", failure.reason_code}, {"reason", failure.reason}};
}

Failure read_failure(json::Value const& value) {
  return {value["code"].as_string(), value["reason"].as_string()};
}

json::Value write(Code const& code) {
  return {{"sha256", code.sha256},
          {"size", signed_of(code.size)},
          {"unzipped_size", signed_of(code.unzipped_size)},
          {"image_uri", code.image_uri},
          {"resolved_image_uri", code.resolved_image_uri},
          {"kms_key_arn", code.kms_key_arn}};
}

Code read_code(json::Value const& value) {
  return {.sha256 = value["sha256"].as_string(),
          .size = unsigned_of(value["size"]),
          .unzipped_size = unsigned_of(value["unzipped_size"]),
          .image_uri = value["image_uri"].as_string(),
          .resolved_image_uri = value["resolved_image_uri"].as_string(),
          .kms_key_arn = value["kms_key_arn"].as_string()};
}

json::Value write(Record const& record) {
  json::Value out{{"version", record.version},
                  {"configuration", record.configuration},
                  {"code", write(record.code)},
                  {"revision_id", record.revision_id},
                  {"last_modified", to_millis(record.last_modified)},
                  {"edition", record.edition},
                  {"state", name_of(record.state)},
                  {"update", name_of(record.update)},
                  {"trouble", write(record.trouble)}};
  if (!record.settling) return out;
  json::Value settling{{"at", to_millis(record.settling->at)},
                       {"revision_id", record.settling->revision_id}};
  if (record.settling->failure) settling.set("failure", write(*record.settling->failure));
  out.set("settling", std::move(settling));
  return out;
}

/// The member of `choices` that is written so; the first where none is.
template <class Choice>
Choice read_choice(json::Value const& value, std::initializer_list<Choice> choices) {
  for (auto choice : choices)
    if (name_of(choice) == value.as_string()) return choice;
  return *choices.begin();
}

Record read_record(json::Value const& value) {
  Record record;
  record.version = value["version"].as_string();
  record.configuration = value["configuration"];
  record.code = read_code(value["code"]);
  record.revision_id = value["revision_id"].as_string();
  record.last_modified = from_millis(value["last_modified"].as_int());
  record.edition = value["edition"].as_int();
  record.state = read_choice(value["state"], {State::pending, State::active, State::failed});
  record.update = read_choice(
      value["update"], {Update::none, Update::in_progress, Update::successful, Update::failed});
  record.trouble = read_failure(value["trouble"]);
  auto const& settling = value["settling"];
  if (settling.is_null()) return record;
  record.settling = Settling{.at = from_millis(settling["at"].as_int()),
                             .revision_id = settling["revision_id"].as_string(),
                             .failure = {}};
  if (settling.contains("failure")) record.settling->failure = read_failure(settling["failure"]);
  return record;
}

json::Value write(Alias const& alias) {
  json::Object weights(alias.weights.begin(), alias.weights.end());
  return {{"name", alias.name},
          {"function_version", alias.function_version},
          {"description", alias.description},
          {"revision_id", alias.revision_id},
          {"weights", json::Value(std::move(weights))}};
}

Alias read_alias(json::Value const& value) {
  Alias alias{.name = value["name"].as_string(),
              .function_version = value["function_version"].as_string(),
              .description = value["description"].as_string(),
              .revision_id = value["revision_id"].as_string(),
              .weights = {}};
  for (auto const& [version, weight] : value["weights"].members())
    alias.weights[version] = weight.as_double();
  return alias;
}

json::Value write(Provisioned const& provisioned) {
  json::Object weights(provisioned.weights.begin(), provisioned.weights.end());
  json::Value out{{"requested", provisioned.requested},
                  {"modified", to_millis(provisioned.modified)},
                  {"ready_at", to_millis(provisioned.ready_at)},
                  {"weights", json::Value(std::move(weights))},
                  {"settled_revision", provisioned.settled_revision}};
  if (provisioned.failure) out.set("failure", write(*provisioned.failure));
  return out;
}

Provisioned read_provisioned(json::Value const& value) {
  Provisioned provisioned;
  provisioned.requested = value["requested"].as_int();
  provisioned.modified = from_millis(value["modified"].as_int());
  provisioned.ready_at = from_millis(value["ready_at"].as_int());
  if (value.contains("failure")) provisioned.failure = read_failure(value["failure"]);
  for (auto const& [version, weight] : value["weights"].members())
    provisioned.weights[version] = weight.as_double();
  provisioned.settled_revision = value["settled_revision"].as_string();
  return provisioned;
}

json::Value write(AliasEntry const& entry) {
  json::Value out{{"alias", write(entry.alias)}, {"effective_at", to_millis(entry.effective_at)}};
  if (entry.before) out.set("before", write(*entry.before));
  if (entry.provisioned) out.set("provisioned", write(*entry.provisioned));
  return out;
}

AliasEntry read_entry(json::Value const& value) {
  AliasEntry entry;
  entry.alias = read_alias(value["alias"]);
  if (value.contains("before")) entry.before = read_alias(value["before"]);
  entry.effective_at = from_millis(value["effective_at"].as_int());
  if (value.contains("provisioned")) entry.provisioned = read_provisioned(value["provisioned"]);
  return entry;
}

json::Value write(Function const& function) {
  json::Value versions{json::Array{}};
  for (auto const& [number, version] : function.versions) versions.push(write(version));
  json::Value aliases{json::Array{}};
  for (auto const& [name, entry] : function.aliases) aliases.push(write(entry));
  json::Value policies{json::Object{}};
  for (auto const& [qualifier, policy] : function.policies)
    policies.mutable_members().emplace_back(
        qualifier, json::Value{{"revision_id", policy.revision_id},
                               {"statements", json::Value(policy.statements)}});
  json::Object tags(function.tags.begin(), function.tags.end());
  json::Object urls(function.urls.begin(), function.urls.end());
  json::Value out{
      {"name", function.name},           {"latest", write(function.latest)},
      {"versions", std::move(versions)}, {"updated_since_publish", function.updated_since_publish},
      {"aliases", std::move(aliases)},   {"tags", json::Value(std::move(tags))},
      {"policies", std::move(policies)}, {"urls", json::Value(std::move(urls))}};
  if (function.in_force) out.set("in_force", write(*function.in_force));
  if (function.reserved_concurrency)
    out.set("reserved_concurrency", *function.reserved_concurrency);
  return out;
}

/// A version's number; 0 where the text is none.
std::int64_t number_of(std::string const& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::expected<Function, std::string> read_function(json::Value const& value) {
  Function function;
  function.name = value["name"].as_string();
  function.latest = read_record(value["latest"]);
  if (value.contains("in_force")) function.in_force = read_record(value["in_force"]);
  for (auto const& entry : value["versions"].items()) {
    auto record = read_record(entry);
    auto number = number_of(record.version);
    if (number < 1) return std::unexpected("a version of " + function.name + " has no number");
    function.versions[number] = std::move(record);
  }
  function.updated_since_publish = value["updated_since_publish"].as_bool(true);
  auto exists = [&](std::string const& version) {
    return version == latest_version || function.versions.contains(number_of(version));
  };
  for (auto const& item : value["aliases"].items()) {
    auto entry = read_entry(item);
    bool whole = exists(entry.alias.function_version);
    for (auto const& [version, weight] : entry.alias.weights) whole = whole && exists(version);
    if (!whole)
      return std::unexpected("the alias " + entry.alias.name + " of " + function.name +
                             " names a version that is not there");
    auto name = entry.alias.name;
    function.aliases[name] = std::move(entry);
  }
  for (auto const& [key, tag] : value["tags"].members()) function.tags[key] = tag.as_string();
  for (auto const& [qualifier, policy] : value["policies"].members())
    function.policies[qualifier] = {policy["revision_id"].as_string(),
                                    policy["statements"].items()};
  for (auto const& [qualifier, url] : value["urls"].members()) function.urls[qualifier] = url;
  if (value.contains("reserved_concurrency"))
    function.reserved_concurrency = value["reserved_concurrency"].as_int();
  return function;
}

}  // namespace

json::Value to_json(Data const& data) {
  json::Value functions{json::Array{}};
  for (auto const& [name, function] : data.functions) functions.push(write(function));
  json::Object last_versions(data.last_versions.begin(), data.last_versions.end());
  json::Value mappings{json::Object{}};
  for (auto const& [id, mapping] : data.mappings)
    mappings.mutable_members().emplace_back(
        id, json::Value{{"configuration", mapping.configuration},
                        {"enabled_at", to_millis(mapping.enabled_at)}});
  json::Object layers;
  for (auto const& [arn, size] : data.layers) layers.emplace_back(arn, signed_of(size));
  json::Object refusals(data.role_refusals.begin(), data.role_refusals.end());
  json::Value failures{json::Object{}};
  for (auto const& [name, queue] : data.programmed_failures) {
    json::Value list{json::Array{}};
    for (auto const& failure : queue) list.push(write(failure));
    failures.set(name, std::move(list));
  }
  return {{"format", format},
          {"account", data.account},
          {"region", data.region},
          {"functions", std::move(functions)},
          {"last_versions", json::Value(std::move(last_versions))},
          {"last_edition", data.last_edition},
          {"mappings", std::move(mappings)},
          {"layers", json::Value(std::move(layers))},
          {"role_refusals", json::Value(std::move(refusals))},
          {"programmed_failures", std::move(failures)}};
}

std::expected<Data, std::string> data_from_json(json::Value const& snapshot) {
  if (snapshot["format"].as_int() != format)
    return std::unexpected("the saved state has a format this program does not know");
  Data data;
  data.account = snapshot["account"].as_string();
  data.region = snapshot["region"].as_string();
  data.last_edition = snapshot["last_edition"].as_int();
  for (auto const& entry : snapshot["functions"].items()) {
    auto function = read_function(entry);
    if (!function) return std::unexpected(function.error());
    auto name = function->name;
    data.functions[name] = std::move(*function);
  }
  for (auto const& [name, number] : snapshot["last_versions"].members())
    data.last_versions[name] = number.as_int();
  for (auto const& [id, mapping] : snapshot["mappings"].members())
    data.mappings[id] = {mapping["configuration"], from_millis(mapping["enabled_at"].as_int())};
  for (auto const& [arn, size] : snapshot["layers"].members()) data.layers[arn] = unsigned_of(size);
  for (auto const& [role, times] : snapshot["role_refusals"].members())
    data.role_refusals[role] = static_cast<int>(times.as_int());
  for (auto const& [name, list] : snapshot["programmed_failures"].members())
    for (auto const& failure : list.items())
      data.programmed_failures[name].push_back(read_failure(failure));
  return data;
}

}  // namespace sluice::local::lambda
