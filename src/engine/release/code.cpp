#include "engine/release/code.hpp"

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "engine/release/outcome.hpp"

namespace sluice::engine {
namespace {

using plan::Package;

aws::CallError local_trouble(Error const& error) {
  aws::CallError call;
  call.trouble =
      error.code == ErrorCode::unavailable ? aws::Trouble::service : aws::Trouble::invalid;
  call.service = "Sluice";
  call.operation = "package";
  call.message = error.message;
  call.hint = error.hint;
  return call;
}

/// What AWS would take the code for, without changing anything (Lambda API, UpdateFunctionCode
/// DryRun).
aws::Answer<std::string> hash_by_dry_run(StepContext& context, TargetAws& aws,
                                         json::Value location) {
  location.set("DryRun", true);
  auto lambda = aws.lambda(lane_of(context));
  auto answer = lambda.update_function_code(context.declared().function, location);
  if (!answer) return std::unexpected(answer.error());
  return answer->code_sha256();
}

aws::Answer<std::string> hash_by_streaming(TargetAws& aws, aws::ObjectLocation const& object) {
  auto s3 = aws.s3();
  Sha256 hash;
  auto got = s3.get_to(
      object,
      [&](std::string_view bytes) {
        hash.update(bytes);
        return Result<void>{};
      },
      [&] {
        hash = Sha256();
        return Result<void>{};
      });
  if (!got) return std::unexpected(got.error());
  return base64(hash.finish());
}

std::expected<WantedCode, aws::CallError> pin_s3(StepContext& context, TargetAws& aws,
                                                 bool function_exists) {
  Package const& package = context.declared().package;
  aws::ObjectLocation object{package.bucket, package.key, package.object_version};
  auto s3 = aws.s3();
  auto head = s3.head(object);
  if (!head) return std::unexpected(head.error());
  bool versioned = !head->version_id.empty() && head->version_id != "null";
  if (object.version_id.empty() && versioned) object.version_id = head->version_id;
  WantedCode code;
  code.location = json::Value{{"S3Bucket", object.bucket}, {"S3Key", object.key}};
  if (!object.version_id.empty()) code.location.set("S3ObjectVersion", object.version_id);
  auto hash = function_exists ? hash_by_dry_run(context, aws, code.location)
                              : hash_by_streaming(aws, object);
  if (!hash) return std::unexpected(hash.error());
  code.sha256 = *hash;
  return code;
}

std::expected<WantedCode, aws::CallError> pin_image(StepContext& context, TargetAws& aws,
                                                    bool function_exists) {
  std::string const& image = context.declared().package.image;
  WantedCode code;
  code.location = json::Value{{"ImageUri", image}};
  std::size_t digest = image.find("@sha256:");
  if (digest != std::string::npos) {
    code.sha256 = image.substr(digest + 8);
    return code;
  }
  if (!function_exists) return code;
  auto hash = hash_by_dry_run(context, aws, code.location);
  if (!hash) return std::unexpected(hash.error());
  code.sha256 = *hash;
  // From here on the digest: a tag that is pushed over meanwhile must not change what is deployed.
  std::size_t tag = image.find(':', image.rfind('/'));
  code.location = json::Value{{"ImageUri", image.substr(0, tag) + "@sha256:" + code.sha256}};
  return code;
}

/// Large packages cannot be sent in the request: they go through the target's staging bucket.
aws::Answer<json::Value> stage(StepContext& context, TargetAws& aws, WantedCode const& code,
                               std::shared_ptr<net::BodySource const> body) {
  Staging staging = staging_of(context.declared().package.staging);
  if (staging.bucket.empty()) {
    Error error{ErrorCode::invalid_input,
                "the package has " + std::to_string(body->size()) +
                    " bytes; Lambda takes at most " + std::to_string(limits::zip_direct_bytes) +
                    " directly",
                "Name a bucket in the function's region: staging: s3://bucket/prefix"};
    return std::unexpected(local_trouble(error));
  }
  std::string name = code.stored;
  std::ranges::replace(name, '/', '_');
  std::string key = staging.prefix + name + ".zip";
  auto s3 = aws.s3();
  auto put = s3.put_stream({staging.bucket, key, ""}, body);
  if (!put) return std::unexpected(put.error());
  json::Value location{{"S3Bucket", staging.bucket}, {"S3Key", key}};
  if (!put->version_id.empty() && put->version_id != "null")
    location.set("S3ObjectVersion", put->version_id);
  return location;
}

void add_members(json::Value& request, json::Value const& members) {
  for (auto const& [name, value] : members.members()) request.set(name, value);
}

}  // namespace

Staging staging_of(std::string const& text) {
  std::string_view rest = text;
  if (rest.starts_with("s3://")) rest.remove_prefix(5);
  std::size_t slash = rest.find('/');
  Staging staging{std::string(rest.substr(0, slash)), ""};
  if (slash != std::string_view::npos) staging.prefix = std::string(rest.substr(slash + 1));
  if (!staging.prefix.empty() && !staging.prefix.ends_with('/')) staging.prefix += '/';
  return staging;
}

json::Value to_json(WantedCode const& code) {
  json::Value out = json::Object{};
  if (!code.location.is_null()) out.set("location", code.location);
  if (!code.stored.empty()) out.set("stored", code.stored);
  return out;
}

WantedCode wanted_code(json::Value const& value) {
  return {"", value["location"], value["stored"].as_string()};
}

std::expected<WantedCode, aws::CallError> pin_code(StepContext& context, TargetAws& aws,
                                                   bool function_exists) {
  Package const& package = context.declared().package;
  switch (package.kind) {
    case Package::Kind::s3: return pin_s3(context, aws, function_exists);
    case Package::Kind::image: return pin_image(context, aws, function_exists);
    case Package::Kind::stored: return WantedCode{package.sha256, {}, package.sha256};
    default: return WantedCode{};
  }
}

aws::Answer<aws::FunctionRecord> send_update(StepContext& context, TargetAws& aws,
                                             WantedCode const& code, json::Value request) {
  auto lambda = aws.lambda(lane_of(context));
  std::string const& name = context.declared().function;
  if (code.stored.empty()) {
    add_members(request, code.location);
    return lambda.update_function_code(name, request);
  }
  auto body = context.services.packages.open(code.stored);
  if (!body) return std::unexpected(local_trouble(body.error()));
  if ((*body)->size() <= limits::zip_direct_bytes)
    return lambda.update_function_code(name, request, *body);
  auto location = stage(context, aws, code, *body);
  if (!location) return std::unexpected(location.error());
  add_members(request, *location);
  return lambda.update_function_code(name, request);
}

aws::Answer<aws::FunctionRecord> send_create(StepContext& context, TargetAws& aws,
                                             WantedCode const& code, json::Value request) {
  auto lambda = aws.lambda(lane_of(context));
  if (code.stored.empty()) {
    request.set("Code", code.location);
    return lambda.create_function(request);
  }
  auto body = context.services.packages.open(code.stored);
  if (!body) return std::unexpected(local_trouble(body.error()));
  if ((*body)->size() <= limits::zip_direct_bytes) return lambda.create_function(request, *body);
  auto location = stage(context, aws, code, *body);
  if (!location) return std::unexpected(location.error());
  request.set("Code", *location);
  return lambda.create_function(request);
}

aws::Answer<json::Value> confirmed_origin(StepContext& context, TargetAws& aws,
                                          json::Value const& location, std::string const& sha256) {
  if (location.is_null()) return json::Value();
  auto hash = hash_by_dry_run(context, aws, location);
  if (hash) return *hash == sha256 ? location : json::Value();
  using aws::Trouble;
  Trouble trouble = hash.error().trouble;
  // The object is gone, or may not be read any more: that is an answer, too.
  bool unusable =
      trouble == Trouble::invalid || trouble == Trouble::not_found || trouble == Trouble::denied;
  if (unusable) return json::Value();
  return std::unexpected(hash.error());
}

aws::Answer<json::Value> known_origin(StepContext& context, TargetAws& aws,
                                      std::string const& sha256) {
  if (!context.services.history) return json::Value();
  auto known = context.services.history->origins_of(context.declared().function, sha256);
  if (!known) return std::unexpected(local_trouble(known.error()));
  for (auto const& location : *known) {
    auto confirmed = confirmed_origin(context, aws, location, sha256);
    if (!confirmed || !confirmed->is_null()) return confirmed;
  }
  return json::Value();
}

Result<WantedCode> recover_code(StepContext& context, aws::FunctionDetails const& version) {
  WantedCode code;
  code.sha256 = version.record.code_sha256();
  if (version.code["RepositoryType"].as_string() == "ECR") {
    auto const& resolved = version.code["ResolvedImageUri"];
    code.location = json::Value{
        {"ImageUri", resolved.as_string().empty() ? version.code["ImageUri"] : resolved}};
    return code;
  }
  // What was released from here is still stored under its hash.
  if (context.services.packages.open(code.sha256)) {
    code.stored = code.sha256;
    return code;
  }
  net::Request request;
  request.url = version.code["Location"].as_string();
  net::SendOptions options;
  options.total_timeout = std::chrono::minutes(5);
  options.max_response = limits::unzipped_bytes;
  auto answer = context.services.http.send(request, options, context.stop);
  std::string what =
      "the code of version " + version.record.version() + " of " + context.declared().function;
  if (!answer)
    return fail(ErrorCode::unavailable,
                what + " could not be fetched: " + answer.error().error.message);
  if (answer->status != 200)
    return fail(ErrorCode::unavailable,
                what + " could not be fetched: HTTP " + std::to_string(answer->status));
  auto stored = context.services.packages.add_bytes(answer->body);
  if (!stored) return std::unexpected(stored.error());
  if (stored->sha256 != code.sha256)
    return fail(ErrorCode::corrupt, what + " arrived damaged: its hash is " + stored->sha256 +
                                        " instead of " + code.sha256);
  code.stored = stored->sha256;
  return code;
}

}  // namespace sluice::engine
