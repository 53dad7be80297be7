#include "local/wire/s3_object.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/strings.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

/// Fields of PutObject that GetObject gives back as they were.
bool is_stored(std::string_view name) {
  static constexpr std::string_view names[] = {
      "content-type",     "cache-control", "content-disposition",
      "content-language", "expires",       "content-encoding"};
  if (name.starts_with("x-amz-meta-")) return true;
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Without the transfer's own coding, which is no property of the object.
std::string without_aws_chunked(std::string_view value) {
  std::vector<std::string> kept;
  for (auto const& part : split(value, ',')) {
    auto const coding = std::string(trim(part));
    if (!coding.empty() && coding != "aws-chunked") kept.push_back(coding);
  }
  return join(kept, ",");
}

struct Range {
  std::uint64_t first = 0, last = 0;
};

/// None: the whole object (no range, or a form S3 answers in whole). A fault: 416.
Outcome<std::optional<Range>> read_range(std::string_view text, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit) || text.contains(',')) return std::nullopt;
  text.remove_prefix(unit.size());
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    auto const* end = digits.data() + digits.size();
    auto const read = std::from_chars(digits.data(), end, value);
    if (digits.empty() || read.ec != std::errc() || read.ptr != end) return {};
    return value;
  };
  auto const first = number(text.substr(0, dash));
  auto const last = number(text.substr(dash + 1));
  auto const unsatisfiable = refuse(416, "InvalidRange", "The requested range is not satisfiable");
  if (!first && !last) return std::nullopt;
  if (!first) {
    if (*last == 0 || size == 0) return unsatisfiable;
    return Range{size - std::min(size, *last), size - 1};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return unsatisfiable;
  return Range{*first, std::min(last.value_or(size - 1), size - 1)};
}

bool matches(std::string_view condition, std::string const& etag) {
  for (auto const& part : split(condition, ',')) {
    auto const one = trim(part);
    if (one == "*" || one == etag || one == "\"" + etag + "\"") return true;
  }
  return false;
}

void set_object_fields(net::Response& response, ObjectVersion const& version, bool whole,
                       net::Incoming const& request, Bucket const& bucket) {
  auto& headers = response.headers;
  headers.set("ETag", "\"" + version.etag + "\"");
  headers.set("Last-Modified", http_date(version.modified));
  headers.set("Accept-Ranges", "bytes");
  if (bucket.versioning != Versioning::never) headers.set("x-amz-version-id", version.version_id);
  bool const checksums =
      whole && equal_ignoring_case(request.headers.get("x-amz-checksum-mode"), "ENABLED");
  for (auto const& [name, value] : version.fields)
    if (!name.starts_with("x-amz-checksum-") || checksums) headers.set(name, value);
}

/// `response-content-type` and its like, which a presigned URL may carry.
void override_fields(net::Response& response, net::Pairs const& query) {
  static constexpr std::string_view names[] = {
      "content-type",  "content-language",    "expires",
      "cache-control", "content-disposition", "content-encoding"};
  for (auto const name : names)
    if (auto const& value = value_of(query, "response-" + std::string(name)); !value.empty())
      response.headers.set(name, value);
}

}  // namespace

Outcome<std::map<std::string, std::string>> stored_fields(net::Headers const& headers) {
  std::map<std::string, std::string> fields;
  std::size_t metadata = 0;
  for (auto const& [given, value] : headers.all()) {
    auto const name = lower(given);
    if (!is_stored(name)) continue;
    if (!is_valid_utf8(value))
      return refuse(400, "InvalidArgument", "The header " + name + " is not UTF-8 text.");
    if (name.starts_with("x-amz-meta-")) metadata += name.size() + value.size() - 11;
    auto text = name == "content-encoding" ? without_aws_chunked(value) : value;
    if (!text.empty()) fields[name] = std::move(text);
  }
  if (metadata > 2048)
    return refuse(400, "MetadataTooLarge",
                  "Your metadata headers exceed the maximum allowed metadata size");
  fields.try_emplace("content-type", "binary/octet-stream");
  return fields;
}

Outcome<net::Response> put_object(S3& s3, Call const& call, S3Target const& target,
                                  ChunkSigner const* signer) {
  auto const& headers = call.request.headers;
  auto const home = s3.bucket(target.bucket);
  if (!home) return std::unexpected(home.error());
  auto upload = read_upload(headers, call.request.body, signer);
  if (!upload) return std::unexpected(upload.error());
  auto checksums = check_digests(headers, *upload);
  if (!checksums) return std::unexpected(checksums.error());
  auto fields = stored_fields(headers);
  if (!fields) return std::unexpected(fields.error());
  fields->insert(checksums->begin(), checksums->end());
  auto const& condition = headers.get("if-none-match");
  if (!condition.empty() && condition != "*")
    return refuse(501, "NotImplemented", "If-None-Match of PutObject can only be *.");
  if (headers.contains("if-match"))
    return refuse(501, "NotImplemented",
                  "The local endpoint does not serve If-Match of PutObject.");

  auto const put = s3.put(call.caller.account, target.bucket,
                          {target.key, upload->bytes, *fields, !condition.empty(), {}}, call.now);
  if (!put) return std::unexpected(put.error());
  net::Response response;
  response.headers.set("ETag", "\"" + (*put)->etag + "\"");
  if ((*home)->versioning != Versioning::never)
    response.headers.set("x-amz-version-id", (*put)->version_id);
  for (auto const& [name, value] : *checksums) response.headers.set(name, value);
  return response;
}

Outcome<net::Response> get_object(S3& s3, Call const& call, S3Target const& target) {
  auto const home = s3.bucket(target.bucket);
  if (!home) return std::unexpected(home.error());
  auto const& version_id = value_of(call.query, "versionId");
  auto const found = s3.find(target.bucket, target.key, version_id);
  if (!found) return std::unexpected(found.error());
  ObjectVersion const& version = **found;

  auto const& headers = call.request.headers;
  if (headers.contains("if-match") && !matches(headers.get("if-match"), version.etag))
    return refuse(412, "PreconditionFailed",
                  "At least one of the pre-conditions you specified did not hold");
  net::Response response;
  if (headers.contains("if-none-match") && matches(headers.get("if-none-match"), version.etag)) {
    response.status = 304;
    set_object_fields(response, version, false, call.request, **home);
    return response;
  }
  auto const range = read_range(headers.get("range"), version.size);
  if (!range) return std::unexpected(range.error());
  auto bytes = s3.bytes(version);
  if (!bytes) return std::unexpected(bytes.error());
  set_object_fields(response, version, !range->has_value(), call.request, **home);
  override_fields(response, call.query);
  if (*range) {
    auto const [first, last] = **range;
    response.status = 206;
    response.body = bytes->substr(first, last - first + 1);
    response.headers.set("Content-Range", "bytes " + std::to_string(first) + "-" +
                                              std::to_string(last) + "/" +
                                              std::to_string(version.size));
  } else {
    response.body = std::move(*bytes);
  }
  return response;
}

Outcome<net::Response> delete_object(S3& s3, Call const& call, S3Target const& target) {
  auto const done = s3.remove(call.caller.account, target.bucket, target.key,
                              value_of(call.query, "versionId"), call.now);
  if (!done) return std::unexpected(done.error());
  net::Response response;
  response.status = 204;
  if (done->delete_marker) response.headers.set("x-amz-delete-marker", "true");
  if (!done->version_id.empty()) response.headers.set("x-amz-version-id", done->version_id);
  return response;
}

}  // namespace sluice::local
