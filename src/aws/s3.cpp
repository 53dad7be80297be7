#include "aws/s3.hpp"

#include <charconv>

#include "aws/body.hpp"
#include "aws/decode.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

/// A transfer of some hundred megabytes has to fit.
constexpr Duration transfer_timeout = std::chrono::minutes(10);

std::uint64_t read_size(std::string const& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

ObjectInfo info_of(net::Headers const& headers) {
  static constexpr std::string_view prefix = "x-amz-meta-";
  ObjectInfo out;
  out.size = read_size(headers.get("content-length"));
  std::string_view etag = headers.get("etag");
  if (etag.size() >= 2 && etag.starts_with('"')) etag = etag.substr(1, etag.size() - 2);
  out.etag = etag;
  out.version_id = headers.get("x-amz-version-id");
  out.content_type = headers.get("content-type");
  for (auto const& [name, value] : headers.all())
    if (std::string key = lower(name); key.starts_with(prefix))
      out.metadata[key.substr(prefix.size())] = value;
  return out;
}

void set_options(Spec& spec, PutOptions const& options) {
  spec.headers.set("Content-Type", options.content_type);
  for (auto const& [name, value] : options.metadata) spec.headers.set("x-amz-meta-" + name, value);
  if (options.only_if_absent) spec.headers.set("If-None-Match", "*");
}

/// The answers to a request in the wrong region. They did nothing.
bool is_redirect(CallError const& error) {
  return !error.region.empty() &&
         (error.status == 301 || error.status == 307 || error.status == 400);
}

}  // namespace

S3::S3(Caller const& caller, std::string region, Lane lane)
    : caller_(caller), region_(std::move(region)), lane_(lane) {}

Spec S3::spec_for(std::string operation, std::string method, ObjectLocation const& object) const {
  Spec spec;
  spec.service = Service::s3;
  spec.operation = std::move(operation);
  spec.kind = method == "GET" || method == "HEAD" ? Kind::read : Kind::write;
  spec.method = std::move(method);
  spec.lane = lane_;
  spec.region = region_;
  spec.bucket = object.bucket;
  spec.resource = "s3://" + object.bucket;
  spec.arn = "arn:" + std::string(partition_of(region_).id) + ":s3:::" + object.bucket;
  if (object.key.empty()) return spec;
  spec.path = split(object.key, '/');
  spec.resource += "/" + object.key;
  spec.arn += "/" + object.key;
  if (object.version_id.empty()) return spec;
  spec.query.emplace_back("versionId", object.version_id);
  spec.resource += " (version " + object.version_id + ")";
  return spec;
}

Answer<net::Response> S3::call(Spec spec) {
  {
    std::lock_guard lock(mutex_);
    if (auto known = bucket_regions_.find(spec.bucket); known != bucket_regions_.end())
      spec.region = known->second;
  }
  auto response = caller_.call(spec);
  if (response || !is_redirect(response.error()) || response.error().region == spec.region)
    return response;
  spec.region = response.error().region;
  auto again = caller_.call(spec);
  if (again || !is_redirect(again.error())) {
    std::lock_guard lock(mutex_);
    bucket_regions_[spec.bucket] = spec.region;
  }
  return again;
}

Answer<ObjectInfo> S3::head(ObjectLocation const& object) {
  Spec spec = spec_for("HeadObject", "HEAD", object);
  spec.action = object.version_id.empty() ? "s3:GetObject" : "s3:GetObjectVersion";
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  return info_of(response->headers);
}

Answer<std::string> S3::get(ObjectLocation const& object) {
  Spec spec = spec_for("GetObject", "GET", object);
  spec.action = object.version_id.empty() ? "s3:GetObject" : "s3:GetObjectVersion";
  spec.timeout = transfer_timeout;
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  return std::move(response->body);
}

Answer<ObjectInfo> S3::get_to(ObjectLocation const& object,
                              std::function<Result<void>(std::string_view)> sink,
                              std::function<Result<void>()> restart) {
  Spec spec = spec_for("GetObject", "GET", object);
  spec.action = object.version_id.empty() ? "s3:GetObject" : "s3:GetObjectVersion";
  spec.timeout = transfer_timeout;
  spec.sink = std::move(sink);
  spec.restart = std::move(restart);
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  return info_of(response->headers);
}

Answer<ObjectInfo> S3::put(ObjectLocation const& object, std::string body,
                           PutOptions const& options) {
  std::uint64_t size = body.size();
  Spec spec = spec_for("PutObject", "PUT", object);
  set_options(spec, options);
  spec.body = std::move(body);
  spec.timeout = transfer_timeout;
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  ObjectInfo out = info_of(response->headers);
  out.size = size;
  return out;
}

Answer<ObjectInfo> S3::put_stream(ObjectLocation const& object,
                                  std::shared_ptr<net::BodySource const> body,
                                  PutOptions const& options) {
  std::uint64_t size = body->size();
  Spec spec = spec_for("PutObject", "PUT", object);
  set_options(spec, options);
  spec.stream = std::move(body);
  spec.timeout = transfer_timeout;
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  ObjectInfo out = info_of(response->headers);
  out.size = size;
  return out;
}

Answer<ObjectInfo> S3::put_file(ObjectLocation const& object, std::string const& path,
                                PutOptions const& options) {
  auto body = file_body(path);
  if (body) return put_stream(object, std::move(*body), options);
  CallError error;
  error.service = traits_of(Service::s3).name;
  error.operation = "PutObject";
  error.resource = "s3://" + object.bucket + "/" + object.key;
  error.message = body.error().message;
  error.hint = body.error().hint;
  return std::unexpected(std::move(error));
}

Answer<void> S3::remove(ObjectLocation const& object) {
  Spec spec = spec_for("DeleteObject", "DELETE", object);
  if (!object.version_id.empty()) spec.action = "s3:DeleteObjectVersion";
  auto response = call(std::move(spec));
  if (!response) return std::unexpected(std::move(response.error()));
  return {};
}

}  // namespace sluice::aws
