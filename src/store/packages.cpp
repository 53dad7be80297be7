#include "store/packages.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "store/file_system.hpp"
#include "store/package_body.hpp"
#include "store/rules.hpp"
#include "store/workshop.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

constexpr std::size_t chunk = 256 << 10;

/// Reads an open file to its end, in pieces.
Result<void> read_through(int descriptor, std::filesystem::path const& path,
                          std::function<Result<void>(std::string_view)> const& each) {
  std::vector<char> buffer(chunk);
  for (;;) {
    auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(system_error("read", path, errno));
    if (got == 0) return {};
    auto done = each(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    if (!done) return done;
  }
}

/// A zip from outside, where copying it can make sense at all.
Result<Descriptor> open_given(std::filesystem::path const& zip) {
  // Without waiting, for it may be a pipe that nobody writes to.
  Descriptor source(::open(zip.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source) return std::unexpected(system_error("open package", zip, errno));
  struct stat status{};
  if (::fstat(source.get(), &status) != 0) {
    return std::unexpected(system_error("look at", zip, errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid_input, fmt::format("{} is not a file", zip.native()),
                "name a zip or its folder");
  }
  if (static_cast<std::size_t>(status.st_size) > limits::unzipped_bytes) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} has {} bytes; Lambda takes no more than {} even unzipped",
                            zip.native(), status.st_size, limits::unzipped_bytes),
                "leave out what the function does not need, use layers or an image");
  }
  return source;
}

class FileBody final : public net::BodySource {
 public:
  FileBody(Descriptor file, std::filesystem::path path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= size_) return 0;
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset));
    for (;;) {
      auto got = ::pread(file_.get(), out.data(), wanted, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return std::unexpected(system_error("read", path_, errno));
    }
  }

 private:
  Descriptor file_;
  std::filesystem::path path_;
  std::uint64_t size_;
};

class FilePackages final : public Packages {
 public:
  explicit FilePackages(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<StoredPackage> add_zip(std::filesystem::path const& zip) override {
    auto source = open_given(zip);
    if (!source) return std::unexpected(source.error());
    auto fill = [&](auto const& write) { return read_through(source->get(), zip, write); };
    return add(fill, [&](std::filesystem::path const& copy) -> Result<void> {
      auto checked = check_zip(copy, zip.native());
      if (!checked) return std::unexpected(checked.error());
      return {};
    });
  }

  Result<StoredPackage> add_folder(std::filesystem::path const& folder) override {
    auto workshop = Workshop::open(folder_);
    if (!workshop) return std::unexpected(workshop.error());
    auto file = workshop->file();
    if (auto done = zip_folder(folder, file); !done) return std::unexpected(done.error());
    // libzip goes back and forth while it writes, so the hash is taken from what it left.
    Descriptor written(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    if (!written) return std::unexpected(system_error("open", file, errno));
    if (::fchmod(written.get(), 0600) != 0) {
      return std::unexpected(system_error("restrict", file, errno));
    }
    Sha256 hash;
    std::int64_t size = 0;
    auto done = read_through(written.get(), file, [&](std::string_view bytes) -> Result<void> {
      hash.update(bytes);
      size += static_cast<std::int64_t>(bytes.size());
      return {};
    });
    if (!done) return std::unexpected(done.error());
    return keep(written, file, hash.finish(), size);
  }

  Result<StoredPackage> add_body(net::BodySource const& body, std::string const& sha256) override {
    if (auto fits = check_body(body, sha256); !fits) return std::unexpected(fits.error());
    auto fill = [&](auto const& write) { return read_body(body, write); };
    return add(fill, [&](std::filesystem::path const& copy) -> Result<void> {
      auto checked = check_zip(copy, "the package");
      if (!checked) return std::unexpected(checked.error());
      return {};
    });
  }

  Result<StoredPackage> add_bytes(std::string_view bytes) override {
    auto fill = [&](auto const& write) { return write(bytes); };
    return add(fill, [](std::filesystem::path const&) { return Result<void>(); });
  }

  Result<std::shared_ptr<net::BodySource const>> open(std::string const& sha256) override {
    auto raw = decode_base64(sha256);
    if (!raw || raw->size() != 32) return std::unexpected(invalid_package_hash(sha256));
    auto path = package_place(folder_, *raw);
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) return std::unexpected(unknown_package(sha256));
    if (!file) return std::unexpected(system_error("open package", path, errno));
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
      return std::unexpected(system_error("look at", path, errno));
    }
    auto size = static_cast<std::uint64_t>(status.st_size);
    return std::make_shared<FileBody const>(std::move(file), std::move(path), size);
  }

 private:
  using Sink = std::function<Result<void>(std::string_view)>;

  /// Writes what `fill` gives, hashed on the way, and keeps it where `check` agrees to the copy.
  Result<StoredPackage> add(
      std::function<Result<void>(Sink const&)> const& fill,
      std::function<Result<void>(std::filesystem::path const&)> const& check) {
    auto workshop = Workshop::open(folder_);
    if (!workshop) return std::unexpected(workshop.error());
    auto file = workshop->file();
    Descriptor copy(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!copy) return std::unexpected(system_error("create", file, errno));
    Sha256 hash;
    std::int64_t size = 0;
    auto done = fill([&](std::string_view bytes) {
      hash.update(bytes);
      size += static_cast<std::int64_t>(bytes.size());
      return write_all(copy.get(), bytes, file);
    });
    if (done) done = check(file);
    if (!done) return std::unexpected(done.error());
    return keep(copy, file, hash.finish(), size);
  }

  Result<StoredPackage> keep(Descriptor const& written, std::filesystem::path const& file,
                             std::string const& raw, std::int64_t size) {
    if (auto kept = keep_package(written, file, folder_, raw, size); !kept) {
      return std::unexpected(kept.error());
    }
    return StoredPackage{base64(raw), size};
  }

  std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<Packages> open_packages(std::filesystem::path folder) {
  return std::make_unique<FilePackages>(std::move(folder));
}

}  // namespace sluice::store
