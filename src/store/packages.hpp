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
/// death of the process, changes nothing: the plan names the hash. The same bytes are kept once.
/// Thread-safe. What was added is durable when the call returns; ErrorCode::unavailable where it
/// cannot be written.
class Packages {
 public:
  virtual ~Packages() = default;
  /// A zip that somebody else made; check_zip (zip.hpp) looks at the copy and its errors are passed
  /// on.
  virtual Result<StoredPackage> add_zip(std::filesystem::path const& zip) = 0;
  /// A deterministic archive of a folder (zip_folder in zip.hpp, with its errors): same content,
  /// same bytes.
  virtual Result<StoredPackage> add_folder(std::filesystem::path const& folder) = 0;
  /// A zip that was sent here, and the hash it must have. Checked as in add_zip.
  virtual Result<StoredPackage> add_body(net::BodySource const& body,
                                         std::string const& sha256) = 0;
  /// Any bytes, unchecked.
  virtual Result<StoredPackage> add_bytes(std::string_view bytes) = 0;
  /// not_found where it was never added, or was deleted since.
  virtual Result<std::shared_ptr<net::BodySource const>> open(std::string const& sha256) = 0;
};

/// Keeps each package as `HEX-OF-SHA256.zip` (0600) in `folder`, which is made when it is first
/// needed. What a killed process left half written there is deleted by the next `add_…`.
std::unique_ptr<Packages> open_packages(std::filesystem::path folder);
/// For tests and the simulator: nothing is written to disk.
std::unique_ptr<Packages> memory_packages();

}  // namespace sluice::store
