#include "base/hash.hpp"
#include "local/model/s3.hpp"

namespace sluice::local {

Outcome<PartedUpload*> S3::upload_of(std::string const& account, std::string const& bucket,
                                     std::string const& key, std::string const& upload) {
  auto const at = uploads_.find(upload);
  bool const fits = at != uploads_.end() && at->second.account == account &&
                    at->second.bucket == bucket && at->second.key == key;
  if (fits) return &at->second;
  return refuse(404, "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload "
                "may have been aborted or completed.");
}

Outcome<std::string> S3::begin_upload(std::string const& account, std::string const& bucket,
                                      std::string const& key,
                                      std::map<std::string, std::string> fields) {
  if (auto found = own(account, bucket); !found) return std::unexpected(found.error());
  if (key.empty() || key.size() > 1024)
    return refuse(400, "KeyTooLongError", "Your key is too long");
  if (uploads_.size() >= max_uploads)
    return refuse(503, "SlowDown", "the local endpoint holds its limit of unfinished uploads");
  auto id = new_version_id(bucket, key);
  uploads_.emplace(id, PartedUpload{account, bucket, key, std::move(fields), {}});
  return id;
}

Outcome<std::string> S3::put_part(std::string const& account, std::string const& bucket,
                                  std::string const& key, std::string const& upload, int number,
                                  std::string_view bytes) {
  auto found = upload_of(account, bucket, key, upload);
  if (!found) return std::unexpected(found.error());
  if (number < 1 || number > 10'000)
    return refuse(400, "InvalidArgument",
                  "Part number must be an integer between 1 and 10000, inclusive");
  auto blob = blobs_.put(bytes);
  if (!blob) return refuse(500, "InternalError", blob.error().text());
  auto digest = md5(bytes);
  (*found)->parts[number] = {std::move(*blob), digest, bytes.size()};
  return hex(digest);
}

Outcome<ObjectVersion const*> S3::complete_upload(std::string const& account,
                                                  std::string const& bucket, std::string const& key,
                                                  std::string const& upload,
                                                  std::vector<NamedPart> const& parts, Time now) {
  auto found = upload_of(account, bucket, key, upload);
  if (!found) return std::unexpected(found.error());
  if (parts.empty()) return refuse(400, "MalformedXML", "You must specify at least one part");
  std::string bytes, digests;
  int last = 0;
  for (auto const& named : parts) {
    if (named.number <= last)
      return refuse(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
    last = named.number;
    auto const at = (*found)->parts.find(named.number);
    if (at == (*found)->parts.end() || hex(at->second.md5) != named.etag)
      return refuse(400, "InvalidPart",
                    "One or more of the specified parts could not be found. The part may not have "
                    "been uploaded, or the specified entity tag may not match the part's.");
    if (at->second.size < min_part && &named != &parts.back())
      return refuse(400, "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size");
    if (bytes.size() + at->second.size > max_joined)
      return refuse(400, "EntityTooLarge", "The local endpoint keeps objects of at most 300 MiB.");
    auto read = blobs_.get(at->second.blob);
    if (!read) return refuse(500, "InternalError", read.error().text());
    bytes += *read;
    digests += at->second.md5;
  }
  auto const etag = hex(md5(digests)) + "-" + std::to_string(parts.size());
  auto const put = this->put(account, bucket, {key, bytes, (*found)->fields, false, etag}, now);
  if (put) uploads_.erase(upload);
  return put;
}

Outcome<void> S3::abort_upload(std::string const& account, std::string const& bucket,
                               std::string const& key, std::string const& upload) {
  auto found = upload_of(account, bucket, key, upload);
  if (!found) return std::unexpected(found.error());
  uploads_.erase(upload);
  return {};
}

}  // namespace sluice::local
