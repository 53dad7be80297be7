#include "aws/body.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/hash.hpp"

namespace sluice::aws {
namespace {

std::size_t copy_part(std::string_view from, std::uint64_t offset, std::span<char> out) {
  if (offset >= from.size()) return 0;
  std::size_t count = std::min<std::size_t>(from.size() - offset, out.size());
  std::memcpy(out.data(), from.data() + offset, count);
  return count;
}

class TextBody final : public net::BodySource {
 public:
  explicit TextBody(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    return copy_part(bytes_, offset, out);
  }

 private:
  std::string bytes_;
};

class FileBody final : public net::BodySource {
 public:
  FileBody(std::string path, int file, std::uint64_t size)
      : path_(std::move(path)), file_(file), size_(size) {}
  FileBody(FileBody const&) = delete;
  FileBody& operator=(FileBody const&) = delete;
  ~FileBody() override { ::close(file_); }

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= size_ || out.empty()) return 0;
    std::size_t wanted = std::min<std::uint64_t>(out.size(), size_ - offset);
    ssize_t got;
    do {
      got = ::pread(file_, out.data(), wanted, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0)
      return fail(ErrorCode::unavailable, "cannot read " + path_ + ": " + std::strerror(errno));
    if (got == 0)
      return fail(ErrorCode::conflict, path_ + " became shorter while it was being sent",
                  "Run again once nothing writes to it.");
    return static_cast<std::size_t>(got);
  }

 private:
  std::string path_;
  int file_;
  std::uint64_t size_;
};

/// Every three bytes of the archive are four characters here, so any offset can be served by
/// encoding the groups around it.
class Base64Body final : public net::BodySource {
 public:
  Base64Body(std::string head, std::shared_ptr<net::BodySource const> inner, std::string tail)
      : head_(std::move(head)), inner_(std::move(inner)), tail_(std::move(tail)) {}

  std::uint64_t size() const override { return head_.size() + encoded() + tail_.size(); }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    if (offset < head_.size()) return copy_part(head_, offset, out);
    offset -= head_.size();
    if (offset >= encoded()) return copy_part(tail_, offset - encoded(), out);
    return read_encoded(offset, out);
  }

 private:
  static constexpr std::size_t groups_at_once = 4096;

  std::uint64_t encoded() const { return (inner_->size() + 2) / 3 * 4; }

  Result<std::size_t> read_encoded(std::uint64_t offset, std::span<char> out) const {
    std::uint64_t group = offset / 4;
    std::size_t skip = offset % 4;
    std::size_t groups = std::min(groups_at_once, (skip + out.size() + 3) / 4);
    std::string raw;
    if (auto filled = fill(group * 3, groups * 3, raw); !filled)
      return std::unexpected(filled.error());
    return copy_part(base64(raw), skip, out);
  }

  Result<void> fill(std::uint64_t from, std::size_t count, std::string& raw) const {
    count = std::min<std::uint64_t>(count, inner_->size() - from);
    raw.resize(count);
    for (std::size_t done = 0; done < count;) {
      auto got = inner_->read(from + done, std::span(raw).subspan(done));
      if (!got) return std::unexpected(got.error());
      if (*got == 0) return fail(ErrorCode::conflict, "the archive ended before its size");
      done += *got;
    }
    return {};
  }

  std::string head_;
  std::shared_ptr<net::BodySource const> inner_;
  std::string tail_;
};

}  // namespace

Result<std::shared_ptr<net::BodySource const>> file_body(std::string const& path) {
  auto refuse = [&](std::string const& why) {
    return fail(ErrorCode::invalid_input, "cannot read " + path + ": " + why);
  };
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refuse(std::strerror(errno));
  struct stat info{};
  if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(file);
    return refuse("it is not a file");
  }
  return std::make_shared<FileBody>(path, file, static_cast<std::uint64_t>(info.st_size));
}

std::shared_ptr<net::BodySource const> text_body(std::string bytes) {
  return std::make_shared<TextBody>(std::move(bytes));
}

std::shared_ptr<net::BodySource const> base64_body(std::string head,
                                                   std::shared_ptr<net::BodySource const> inner,
                                                   std::string tail) {
  return std::make_shared<Base64Body>(std::move(head), std::move(inner), std::move(tail));
}

Result<std::string> sha256_of(net::BodySource const& body) {
  Sha256 hash;
  std::array<char, 1 << 16> part;
  for (std::uint64_t offset = 0; offset < body.size();) {
    auto got = body.read(offset, part);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return fail(ErrorCode::conflict, "the body ended before its size");
    hash.update({part.data(), *got});
    offset += *got;
  }
  return hex(hash.finish());
}

}  // namespace sluice::aws
