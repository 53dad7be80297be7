#include <charconv>

#include "base/strings.hpp"
#include "local/wire/s3_object.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

int number_of(std::string const& text) {
  int number = 0;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

Outcome<net::Response> create(S3& s3, Call const& call, S3Target const& target) {
  auto fields = stored_fields(call.request.headers);
  if (!fields) return std::unexpected(fields.error());
  auto const id =
      s3.begin_upload(call.caller.account, target.bucket, target.key, std::move(*fields));
  if (!id) return std::unexpected(id.error());
  XmlWriter xml("InitiateMultipartUploadResult", s3_name_space);
  xml.text("Bucket", target.bucket).text("Key", target.key).text("UploadId", *id);
  return xml_response(xml.finish());
}

Outcome<net::Response> put_part(S3& s3, Call const& call, S3Target const& target,
                                ChunkSigner const* signer) {
  auto const upload = read_upload(call.request.headers, call.request.body, signer);
  if (!upload) return std::unexpected(upload.error());
  auto const checksums = check_digests(call.request.headers, *upload);
  if (!checksums) return std::unexpected(checksums.error());
  auto const etag =
      s3.put_part(call.caller.account, target.bucket, target.key, value_of(call.query, "uploadId"),
                  number_of(value_of(call.query, "partNumber")), upload->bytes);
  if (!etag) return std::unexpected(etag.error());
  net::Response response;
  response.headers.set("ETag", "\"" + *etag + "\"");
  for (auto const& [name, value] : *checksums) response.headers.set(name, value);
  return response;
}

Outcome<net::Response> complete(S3& s3, Call const& call, S3Target const& target) {
  std::vector<NamedPart> parts;
  for (auto const& part : xml_elements(call.request.body, "Part", 10'000))
    parts.push_back(
        {number_of(xml_text(part, "PartNumber")), replace_all(xml_text(part, "ETag"), "\"", "")});
  auto const done = s3.complete_upload(call.caller.account, target.bucket, target.key,
                                       value_of(call.query, "uploadId"), parts, call.now);
  if (!done) return std::unexpected(done.error());
  XmlWriter xml("CompleteMultipartUploadResult", s3_name_space);
  xml.text("Location", "/" + target.bucket + "/" + net::percent_encode(target.key, true));
  xml.text("Bucket", target.bucket).text("Key", target.key);
  xml.text("ETag", "\"" + (*done)->etag + "\"");
  auto response = xml_response(xml.finish());
  if ((*done)->version_id != "null") response.headers.set("x-amz-version-id", (*done)->version_id);
  return response;
}

}  // namespace

Outcome<net::Response> answer_upload(S3& s3, Call const& call, S3Target const& target,
                                     ChunkSigner const* signer) {
  if (call.operation == "CreateMultipartUpload") return create(s3, call, target);
  if (call.operation == "UploadPart") return put_part(s3, call, target, signer);
  if (call.operation == "CompleteMultipartUpload") return complete(s3, call, target);
  auto const done = s3.abort_upload(call.caller.account, target.bucket, target.key,
                                    value_of(call.query, "uploadId"));
  if (!done) return std::unexpected(done.error());
  net::Response response;
  response.status = 204;
  return response;
}

}  // namespace sluice::local
