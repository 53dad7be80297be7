#include "base/strings.hpp"
#include "local/wire/auth.hpp"
#include "local/wire/s3.hpp"

namespace sluice::local {
namespace {

/// The bucket in `bucket.localhost`, `bucket.s3.localhost` and `bucket.s3.REGION.localhost`.
std::string bucket_of_host(std::string const& field) {
  auto name = host_name(field);
  constexpr std::string_view suffix = ".localhost";
  if (!name.ends_with(suffix)) return {};
  name.resize(name.size() - suffix.size());
  if (name == "s3" || name.starts_with("s3.")) return {};
  if (auto const at = name.rfind(".s3."); at != std::string::npos) return name.substr(0, at);
  if (name.ends_with(".s3")) name.resize(name.size() - 3);
  return name;
}

}  // namespace

Outcome<S3Target> s3_target(net::Incoming const& request) {
  std::string_view path = request.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  S3Target target;
  target.bucket = bucket_of_host(request.headers.get("host"));
  if (target.bucket.empty()) {
    auto const slash = path.find('/');
    auto const bucket = net::percent_decode(path.substr(0, slash));
    if (!bucket) return refuse(400, "InvalidURI", "Couldn't parse the specified URI.");
    target.bucket = *bucket;
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  auto const key = net::percent_decode(path);
  if (!key) return refuse(400, "InvalidURI", "Couldn't parse the specified URI.");
  if (!is_valid_utf8(*key) || !is_valid_utf8(target.bucket))
    return refuse(400, "InvalidArgument", "Object keys are UTF-8 text.");
  target.key = *key;
  return target;
}

namespace {

/// Subresources of operations that are not served, so that they are not taken for plain ones.
bool names_other_subresource(net::Pairs const& query) {
  static constexpr std::string_view names[] = {"accelerate",
                                               "acl",
                                               "analytics",
                                               "attributes",
                                               "cors",
                                               "delete",
                                               "encryption",
                                               "intelligent-tiering",
                                               "inventory",
                                               "legal-hold",
                                               "lifecycle",
                                               "logging",
                                               "metadataTable",
                                               "metrics",
                                               "notification",
                                               "object-lock",
                                               "ownershipControls",
                                               "policy",
                                               "policyStatus",
                                               "publicAccessBlock",
                                               "renameObject",
                                               "replication",
                                               "requestPayment",
                                               "restore",
                                               "retention",
                                               "select",
                                               "session",
                                               "tagging",
                                               "torrent",
                                               "uploads",
                                               "website"};
  for (auto const& pair : query)
    for (auto const name : names)
      if (pair.first == name) return true;
  return false;
}

std::string bucket_operation(std::string const& method, net::Pairs const& query) {
  if (has(query, "versioning")) {
    if (method == "GET") return "GetBucketVersioning";
    return method == "PUT" ? "PutBucketVersioning" : std::string();
  }
  if (method == "GET") {
    if (has(query, "location")) return "GetBucketLocation";
    if (has(query, "versions")) return "ListObjectVersions";
    return value_of(query, "list-type") == "2" ? "ListObjectsV2" : "ListObjects";
  }
  if (method == "PUT") return "CreateBucket";
  if (method == "HEAD") return "HeadBucket";
  return method == "DELETE" ? "DeleteBucket" : std::string();
}

}  // namespace

std::string s3_operation(net::Incoming const& request, S3Target const& target,
                         net::Pairs const& query) {
  auto const& method = request.method;
  if (has(query, "uploads") && method == "POST" && !target.key.empty())
    return "CreateMultipartUpload";
  if (names_other_subresource(query)) return {};
  if (target.bucket.empty()) return method == "GET" ? "ListBuckets" : std::string();
  if (target.key.empty()) return bucket_operation(method, query);
  if (request.headers.contains("x-amz-copy-source")) return {};
  if (has(query, "uploadId")) {
    if (method == "PUT") return "UploadPart";
    if (method == "POST") return "CompleteMultipartUpload";
    return method == "DELETE" ? "AbortMultipartUpload" : std::string();
  }
  if (method == "GET") return "GetObject";
  if (method == "HEAD") return "HeadObject";
  if (method == "PUT") return "PutObject";
  return method == "DELETE" ? "DeleteObject" : std::string();
}

}  // namespace sluice::local
