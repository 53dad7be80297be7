#include "local/model/s3.hpp"

namespace sluice::local {
namespace {

json::Value save_version(ObjectVersion const& version) {
  json::Value saved{{"id", version.version_id}, {"modified", to_millis(version.modified)}};
  if (version.delete_marker) {
    saved.set("deleteMarker", true);
    return saved;
  }
  saved.set("etag", version.etag);
  saved.set("size", static_cast<std::size_t>(version.size));
  saved.set("blob", version.blob);
  saved.set("fields", json::object_of(version.fields));
  return saved;
}

ObjectVersion load_version(json::Value const& saved) {
  ObjectVersion version;
  version.version_id = saved["id"].as_string();
  version.modified = from_millis(saved["modified"].as_int());
  version.delete_marker = saved["deleteMarker"].as_bool();
  version.etag = saved["etag"].as_string();
  version.size = static_cast<std::uint64_t>(saved["size"].as_int());
  version.blob = saved["blob"].as_string();
  for (auto const& [name, value] : saved["fields"].members())
    version.fields.emplace(name, value.as_string());
  return version;
}

Versioning versioning_of(std::string const& name) {
  if (name == "enabled") return Versioning::enabled;
  if (name == "suspended") return Versioning::suspended;
  return Versioning::never;
}

}  // namespace

json::Value S3::save() const {
  json::Value buckets = json::array({});
  for (auto const& [name, bucket] : buckets_) {
    json::Value objects = json::Object{};
    for (auto const& [key, versions] : bucket.objects) {
      json::Value list = json::array({});
      for (auto const& version : versions) list.push(save_version(version));
      objects.mutable_members().emplace_back(key, std::move(list));
    }
    buckets.push(json::Value{{"name", name},
                             {"account", bucket.account},
                             {"region", bucket.region},
                             {"created", to_millis(bucket.created)},
                             {"versioning", name_of(bucket.versioning)},
                             {"objects", std::move(objects)}});
  }
  return json::Value{{"sequence", static_cast<std::size_t>(sequence_)},
                     {"buckets", std::move(buckets)}};
}

void S3::load(json::Value const& saved) {
  buckets_.clear();
  versions_ = 0;
  sequence_ = static_cast<std::uint64_t>(saved["sequence"].as_int());
  for (auto const& item : saved["buckets"].items()) {
    Bucket bucket;
    bucket.name = item["name"].as_string();
    bucket.account = item["account"].as_string();
    bucket.region = item["region"].as_string();
    bucket.created = from_millis(item["created"].as_int());
    bucket.versioning = versioning_of(item["versioning"].as_string());
    for (auto const& [key, list] : item["objects"].members()) {
      std::vector<ObjectVersion> versions;
      for (auto const& version : list.items()) versions.push_back(load_version(version));
      versions_ += versions.size();
      if (!versions.empty()) bucket.objects.emplace(key, std::move(versions));
    }
    buckets_.emplace(item["name"].as_string(), std::move(bucket));
  }
}

}  // namespace sluice::local
