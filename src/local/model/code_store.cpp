#include "local/model/code_store.hpp"

#include "base/hash.hpp"
#include "local/model/zip_directory.hpp"

namespace sluice::local {
namespace {

std::string object_id(std::string_view key, std::string_view version) {
  return std::string(version) + '\n' + std::string(key);
}

}  // namespace

std::optional<std::string> AnyImage::digest_of(std::string_view, std::string_view uri) {
  return "sha256:" + hex(sha256(uri));
}

StoredCode MemoryCodeStore::inspect(std::string_view bytes) {
  StoredCode code{.sha256 = base64(sha256(bytes)), .size = bytes.size(), .unzipped_size = {}};
  if (check_ == Check::none) {
    code.unzipped_size = bytes.size();
  } else if (auto directory = read_zip_directory(bytes)) {
    code.unzipped_size = directory->unzipped_size;
  }
  return code;
}

Result<StoredCode> MemoryCodeStore::store(std::string_view bytes) {
  auto code = inspect(bytes);
  if (code.unzipped_size) code_.try_emplace(code.sha256, bytes);
  return code;
}

std::string MemoryCodeStore::location(std::string_view sha256, Time) {
  return "memory:" + std::string(sha256);
}

std::string const* MemoryCodeStore::find(std::string_view sha256) const {
  auto found = code_.find(sha256);
  return found == code_.end() ? nullptr : &found->second;
}

void MemoryObjects::put(std::string_view bucket, std::string_view key, std::string bytes,
                        std::string_view version) {
  auto& objects = buckets_[std::string(bucket)];
  if (!version.empty()) objects[object_id(key, version)] = bytes;
  objects[object_id(key, {})] = std::move(bytes);
}

std::expected<std::string, ObjectError> MemoryObjects::read(std::string_view, std::string_view,
                                                            std::string_view bucket,
                                                            std::string_view key,
                                                            std::string_view version) {
  auto objects = buckets_.find(bucket);
  if (objects == buckets_.end())
    return std::unexpected(ObjectError{"NoSuchBucket", "The specified bucket does not exist"});
  auto found = objects->second.find(object_id(key, version));
  if (found != objects->second.end()) return found->second;
  if (!version.empty())
    return std::unexpected(ObjectError{"NoSuchVersion", "The specified version does not exist."});
  return std::unexpected(ObjectError{"NoSuchKey", "The specified key does not exist."});
}

}  // namespace sluice::local
