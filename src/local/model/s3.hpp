#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "local/model/fault.hpp"
#include "local/model/s3_blobs.hpp"

namespace sluice::local {

enum class Versioning { never, enabled, suspended };

/// One version of an object, or a delete marker.
struct ObjectVersion {
  std::string version_id;  ///< "null" where versioning was not enabled when it was written
  bool delete_marker = false;
  std::string etag;  ///< MD5, hex, without quotes; with "-N" behind it for N parts
  std::uint64_t size = 0;
  std::string blob;  ///< its name in the BlobStore; empty for a delete marker
  Time modified;
  /// Lower-case field names with what GetObject gives back: content-type, cache-control,
  /// x-amz-meta-*, x-amz-checksum-crc32 …
  std::map<std::string, std::string> fields;
};

struct Bucket {
  std::string name, account, region;
  Time created;
  Versioning versioning = Versioning::never;
  /// Keys in UTF-8 byte order, the newest version last. Never an empty list.
  std::map<std::string, std::vector<ObjectVersion>, std::less<>> objects;
};

struct PutObject {
  std::string key;
  std::string_view bytes;
  std::map<std::string, std::string> fields;
  bool only_if_absent = false;  ///< If-None-Match: *
  std::string etag;             ///< of a multipart upload; the MD5 of the bytes where it is empty
};

struct ListObjects {
  std::string prefix, delimiter;
  std::string start_after;  ///< key to start behind
  std::string token;        ///< continuation token of the page before; wins over start_after
  std::size_t max_keys = 1000;
};

struct ObjectPage {
  std::vector<std::pair<std::string, ObjectVersion const*>> objects;
  std::vector<std::string> prefixes;
  bool truncated = false;
  std::string next_token;
};

struct ListVersions {
  std::string prefix;
  std::string key_marker, version_marker;
  std::size_t max_keys = 1000;
};

struct VersionPage {
  struct Entry {
    std::string key;
    ObjectVersion const* version = nullptr;
    bool latest = false;
  };
  std::vector<Entry> entries;
  bool truncated = false;
  std::string next_key, next_version;
};

/// What a request found: the version, and whether "not found" is because of a delete marker.
struct DeleteResult {
  bool delete_marker = false;  ///< a marker was written, or one was removed
  std::string version_id;      ///< empty where the bucket never had versioning
};

/// An upload in parts that was begun and is not finished. It does not outlive the process.
struct PartedUpload {
  struct Part {
    std::string blob, md5;  ///< md5: raw
    std::uint64_t size = 0;
  };
  std::string account, bucket, key;
  std::map<std::string, std::string> fields;
  std::map<int, Part> parts;  ///< by number, 1 to 10000
};

/// A part as CompleteMultipartUpload names it.
struct NamedPart {
  int number = 0;
  std::string etag;  ///< hex, without quotes
};

/// Buckets and objects of all accounts. Pure: bytes go through the BlobStore port, time is given.
/// Pointers into it are valid until the next changing call. Faults carry S3's codes.
class S3 {
 public:
  static constexpr std::size_t max_buckets = 1000;
  static constexpr std::size_t max_versions = 200'000;    ///< over all buckets
  static constexpr std::size_t max_uploads = 1000;        ///< begun and not finished
  static constexpr std::uint64_t min_part = 5 << 20;      ///< S3 quotas; the last may be smaller
  static constexpr std::uint64_t max_joined = 300 << 20;  ///< as much as comes in one piece
  static constexpr std::size_t max_page = 1000;           ///< S3 API, max-keys

  explicit S3(BlobStore& blobs) : blobs_(blobs) {}

  Outcome<void> create_bucket(std::string const& account, std::string const& region,
                              std::string const& name, Time now);
  Outcome<void> delete_bucket(std::string const& account, std::string const& name);
  /// For reads. Bucket policies are not modelled: every account may read every bucket, as functions
  /// that share one artifact bucket do.
  Outcome<Bucket const*> bucket(std::string const& name) const;
  std::vector<Bucket const*> buckets(std::string const& account) const;
  Outcome<void> set_versioning(std::string const& account, std::string const& name, Versioning to);

  Outcome<ObjectVersion const*> put(std::string const& account, std::string const& bucket,
                                    PutObject const& object, Time now);
  /// The newest for an empty `version_id`. 404 NoSuchKey (with member DeleteMarker true where one
  /// is the reason), 404 NoSuchVersion, 405 MethodNotAllowed for a marker named by its version.
  Outcome<ObjectVersion const*> find(std::string const& bucket, std::string const& key,
                                     std::string const& version_id) const;
  Outcome<std::string> bytes(ObjectVersion const& version) const;
  Outcome<DeleteResult> remove(std::string const& account, std::string const& bucket,
                               std::string const& key, std::string const& version_id, Time now);

  /// Multipart uploads: 404 NoSuchUpload, 400 InvalidPart, InvalidPartOrder, EntityTooSmall.
  Outcome<std::string> begin_upload(std::string const& account, std::string const& bucket,
                                    std::string const& key,
                                    std::map<std::string, std::string> fields);
  /// The part's ETag.
  Outcome<std::string> put_part(std::string const& account, std::string const& bucket,
                                std::string const& key, std::string const& upload, int number,
                                std::string_view bytes);
  Outcome<ObjectVersion const*> complete_upload(std::string const& account,
                                                std::string const& bucket, std::string const& key,
                                                std::string const& upload,
                                                std::vector<NamedPart> const& parts, Time now);
  Outcome<void> abort_upload(std::string const& account, std::string const& bucket,
                             std::string const& key, std::string const& upload);

  static Outcome<ObjectPage> list(Bucket const& bucket, ListObjects const& wanted);
  static VersionPage list_versions(Bucket const& bucket, ListVersions const& wanted);

  /// Of everything stored; the store may forget the others.
  std::set<std::string> blobs_in_use() const;
  BlobStore& blobs() { return blobs_; }

  json::Value save() const;
  void load(json::Value const& saved);

 private:
  Outcome<Bucket*> own(std::string const& account, std::string const& name);
  Outcome<PartedUpload*> upload_of(std::string const& account, std::string const& bucket,
                                   std::string const& key, std::string const& upload);
  std::string new_version_id(std::string_view bucket, std::string_view key);

  BlobStore& blobs_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::map<std::string, PartedUpload> uploads_;  ///< by id
  std::uint64_t sequence_ = 0;                   ///< makes version ids differ
  std::size_t versions_ = 0;
};

/// "never", "enabled", "suspended".
std::string_view name_of(Versioning versioning);

}  // namespace sluice::local
