#include "local/model/lambda_code.hpp"

#include "base/hash.hpp"
#include "base/limits.hpp"

namespace sluice::local::lambda {
namespace {

std::unexpected<Fault> too_large(std::string message) {
  Fault fault{413, "RequestEntityTooLargeException", std::move(message)};
  fault.type.clear();
  return std::unexpected(std::move(fault));
}

Outcome<Code> code_of(Call const& call, std::string_view bytes, Keep keep) {
  StoredCode stored;
  if (keep == Keep::yes) {
    auto result = call.ports.code.store(bytes);
    if (!result) {
      Fault fault{500, "ServiceException", result.error().text(), "Service"};
      fault.capital_message = true;
      return std::unexpected(std::move(fault));
    }
    stored = std::move(*result);
  } else {
    stored = call.ports.code.inspect(bytes);
  }
  if (!stored.unzipped_size)
    return invalid(
        "Could not unzip uploaded file. Please check your file, then try to upload again.");
  if (*stored.unzipped_size > limits::unzipped_bytes)
    return invalid("Unzipped size must be smaller than " + std::to_string(limits::unzipped_bytes) +
                   " bytes");
  Code code;
  code.sha256 = std::move(stored.sha256);
  code.size = stored.size;
  code.unzipped_size = *stored.unzipped_size;
  return code;
}

Outcome<Code> uploaded_code(Call const& call, std::string const& text, Keep keep) {
  auto bytes = decode_base64(text);
  if (!bytes)
    return refuse(400, "SerializationException", "The value of ZipFile must be base64 text");
  if (bytes->size() > limits::zip_direct_bytes)
    return too_large("Zipped size must be smaller than " +
                     std::to_string(limits::zip_direct_bytes) + " bytes");
  return code_of(call, *bytes, keep);
}

Outcome<Code> object_code(Call const& call, json::Value const& source, Keep keep) {
  auto bytes =
      call.ports.objects.read(call.data.account, call.data.region, source["S3Bucket"].as_string(),
                              source["S3Key"].as_string(), source["S3ObjectVersion"].as_string());
  if (!bytes)
    return invalid("Error occurred while GetObject. S3 Error Code: " + bytes.error().code +
                   ". S3 Error Message: " + bytes.error().message);
  return code_of(call, *bytes, keep);
}

Outcome<Code> image_code(Call const& call, std::string const& uri) {
  // Lambda takes images from ECR of its own Region only.
  auto registry = ".dkr.ecr." + call.data.region + ".amazonaws.com";
  auto slash = uri.find('/');
  if (slash == std::string::npos || uri.substr(0, slash).find(registry) != 12)
    return invalid("Source image " + uri + " is not valid. Provide a valid source image.");
  auto at = uri.find('@');
  std::string digest;
  if (at != std::string::npos) {
    digest = uri.substr(at + 1);
  } else {
    auto resolved = call.ports.images.digest_of(call.data.region, uri);
    if (!resolved)
      return invalid("Source image " + uri + " does not exist. Provide a valid source image.");
    digest = *resolved;
  }
  constexpr std::string_view prefix = "sha256:";
  if (!digest.starts_with(prefix) || digest.size() != prefix.size() + 64)
    return invalid("Source image " + uri + " is not valid. Provide a valid source image.");
  Code code;
  code.sha256 = digest.substr(prefix.size());
  code.image_uri = uri;
  auto end = at != std::string::npos ? at : uri.find(':', slash);
  code.resolved_image_uri = uri.substr(0, end) + "@" + digest;
  return code;
}

}  // namespace

Outcome<Code> resolve_code(Call const& call, json::Value const& source, bool is_image, Keep keep) {
  auto const& zip = source["ZipFile"];
  auto const& image = source["ImageUri"];
  bool from_s3 = !source["S3Bucket"].is_null() || !source["S3Key"].is_null();
  if (is_image && image.is_null())
    return invalid("Please provide ImageUri when updating a function with packageType Image.");
  if (!is_image && !image.is_null())
    return invalid("Please don't provide ImageUri when updating a function with packageType Zip.");
  if (is_image && (from_s3 || !zip.is_null()))
    return invalid(
        "Please do not provide other FunctionCode parameters when providing an ImageUri.");
  if (from_s3 && !zip.is_null())
    return invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  auto code = is_image        ? image_code(call, image.as_string())
              : from_s3       ? object_code(call, source, keep)
              : zip.is_null() ? invalid("Please provide a source for function code.")
                              : uploaded_code(call, zip.as_string(), keep);
  if (code) code->kms_key_arn = source["SourceKMSKeyArn"].as_string();
  return code;
}

std::uint64_t stored_bytes(Data const& data) {
  std::uint64_t total = 0;
  for (auto const& [name, function] : data.functions) {
    total += function.latest.code.size;
    for (auto const& [number, version] : function.versions) total += version.code.size;
  }
  return total;
}

Outcome<void> check_storage(Call const& call, std::uint64_t more) {
  if (stored_bytes(call.data) + more <= call.settings.code_storage_bytes) return {};
  return refuse(400, "CodeStorageExceededException", "Code storage limit exceeded.");
}

}  // namespace sluice::local::lambda
