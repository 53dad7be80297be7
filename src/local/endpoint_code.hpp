#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "local/model/code_store.hpp"
#include "local/model/s3.hpp"

namespace sluice::local {

/// Function code among the endpoint's blobs, and the links GetFunction gives out for it.
class EndpointCode final : public CodeStore {
 public:
  static constexpr std::size_t max_links = 10'000;
  static constexpr Duration link_lifetime = std::chrono::minutes(10);

  EndpointCode(BlobStore& blobs, Random& random) : blobs_(blobs), random_(random) {}

  StoredCode inspect(std::string_view bytes) override;
  Result<StoredCode> store(std::string_view bytes) override;
  std::string location(std::string_view sha256, Time now) override;

  /// What every link starts with: "http://127.0.0.1:4566".
  void set_base_url(std::string url) { base_url_ = std::move(url); }
  /// The blob behind a link's token; none once it has expired.
  std::optional<std::string> resolve(std::string_view token, Time now) const;
  /// The blob of a CodeSha256; empty for one that is not base64.
  static std::string blob_of(std::string_view sha256);
  void forget_links();

 private:
  struct Link {
    std::string blob;
    Time expires;
  };

  BlobStore& blobs_;
  Random& random_;
  std::string base_url_ = "http://localhost";
  std::map<std::string, Link, std::less<>> links_;
  std::deque<std::string> in_order_;
};

/// Lets Lambda read code from the endpoint's S3. As on AWS the bucket must be in the function's
/// Region and the caller's to read.
class EndpointObjects final : public ObjectReader {
 public:
  explicit EndpointObjects(S3 const& s3) : s3_(s3) {}
  std::expected<std::string, ObjectError> read(std::string_view account, std::string_view region,
                                               std::string_view bucket, std::string_view key,
                                               std::string_view version) override;

 private:
  S3 const& s3_;
};

}  // namespace sluice::local
