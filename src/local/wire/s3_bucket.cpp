#include <charconv>

#include "local/wire/s3_object.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

void write_owner(XmlWriter& xml, std::string const& account) {
  xml.open("Owner").text("ID", account).close();
}

Outcome<std::size_t> read_max_keys(net::Pairs const& query) {
  auto const& text = value_of(query, "max-keys");
  if (text.empty()) return S3::max_page;
  std::size_t value = 0;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end)
    return refuse(400, "InvalidArgument",
                  "Provided max-keys not an integer or within integer range");
  return std::min(value, S3::max_page);
}

/// Keys as the caller wants them: escaped where encoding-type=url was asked for.
class KeyForm {
 public:
  explicit KeyForm(net::Pairs const& query) : url_(value_of(query, "encoding-type") == "url") {}
  std::string operator()(std::string const& key) const {
    return url_ ? net::percent_encode(key, true) : key;
  }
  void write(XmlWriter& xml) const {
    if (url_) xml.text("EncodingType", "url");
  }

 private:
  bool url_;
};

void write_object(XmlWriter& xml, std::string const& key, ObjectVersion const& version) {
  xml.text("Key", key)
      .text("LastModified", rfc3339(version.modified))
      .text("ETag", "\"" + version.etag + "\"")
      .text("Size", std::to_string(version.size))
      .text("StorageClass", "STANDARD");
}

}  // namespace

net::Response xml_response(std::string document) {
  net::Response response;
  response.headers.set("Content-Type", "application/xml");
  response.body = std::move(document);
  return response;
}

Outcome<net::Response> list_buckets(S3 const& s3, Call const& call) {
  XmlWriter xml("ListAllMyBucketsResult", s3_name_space);
  write_owner(xml, call.caller.account);
  xml.open("Buckets");
  for (auto const* bucket : s3.buckets(call.caller.account)) {
    xml.open("Bucket").text("Name", bucket->name).text("CreationDate", rfc3339(bucket->created));
    xml.text("BucketRegion", bucket->region).close();
  }
  return xml_response(xml.finish());
}

Outcome<net::Response> create_bucket(S3& s3, Call const& call, S3Target const& target) {
  auto const constraint = xml_text(call.request.body, "LocationConstraint");
  auto const region = constraint.empty() ? std::string("us-east-1") : constraint;
  // S3 creates a bucket only in the Region that was asked; us-east-1 may name any other.
  if (region != call.region && call.region != "us-east-1") {
    if (constraint.empty())
      return refuse(400, "IllegalLocationConstraintException",
                    "The unspecified location constraint is incompatible for the region specific "
                    "endpoint this request was sent to.");
    return refuse(400, "IllegalLocationConstraintException",
                  "The " + constraint +
                      " location constraint is incompatible for the region "
                      "specific endpoint this request was sent to.");
  }
  auto const made = s3.create_bucket(call.caller.account, region, target.bucket, call.now);
  if (!made) return std::unexpected(made.error());
  net::Response response;
  response.headers.set("Location", "/" + target.bucket);
  return response;
}

Outcome<net::Response> delete_bucket(S3& s3, Call const& call, S3Target const& target) {
  auto const done = s3.delete_bucket(call.caller.account, target.bucket);
  if (!done) return std::unexpected(done.error());
  net::Response response;
  response.status = 204;
  return response;
}

Outcome<net::Response> head_bucket(Bucket const& bucket) {
  net::Response response;
  response.headers.set("x-amz-bucket-region", bucket.region);
  return response;
}

Outcome<net::Response> get_bucket_location(Bucket const& bucket) {
  XmlWriter xml("LocationConstraint", s3_name_space);
  auto document = xml.finish();
  if (bucket.region != "us-east-1") document.insert(document.rfind("</"), bucket.region);
  return xml_response(std::move(document));
}

Outcome<net::Response> get_bucket_versioning(Bucket const& bucket) {
  XmlWriter xml("VersioningConfiguration", s3_name_space);
  if (bucket.versioning == Versioning::enabled) xml.text("Status", "Enabled");
  if (bucket.versioning == Versioning::suspended) xml.text("Status", "Suspended");
  return xml_response(xml.finish());
}

Outcome<net::Response> put_bucket_versioning(S3& s3, Call const& call, S3Target const& target) {
  auto const status = xml_text(call.request.body, "Status");
  auto wanted = Versioning::never;
  if (status == "Enabled") wanted = Versioning::enabled;
  if (status == "Suspended") wanted = Versioning::suspended;
  auto const done = s3.set_versioning(call.caller.account, target.bucket, wanted);
  if (!done) return std::unexpected(done.error());
  return net::Response{};
}

Outcome<net::Response> list_objects(Bucket const& bucket, Call const& call) {
  auto const most = read_max_keys(call.query);
  if (!most) return std::unexpected(most.error());
  ListObjects const wanted{value_of(call.query, "prefix"), value_of(call.query, "delimiter"),
                           value_of(call.query, "start-after"),
                           value_of(call.query, "continuation-token"), *most};
  auto const page = S3::list(bucket, wanted);
  if (!page) return std::unexpected(page.error());
  KeyForm const form(call.query);
  XmlWriter xml("ListBucketResult", s3_name_space);
  xml.text("Name", bucket.name).text("Prefix", form(wanted.prefix));
  if (!wanted.delimiter.empty()) xml.text("Delimiter", form(wanted.delimiter));
  if (!wanted.start_after.empty()) xml.text("StartAfter", form(wanted.start_after));
  xml.text("MaxKeys", std::to_string(*most));
  form.write(xml);
  xml.text("KeyCount", std::to_string(page->objects.size() + page->prefixes.size()));
  xml.text("IsTruncated", page->truncated ? "true" : "false");
  if (!wanted.token.empty()) xml.text("ContinuationToken", wanted.token);
  if (page->truncated) xml.text("NextContinuationToken", page->next_token);
  for (auto const& [key, version] : page->objects) {
    xml.open("Contents");
    write_object(xml, form(key), *version);
    if (value_of(call.query, "fetch-owner") == "true") write_owner(xml, bucket.account);
    xml.close();
  }
  for (auto const& prefix : page->prefixes)
    xml.open("CommonPrefixes").text("Prefix", form(prefix)).close();
  return xml_response(xml.finish());
}

Outcome<net::Response> list_object_versions(Bucket const& bucket, Call const& call) {
  auto const most = read_max_keys(call.query);
  if (!most) return std::unexpected(most.error());
  if (!value_of(call.query, "delimiter").empty())
    return refuse(501, "NotImplemented",
                  "The local endpoint does not serve ListObjectVersions with a delimiter.");
  ListVersions const wanted{value_of(call.query, "prefix"), value_of(call.query, "key-marker"),
                            value_of(call.query, "version-id-marker"), *most};
  auto const page = S3::list_versions(bucket, wanted);
  KeyForm const form(call.query);
  XmlWriter xml("ListVersionsResult", s3_name_space);
  xml.text("Name", bucket.name).text("Prefix", form(wanted.prefix));
  xml.text("KeyMarker", form(wanted.key_marker)).text("VersionIdMarker", wanted.version_marker);
  xml.text("MaxKeys", std::to_string(*most));
  form.write(xml);
  xml.text("IsTruncated", page.truncated ? "true" : "false");
  if (page.truncated)
    xml.text("NextKeyMarker", form(page.next_key)).text("NextVersionIdMarker", page.next_version);
  for (auto const& [key, version, latest] : page.entries) {
    xml.open(version->delete_marker ? "DeleteMarker" : "Version");
    if (version->delete_marker)
      xml.text("Key", form(key)).text("LastModified", rfc3339(version->modified));
    else
      write_object(xml, form(key), *version);
    xml.text("VersionId", version->version_id).text("IsLatest", latest ? "true" : "false");
    write_owner(xml, bucket.account);
    xml.close();
  }
  return xml_response(xml.finish());
}

}  // namespace sluice::local
