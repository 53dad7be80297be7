#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "aws/caller.hpp"

namespace sluice::aws {

struct ObjectLocation {
  std::string bucket, key;
  std::string version_id;  ///< empty: the newest
};

struct ObjectInfo {
  std::uint64_t size = 0;
  std::string etag;  ///< without quotes; no content hash in general (KMS, multipart)
  std::string version_id;
  std::string content_type;
  std::map<std::string, std::string> metadata;  ///< x-amz-meta-*, names lower case without prefix
};

struct ListedObject {
  std::string key, etag, last_modified;
  std::uint64_t size = 0;
};

struct ListedVersion {
  std::string key, version_id, last_modified;
  std::uint64_t size = 0;
  bool latest = false;
  bool delete_marker = false;
};

struct PutOptions {
  std::string content_type = "application/octet-stream";
  std::map<std::string, std::string> metadata;
  bool only_if_absent = false;  ///< If-None-Match: *
};

/// S3 for one identity. `region` is where a bucket is looked for first; a redirect to its right
/// region is followed once and remembered. Thread-safe.
class S3 {
 public:
  /// `caller` must outlive this.
  S3(Caller const& caller, std::string region, Lane lane = Lane::normal);

  Answer<ObjectInfo> head(ObjectLocation const& object);
  /// The whole object in memory: at most limits::response_bytes.
  Answer<std::string> get(ObjectLocation const& object);
  /// Piece by piece. `restart` is called before every attempt and forgets what came before.
  Answer<ObjectInfo> get_to(ObjectLocation const& object,
                            std::function<Result<void>(std::string_view)> sink,
                            std::function<Result<void>()> restart);
  /// Into a file, written beside it first and renamed when complete.
  Answer<ObjectInfo> get_to_file(ObjectLocation const& object, std::string const& path);

  Answer<ObjectInfo> put(ObjectLocation const& object, std::string body,
                         PutOptions const& options = {});
  Answer<ObjectInfo> put_stream(ObjectLocation const& object,
                                std::shared_ptr<net::BodySource const> body,
                                PutOptions const& options = {});
  Answer<ObjectInfo> put_file(ObjectLocation const& object, std::string const& path,
                              PutOptions const& options = {});
  Answer<void> remove(ObjectLocation const& object);

  /// Up to `at_most` objects, pages joined.
  Answer<std::vector<ListedObject>> list(std::string const& bucket, std::string const& prefix,
                                         std::size_t at_most = 10'000);
  Answer<std::vector<ListedVersion>> list_versions(std::string const& bucket,
                                                   std::string const& prefix,
                                                   std::size_t at_most = 10'000);
  /// In this client's region. Trouble `already_exists`: the code tells whose it is,
  /// BucketAlreadyOwnedByYou or BucketAlreadyExists.
  Answer<void> create_bucket(std::string const& bucket);
  Answer<void> set_versioning(std::string const& bucket, bool enabled);

 private:
  Spec spec_for(std::string operation, std::string method, ObjectLocation const& object) const;
  Answer<net::Response> call(Spec spec);

  Caller const& caller_;
  std::string region_;
  Lane lane_;
  std::mutex mutex_;
  std::map<std::string, std::string> bucket_regions_;
};

}  // namespace sluice::aws
