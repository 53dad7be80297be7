#include <fmt/core.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base/guarded.hpp"
#include "base/hash.hpp"
#include "store/package_body.hpp"
#include "store/packages.hpp"
#include "store/rules.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

class TextBody final : public net::BodySource {
 public:
  explicit TextBody(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const override { return bytes_.size(); }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return 0;
    auto left = std::string_view(bytes_).substr(static_cast<std::size_t>(offset));
    return left.copy(out.data(), out.size());
  }

 private:
  std::string bytes_;
};

class MemoryPackages final : public Packages {
 public:
  Result<StoredPackage> add_zip(std::filesystem::path const& zip) override {
    if (auto checked = check_zip(zip, zip.native()); !checked) {
      return std::unexpected(checked.error());
    }
    std::ifstream in(zip, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    if (!in) return fail(ErrorCode::unavailable, fmt::format("{} cannot be read", zip.native()));
    return keep(std::move(bytes).str());
  }

  Result<StoredPackage> add_folder(std::filesystem::path const& folder) override {
    auto bytes = zip_folder_to_text(folder);
    if (!bytes) return std::unexpected(bytes.error());
    return keep(std::move(*bytes));
  }

  Result<StoredPackage> add_body(net::BodySource const& body, std::string const& sha256) override {
    if (auto fits = check_body(body, sha256); !fits) return std::unexpected(fits.error());
    std::string bytes;
    auto read = read_body(body, [&](std::string_view piece) -> Result<void> {
      bytes += piece;
      return {};
    });
    if (!read) return std::unexpected(read.error());
    return keep(std::move(bytes));
  }

  Result<StoredPackage> add_bytes(std::string_view bytes) override {
    return keep(std::string(bytes));
  }

  Result<std::shared_ptr<net::BodySource const>> open(std::string const& sha256) override {
    if (auto raw = decode_base64(sha256); !raw || raw->size() != 32) {
      return std::unexpected(invalid_package_hash(sha256));
    }
    using Opened = Result<std::shared_ptr<net::BodySource const>>;
    return packages_.with([&](auto& packages) -> Opened {
      auto found = packages.find(sha256);
      if (found == packages.end()) return std::unexpected(unknown_package(sha256));
      return found->second;
    });
  }

 private:
  StoredPackage keep(std::string bytes) {
    StoredPackage stored{base64(sha256(bytes)), static_cast<std::int64_t>(bytes.size())};
    packages_.with([&](auto& packages) {
      packages.try_emplace(stored.sha256, std::make_shared<TextBody const>(std::move(bytes)));
    });
    return stored;
  }

  Guarded<std::map<std::string, std::shared_ptr<net::BodySource const>>> packages_;
};

}  // namespace

std::unique_ptr<Packages> memory_packages() { return std::make_unique<MemoryPackages>(); }

}  // namespace sluice::store
