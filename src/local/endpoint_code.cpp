#include "local/endpoint_code.hpp"

#include "base/hash.hpp"
#include "local/model/zip_directory.hpp"

namespace sluice::local {

StoredCode EndpointCode::inspect(std::string_view bytes) {
  StoredCode code{.sha256 = base64(sha256(bytes)), .size = bytes.size(), .unzipped_size = {}};
  if (auto const directory = read_zip_directory(bytes))
    code.unzipped_size = directory->unzipped_size;
  return code;
}

Result<StoredCode> EndpointCode::store(std::string_view bytes) {
  auto code = inspect(bytes);
  if (!code.unzipped_size) return code;
  if (auto stored = blobs_.put(bytes); !stored) return std::unexpected(stored.error());
  return code;
}

std::string EndpointCode::location(std::string_view sha256, Time now) {
  while (!in_order_.empty()) {
    auto const oldest = links_.find(in_order_.front());
    if (links_.size() < max_links && oldest != links_.end() && oldest->second.expires > now) break;
    if (oldest != links_.end()) links_.erase(oldest);
    in_order_.pop_front();
  }
  std::string token;
  for (int i = 0; i < 4; ++i) {
    auto const word = random_.next();
    token += hex(std::string_view(reinterpret_cast<char const*>(&word), sizeof word));
  }
  links_.emplace(token, Link{blob_of(sha256), now + link_lifetime});
  in_order_.push_back(token);
  return base_url_ + "/_sluice/code/" + token;
}

std::optional<std::string> EndpointCode::resolve(std::string_view token, Time now) const {
  auto const at = links_.find(token);
  if (at == links_.end() || at->second.expires <= now) return {};
  return at->second.blob;
}

std::string EndpointCode::blob_of(std::string_view sha256) {
  auto const digest = decode_base64(sha256);
  return digest ? hex(*digest) : std::string();
}

void EndpointCode::forget_links() {
  links_.clear();
  in_order_.clear();
}

std::expected<std::string, ObjectError> EndpointObjects::read(std::string_view,
                                                              std::string_view region,
                                                              std::string_view bucket,
                                                              std::string_view key,
                                                              std::string_view version) {
  auto error = [](Fault const& fault) {
    return std::unexpected(ObjectError{fault.code, fault.message});
  };
  auto const home = s3_.bucket(std::string(bucket));
  if (!home) return error(home.error());
  if ((*home)->region != region)
    return std::unexpected(
        ObjectError{"PermanentRedirect", "The bucket is in this region: " + (*home)->region +
                                             ". Please use this region to retry the request"});
  auto const found = s3_.find(std::string(bucket), std::string(key), std::string(version));
  if (!found) return error(found.error());
  auto bytes = s3_.bytes(**found);
  if (!bytes) return error(bytes.error());
  return std::move(*bytes);
}

}  // namespace sluice::local
