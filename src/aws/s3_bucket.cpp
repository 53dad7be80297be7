#include <algorithm>
#include <charconv>

#include "aws/decode.hpp"
#include "aws/s3.hpp"
#include "aws/xml.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t page_size = 1000;

/// Lists ask for encoding-type=url, since XML cannot carry every character of a key.
std::string decoded(std::string const& text) {
  return net::percent_decode(text, true).value_or(text);
}

std::uint64_t size_of(XmlElement const& element) {
  std::string const& text = element["Size"].text;
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string unquoted(std::string const& etag) {
  bool quoted = etag.size() >= 2 && etag.front() == '"';
  return quoted ? etag.substr(1, etag.size() - 2) : etag;
}

void append_objects(XmlElement const& page, std::vector<ListedObject>& out) {
  for (XmlElement const* each : page.all("Contents"))
    out.push_back({decoded((*each)["Key"].text), unquoted((*each)["ETag"].text),
                   (*each)["LastModified"].text, size_of(*each)});
}

void append_versions(XmlElement const& page, std::vector<ListedVersion>& out) {
  // Versions and delete markers are mixed in the order of keys.
  for (XmlElement const& each : page.children) {
    bool marker = each.name == "DeleteMarker";
    if (!marker && each.name != "Version") continue;
    out.push_back({decoded(each["Key"].text), each["VersionId"].text, each["LastModified"].text,
                   size_of(each), each["IsLatest"].text == "true", marker});
  }
}

std::string page_limit(std::size_t at_most, std::size_t have) {
  return std::to_string(std::min(page_size, at_most - have));
}

}  // namespace

Answer<std::vector<ListedObject>> S3::list(std::string const& bucket, std::string const& prefix,
                                           std::size_t at_most) {
  std::vector<ListedObject> out;
  std::string token;
  while (out.size() < at_most) {
    Spec spec = spec_for("ListObjectsV2", "GET", {bucket, "", ""});
    spec.action = "s3:ListBucket";
    spec.query = {{"list-type", "2"},
                  {"encoding-type", "url"},
                  {"prefix", prefix},
                  {"max-keys", page_limit(at_most, out.size())}};
    if (!token.empty()) spec.query.emplace_back("continuation-token", token);
    auto response = call(spec);
    if (!response) return std::unexpected(std::move(response.error()));
    auto page = parse_xml(response->body);
    if (!page) return unreadable(spec, page.error().message);
    std::size_t before = out.size();
    append_objects(*page, out);
    token = (*page)["NextContinuationToken"].text;
    if ((*page)["IsTruncated"].text != "true") break;
    if (token.empty() || out.size() == before) return unreadable(spec, "the list does not end");
  }
  if (out.size() > at_most) out.resize(at_most);
  return out;
}

Answer<std::vector<ListedVersion>> S3::list_versions(std::string const& bucket,
                                                     std::string const& prefix,
                                                     std::size_t at_most) {
  std::vector<ListedVersion> out;
  std::string key, version;
  while (out.size() < at_most) {
    Spec spec = spec_for("ListObjectVersions", "GET", {bucket, "", ""});
    spec.action = "s3:ListBucketVersions";
    spec.query = {{"versions", ""},
                  {"encoding-type", "url"},
                  {"prefix", prefix},
                  {"max-keys", page_limit(at_most, out.size())}};
    if (!key.empty()) spec.query.emplace_back("key-marker", key);
    if (!version.empty()) spec.query.emplace_back("version-id-marker", version);
    auto response = call(spec);
    if (!response) return std::unexpected(std::move(response.error()));
    auto page = parse_xml(response->body);
    if (!page) return unreadable(spec, page.error().message);
    std::size_t before = out.size();
    append_versions(*page, out);
    key = decoded((*page)["NextKeyMarker"].text);
    version = (*page)["NextVersionIdMarker"].text;
    if ((*page)["IsTruncated"].text != "true") break;
    if (key.empty() || out.size() == before) return unreadable(spec, "the list does not end");
  }
  if (out.size() > at_most) out.resize(at_most);
  return out;
}

Answer<void> S3::create_bucket(std::string const& bucket) {
  Spec spec = spec_for("CreateBucket", "PUT", {bucket, "", ""});
  // us-east-1 is the one region that must not be named.
  if (region_ != "us-east-1")
    spec.body =
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>" +
        xml_escape(region_) + "</LocationConstraint></CreateBucketConfiguration>";
  // Where a bucket is made is what was asked for: no redirect is followed.
  return call_only(caller_, spec);
}

Answer<void> S3::set_versioning(std::string const& bucket, bool enabled) {
  Spec spec = spec_for("PutBucketVersioning", "PUT", {bucket, "", ""});
  spec.query = {{"versioning", ""}};
  spec.body = std::string(
                  "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                  "<Status>") +
              (enabled ? "Enabled" : "Suspended") + "</Status></VersioningConfiguration>";
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  return {};
}

}  // namespace sluice::aws
