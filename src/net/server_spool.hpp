#pragma once

#include <filesystem>
#include <memory>

#include "net/http.hpp"

namespace sluice::net {

/// A body on its way to disk. The file has no name: it is gone with this object, or its process.
class Spool final : public BodySource {
 public:
  /// `folder` is made (0700) where it is missing.
  static Result<std::shared_ptr<Spool>> open(std::filesystem::path const& folder);
  ~Spool() override;
  Spool(Spool const&) = delete;

  /// Appends. On one thread, before anybody reads.
  Result<void> write(std::string_view bytes);

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override;

 private:
  explicit Spool(int file) : file_(file) {}

  int const file_;
  std::uint64_t size_ = 0;
};

}  // namespace sluice::net
