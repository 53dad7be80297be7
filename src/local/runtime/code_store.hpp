#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "base/result.hpp"

namespace sluice::local {

/// Unpacked code and layers, each once: <folder>/code/<hash>, <folder>/layers/<hash>. A folder
/// appears under its name only when it is complete. Thread-safe.
class UnpackedCode {
 public:
  explicit UnpackedCode(std::filesystem::path folder);

  /// Removes what an earlier process left unfinished.
  Result<void> prepare();
  /// The folder of a zip. `code_sha256`: as Lambda states it (base64), decides whether it is new.
  Result<std::filesystem::path> code(std::filesystem::path const& zip,
                                     std::string const& code_sha256);
  /// One folder with the layers over one another, as /opt is on Lambda; empty where there is none.
  Result<std::filesystem::path> layers(std::vector<std::filesystem::path> const& zips);

 private:
  using Made = Result<std::filesystem::path>;
  using Pending = std::map<std::string, std::shared_future<Made>>;

  Made make_once(std::filesystem::path const& target,
                 std::vector<std::filesystem::path> const& zips);
  Made make(std::filesystem::path const& target, std::vector<std::filesystem::path> const& zips);

  std::filesystem::path folder_;
  std::atomic<unsigned> next_ = 0;
  Guarded<Pending> pending_;
};

}  // namespace sluice::local
