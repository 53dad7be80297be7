#include "local/model/s3_blobs.hpp"

#include "base/hash.hpp"

namespace sluice::local {

Result<std::string> MemoryBlobs::put(std::string_view bytes) {
  auto name = hex(sha256(bytes));
  blobs_.try_emplace(name, bytes);
  return name;
}

Result<std::string> MemoryBlobs::get(std::string const& name) const {
  auto at = blobs_.find(name);
  if (at == blobs_.end()) return fail(ErrorCode::not_found, "no blob " + name);
  return at->second;
}

void MemoryBlobs::keep_only(std::set<std::string> const& names) {
  std::erase_if(blobs_, [&](auto const& blob) { return !names.contains(blob.first); });
}

}  // namespace sluice::local
