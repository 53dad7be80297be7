#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// What is known of a zip after it was stored.
struct StoredCode {
  std::string sha256;  ///< base64 of the digest of the bytes as uploaded: Lambda's CodeSha256
  std::uint64_t size = 0;
  /// The sum of its files; none where the bytes are not a zip Lambda could unpack.
  std::optional<std::uint64_t> unzipped_size;
};

/// The port through which the model keeps function code, so that it touches no disk itself.
/// Content-addressed: the same bytes are kept once. Not called from several threads at a time.
class CodeStore {
 public:
  virtual ~CodeStore() = default;
  /// Looks at the bytes without keeping them (UpdateFunctionCode with DryRun).
  virtual StoredCode inspect(std::string_view bytes) = 0;
  virtual Result<StoredCode> store(std::string_view bytes) = 0;
  /// A URL to read these bytes back without credentials for ten minutes from `now`
  /// (Lambda API, GetFunction, Code.Location).
  virtual std::string location(std::string_view sha256, Time now) = 0;
};

/// Why S3 did not give an object, in S3's own words.
struct ObjectError {
  std::string code;  ///< "NoSuchKey"
  std::string message;
};

/// The port through which the model reads code from S3: the caller's, in the function's Region.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  /// `version` is empty for the current one.
  virtual std::expected<std::string, ObjectError> read(std::string_view account,
                                                       std::string_view region,
                                                       std::string_view bucket,
                                                       std::string_view key,
                                                       std::string_view version) = 0;
};

/// The port through which an image's tag becomes a digest, once, when the function is changed.
class ImageResolver {
 public:
  virtual ~ImageResolver() = default;
  /// "sha256:" and 64 hex digits; none where the Region's registry has no such image.
  virtual std::optional<std::string> digest_of(std::string_view region, std::string_view uri) = 0;
};

/// Takes every URI for an image that exists; a tag always names the same one.
class AnyImage final : public ImageResolver {
 public:
  std::optional<std::string> digest_of(std::string_view region, std::string_view uri) override;
};

/// Code kept in memory, for the simulator and tests.
class MemoryCodeStore final : public CodeStore {
 public:
  enum class Check {
    zip,   ///< only what has a readable zip directory is code
    none,  ///< any bytes are code, so that a rehearsal needs no archives
  };
  explicit MemoryCodeStore(Check check) : check_(check) {}

  StoredCode inspect(std::string_view bytes) override;
  Result<StoredCode> store(std::string_view bytes) override;
  /// "memory:" and the hash: nothing listens there.
  std::string location(std::string_view sha256, Time now) override;

  /// The bytes of that hash; null where there are none. Valid until the store ends.
  std::string const* find(std::string_view sha256) const;

 private:
  Check check_;
  std::map<std::string, std::string, std::less<>> code_;
};

/// Objects put there by a test or the simulator; without them every read is NoSuchBucket.
class MemoryObjects final : public ObjectReader {
 public:
  void put(std::string_view bucket, std::string_view key, std::string bytes,
           std::string_view version = {});
  std::expected<std::string, ObjectError> read(std::string_view account, std::string_view region,
                                               std::string_view bucket, std::string_view key,
                                               std::string_view version) override;

 private:
  std::map<std::string, std::map<std::string, std::string>, std::less<>> buckets_;
};

}  // namespace sluice::local
