#include "local/model/s3.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::local {
namespace {

Fault no_such_bucket(std::string const& name) {
  Fault fault{404, "NoSuchBucket", "The specified bucket does not exist"};
  fault.more = {{"BucketName", name}};
  return fault;
}

bool is_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63 || name.find("..") != std::string_view::npos)
    return false;
  auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!letter_or_digit(name.front()) || !letter_or_digit(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter_or_digit(c) || c == '-' || c == '.'; });
}

auto find_version(std::vector<ObjectVersion>& versions, std::string_view id) {
  return std::find_if(versions.begin(), versions.end(),
                      [&](ObjectVersion const& version) { return version.version_id == id; });
}

}  // namespace

std::string_view name_of(Versioning versioning) {
  switch (versioning) {
    case Versioning::never: return "never";
    case Versioning::enabled: return "enabled";
    case Versioning::suspended: return "suspended";
  }
  return "never";
}

Outcome<void> S3::create_bucket(std::string const& account, std::string const& region,
                                std::string const& name, Time now) {
  if (!is_bucket_name(name)) {
    Fault fault{400, "InvalidBucketName", "The specified bucket is not valid."};
    fault.more = {{"BucketName", name}};
    return std::unexpected(fault);
  }
  if (auto at = buckets_.find(name); at != buckets_.end()) {
    if (at->second.account != account)
      return refuse(409, "BucketAlreadyExists",
                    "The requested bucket name is not available. The bucket namespace is shared by "
                    "all users of the system. Please select a different name and try again.");
    // In us-east-1 S3 answers 200 to the owner who creates a bucket again.
    if (region == "us-east-1" && at->second.region == region) return {};
    return refuse(409, "BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.");
  }
  if (buckets_.size() >= max_buckets)
    return refuse(400, "TooManyBuckets", "You have attempted to create more buckets than allowed");
  Bucket bucket;
  bucket.name = name;
  bucket.account = account;
  bucket.region = region;
  bucket.created = now;
  buckets_.emplace(name, std::move(bucket));
  return {};
}

Outcome<void> S3::delete_bucket(std::string const& account, std::string const& name) {
  auto found = own(account, name);
  if (!found) return std::unexpected(found.error());
  if (!(*found)->objects.empty())
    return refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
  buckets_.erase(name);
  return {};
}

Outcome<Bucket*> S3::own(std::string const& account, std::string const& name) {
  auto at = buckets_.find(name);
  if (at == buckets_.end()) return std::unexpected(no_such_bucket(name));
  if (at->second.account != account) return refuse(403, "AccessDenied", "Access Denied");
  return &at->second;
}

Outcome<Bucket const*> S3::bucket(std::string const& name) const {
  auto at = buckets_.find(name);
  if (at == buckets_.end()) return std::unexpected(no_such_bucket(name));
  return &at->second;
}

std::vector<Bucket const*> S3::buckets(std::string const& account) const {
  std::vector<Bucket const*> found;
  for (auto const& [name, bucket] : buckets_)
    if (bucket.account == account) found.push_back(&bucket);
  return found;
}

Outcome<void> S3::set_versioning(std::string const& account, std::string const& name,
                                 Versioning to) {
  auto found = own(account, name);
  if (!found) return std::unexpected(found.error());
  if (to == Versioning::never)
    return refuse(400, "IllegalVersioningConfigurationException",
                  "The Versioning element must be specified");
  (*found)->versioning = to;
  return {};
}

std::string S3::new_version_id(std::string_view bucket, std::string_view key) {
  auto const from =
      std::string(bucket) + "/" + std::string(key) + "/" + std::to_string(++sequence_);
  // Version ids are opaque, 32 signs that need no escaping in a URL.
  auto id = base64(sha256(from)).substr(0, 32);
  std::replace(id.begin(), id.end(), '+', '.');
  std::replace(id.begin(), id.end(), '/', '_');
  return id;
}

Outcome<ObjectVersion const*> S3::put(std::string const& account, std::string const& bucket,
                                      PutObject const& object, Time now) {
  auto found = own(account, bucket);
  if (!found) return std::unexpected(found.error());
  Bucket& home = **found;
  if (object.key.empty() || object.key.size() > 1024)
    return refuse(400, "KeyTooLongError", "Your key is too long");
  if (versions_ >= max_versions)
    return refuse(503, "SlowDown", "the local endpoint holds its limit of object versions");
  auto at = home.objects.find(object.key);
  bool const present = at != home.objects.end() && !at->second.back().delete_marker;
  if (object.only_if_absent && present)
    return refuse(412, "PreconditionFailed",
                  "At least one of the pre-conditions you specified did not hold");
  auto blob = blobs_.put(object.bytes);
  if (!blob) return refuse(500, "InternalError", blob.error().text());

  ObjectVersion version;
  version.etag = object.etag.empty() ? hex(md5(object.bytes)) : object.etag;
  version.size = object.bytes.size();
  version.blob = std::move(*blob);
  version.modified = now;
  version.fields = object.fields;
  auto& versions = home.objects[object.key];
  if (home.versioning == Versioning::enabled) {
    version.version_id = new_version_id(bucket, object.key);
  } else {
    version.version_id = "null";
    if (auto old = find_version(versions, "null"); old != versions.end()) {
      versions.erase(old);
      --versions_;
    }
  }
  versions.push_back(std::move(version));
  ++versions_;
  return &versions.back();
}

Outcome<ObjectVersion const*> S3::find(std::string const& bucket_name, std::string const& key,
                                       std::string const& version_id) const {
  auto home = bucket(bucket_name);
  if (!home) return std::unexpected(home.error());
  auto at = (*home)->objects.find(key);
  if (version_id.empty()) {
    if (at != (*home)->objects.end() && !at->second.back().delete_marker) return &at->second.back();
    Fault fault{404, "NoSuchKey", "The specified key does not exist."};
    fault.more = {{"Key", key}};
    if (at != (*home)->objects.end()) {
      fault.more.emplace_back("DeleteMarker", true);
      fault.more.emplace_back("VersionId", at->second.back().version_id);
    }
    return std::unexpected(fault);
  }
  if (at != (*home)->objects.end()) {
    for (auto const& version : at->second) {
      if (version.version_id != version_id) continue;
      if (!version.delete_marker) return &version;
      Fault fault{405, "MethodNotAllowed",
                  "The specified method is not allowed against this resource."};
      fault.more = {{"DeleteMarker", true}, {"VersionId", version_id}};
      return std::unexpected(fault);
    }
  }
  Fault fault{404, "NoSuchVersion", "The specified version does not exist."};
  fault.more = {{"Key", key}, {"VersionId", version_id}};
  return std::unexpected(fault);
}

Outcome<std::string> S3::bytes(ObjectVersion const& version) const {
  auto read = blobs_.get(version.blob);
  if (!read) return refuse(500, "InternalError", read.error().text());
  return std::move(*read);
}

Outcome<DeleteResult> S3::remove(std::string const& account, std::string const& bucket,
                                 std::string const& key, std::string const& version_id, Time now) {
  auto found = own(account, bucket);
  if (!found) return std::unexpected(found.error());
  Bucket& home = **found;
  auto at = home.objects.find(key);
  bool const simple = home.versioning == Versioning::never;
  auto const wanted = version_id.empty() && simple ? std::string("null") : version_id;
  DeleteResult result;
  if (!wanted.empty()) {
    if (!simple || !version_id.empty()) result.version_id = version_id;
    if (at == home.objects.end()) return result;
    auto& versions = at->second;
    if (auto old = find_version(versions, wanted); old != versions.end()) {
      result.delete_marker = old->delete_marker;
      versions.erase(old);
      --versions_;
    }
    if (versions.empty()) home.objects.erase(at);
    return result;
  }
  // Without a version id a versioned bucket only writes a marker, even where there is no such key.
  if (versions_ >= max_versions)
    return refuse(503, "SlowDown", "the local endpoint holds its limit of object versions");
  ObjectVersion marker;
  marker.delete_marker = true;
  marker.modified = now;
  auto& versions = home.objects[key];
  if (home.versioning == Versioning::enabled) {
    marker.version_id = new_version_id(bucket, key);
  } else {
    marker.version_id = "null";
    if (auto old = find_version(versions, "null"); old != versions.end()) {
      versions.erase(old);
      --versions_;
    }
  }
  result = {true, marker.version_id};
  versions.push_back(std::move(marker));
  ++versions_;
  return result;
}

std::set<std::string> S3::blobs_in_use() const {
  std::set<std::string> names;
  for (auto const& [name, bucket] : buckets_)
    for (auto const& [key, versions] : bucket.objects)
      for (auto const& version : versions)
        if (!version.blob.empty()) names.insert(version.blob);
  return names;
}

}  // namespace sluice::local
