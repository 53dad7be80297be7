#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::local {

/// Where the bytes of objects are kept. A blob is named by the lower-case hex SHA-256 of its bytes.
/// Calls come from one thread at a time.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// Keeps the bytes (again) and returns their name.
  virtual Result<std::string> put(std::string_view bytes) = 0;
  virtual Result<std::string> get(std::string const& name) const = 0;
  /// Drops every blob that is not named.
  virtual void keep_only(std::set<std::string> const& names) = 0;
};

/// For the simulator and for tests.
class MemoryBlobs final : public BlobStore {
 public:
  Result<std::string> put(std::string_view bytes) override;
  Result<std::string> get(std::string const& name) const override;
  void keep_only(std::set<std::string> const& names) override;
  std::size_t count() const { return blobs_.size(); }

 private:
  std::map<std::string, std::string> blobs_;
};

}  // namespace sluice::local
