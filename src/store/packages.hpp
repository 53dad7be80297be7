#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"

namespace sluice::store {

/// A package's bytes by the hash that Lambda will report (CodeSha256: base64 of SHA-256).
struct StoredPackage {
  std::string sha256;
  std::int64_t size = 0;
};

/// Local packages are copied here when a run is made, so that a later change of the folder, or the
/// death of the process, changes nothing: the plan names the hash. Thread-safe.
class Packages {
 public:
  virtual ~Packages() = default;
  virtual Result<StoredPackage> add_zip(std::filesystem::path const& zip) = 0;
  /// A deterministic archive of a folder: same content, same bytes, on any machine and day.
  virtual Result<StoredPackage> add_folder(std::filesystem::path const& folder) = 0;
  virtual Result<StoredPackage> add_bytes(std::string_view bytes) = 0;
  virtual Result<std::shared_ptr<net::BodySource const>> open(std::string const& sha256) = 0;
};

std::unique_ptr<Packages> open_packages(std::filesystem::path folder);
std::unique_ptr<Packages> memory_packages();

}  // namespace sluice::store
