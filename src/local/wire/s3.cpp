#include "local/wire/s3.hpp"

#include "base/hash.hpp"
#include "local/wire/s3_object.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

/// S3 answers a bucket only in its own Region and tells which that is.
Outcome<void> check_region(Bucket const& bucket, Call const& call) {
  // An old presigned URL names no Region.
  if (call.region.empty() || bucket.region == call.region || call.operation == "GetBucketLocation")
    return {};
  Fault fault{400, "AuthorizationHeaderMalformed",
              "The authorization header is malformed; the region '" + call.region +
                  "' is wrong; expecting '" + bucket.region + "'"};
  fault.more = {{"Region", bucket.region}};
  return std::unexpected(fault);
}

Outcome<net::Response> answer_bucket(S3& s3, Bucket const& bucket, Call const& call,
                                     S3Target const& target) {
  auto const& operation = call.operation;
  if (operation == "HeadBucket") return head_bucket(bucket);
  if (operation == "DeleteBucket") return delete_bucket(s3, call, target);
  if (operation == "GetBucketLocation") return get_bucket_location(bucket);
  if (operation == "GetBucketVersioning") return get_bucket_versioning(bucket);
  if (operation == "PutBucketVersioning") return put_bucket_versioning(s3, call, target);
  if (operation == "ListObjectsV2") return list_objects(bucket, call);
  if (operation == "ListObjectVersions") return list_object_versions(bucket, call);
  return refuse(501, "NotImplemented",
                "The local endpoint does not serve S3 " + operation + "; use ListObjectsV2.");
}

Outcome<net::Response> answer(S3& s3, Call const& call, S3Target const& target,
                              ChunkSigner const* signer) {
  auto const& operation = call.operation;
  if (operation.empty())
    return refuse(501, "NotImplemented",
                  "The local endpoint does not serve this S3 operation (" + call.request.method +
                      " " + call.request.path +
                      (call.request.query.empty() ? "" : "?" + call.request.query) + ").");
  if (operation == "ListBuckets") return list_buckets(s3, call);
  if (operation == "CreateBucket") return create_bucket(s3, call, target);
  auto const bucket = s3.bucket(target.bucket);
  if (!bucket) return std::unexpected(bucket.error());
  if (auto fine = check_region(**bucket, call); !fine) return std::unexpected(fine.error());
  if (operation == "PutObject") return put_object(s3, call, target, signer);
  if (operation == "GetObject" || operation == "HeadObject") return get_object(s3, call, target);
  if (operation == "UploadPart" || operation.ends_with("MultipartUpload"))
    return answer_upload(s3, call, target, signer);
  if (operation == "DeleteObject") return delete_object(s3, call, target);
  return answer_bucket(s3, **bucket, call, target);
}

void set_ids(net::Response& response, std::string const& request_id) {
  response.headers.set("x-amz-request-id", request_id);
  response.headers.set("x-amz-id-2", base64(sha256(request_id)));
}

}  // namespace

net::Response answer_s3(S3& s3, Call const& call, S3Target const& target,
                        ChunkSigner const* signer) {
  auto response = answer(s3, call, target, signer);
  if (!response) return s3_fault(response.error(), call.request, call.request_id);
  set_ids(*response, call.request_id);
  return std::move(*response);
}

net::Response s3_fault(Fault const& fault, net::Incoming const& request,
                       std::string const& request_id) {
  net::Response response;
  response.status = fault.status;
  set_ids(response, request_id);
  for (auto const& [name, value] : fault.more) {
    if (name == "Region") response.headers.set("x-amz-bucket-region", value.as_string());
    if (name == "DeleteMarker") response.headers.set("x-amz-delete-marker", "true");
    if (name == "VersionId") response.headers.set("x-amz-version-id", value.as_string());
  }
  if (fault.retry_after_seconds > 0)
    response.headers.set("Retry-After", std::to_string(fault.retry_after_seconds));
  // A HEAD has no place for the code: clients see the status alone.
  if (request.method == "HEAD" || fault.status == 304) return response;
  XmlWriter xml("Error", {});
  xml.text("Code", fault.code).text("Message", fault.message);
  for (auto const& [name, value] : fault.more)
    if (value.is_string()) xml.text(name, value.as_string());
  xml.text("Resource", request.path).text("RequestId", request_id);
  xml.text("HostId", base64(sha256(request_id)));
  response.headers.set("Content-Type", "application/xml");
  response.body = xml.finish();
  return response;
}

}  // namespace sluice::local
