#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <zip.h>

#include <array>
#include <cerrno>
#include <set>

#include "base/strings.hpp"
#include "store/file_system.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

/// A package that grows more than this when unpacked is a trap (operability M15); small ones may.
constexpr std::uint64_t largest_ratio = 200;
constexpr std::uint64_t ratio_counts_from = 10'000'000;
constexpr std::uint64_t longest_link = 4'096;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

class Checker {
 public:
  Checker(std::filesystem::path path, std::string shown, ZipLimits const& limits)
      : path_(std::move(path)), shown_(std::move(shown)), limits_(limits) {}

  Result<ZipSummary> run() {
    if (auto done = open(); !done) return std::unexpected(done.error());
    auto count = zip_get_num_entries(archive_.get(), 0);
    summary_.entries = static_cast<std::uint64_t>(count);
    if (count == 0) return refuse("holds no files", "build the package again");
    if (summary_.entries > limits_.entries) {
      return refuse(fmt::format("holds {} files; the limit is {}", count, limits_.entries),
                    "leave out what the function does not need");
    }
    if (auto done = check_directory(); !done) return std::unexpected(done.error());
    for (zip_uint64_t i = 0; i < summary_.entries; ++i) {
      if (auto done = check_content(i); !done) return std::unexpected(done.error());
    }
    return summary_;
  }

 private:
  std::unexpected<Error> refuse(std::string_view what, std::string hint) const {
    return fail(ErrorCode::invalid_input, fmt::format("{} {}", shown_, what), std::move(hint));
  }
  std::unexpected<Error> refuse_entry(std::string const& name, std::string_view what,
                                      std::string hint) const {
    return refuse(fmt::format("holds '{}', {}", printable(name), what), std::move(hint));
  }

  Result<void> open() {
    // Without waiting, for it may be a pipe that nobody writes to.
    Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return fail(system_error("open", shown_, errno), "read the package");
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
      return std::unexpected(system_error("look at", shown_, errno));
    }
    if (!S_ISREG(status.st_mode)) return refuse("is not a file", "name a zip or its folder");
    size_ = static_cast<std::uint64_t>(status.st_size);
    std::array<char, 4> start{};
    bool begins_as_zip = ::pread(file.get(), start.data(), start.size(), 0) == 4 &&
                         std::string_view(start.data(), 4) == "PK\x03\x04";
    int code = 0;
    archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY, &code));
    if (archive_) return {};
    if (begins_as_zip) {
      return refuse("is truncated or damaged: the directory at its end cannot be read",
                    "build or download it again");
    }
    if (code == ZIP_ER_NOZIP) {
      return refuse("is not a zip archive", "Lambda takes zip only, not tar or gzip");
    }
    return refuse("is damaged: its directory cannot be read", "build or download it again");
  }

  /// Everything that the archive says about itself, before a byte is unpacked.
  Result<void> check_directory() {
    std::uint64_t total = 0;
    for (zip_uint64_t i = 0; i < summary_.entries; ++i) {
      zip_stat_t status;
      zip_stat_init(&status);
      if (zip_stat_index(archive_.get(), i, ZIP_FL_ENC_RAW, &status) != 0) {
        return refuse(fmt::format("is damaged: entry {} cannot be read", i + 1),
                      "build or download it again");
      }
      if (auto done = check_name(status.name); !done) return done;
      if (status.encryption_method != ZIP_EM_NONE) {
        return refuse_entry(status.name, "which is encrypted", "build it without a password");
      }
      // Each within its limit first, so that the sum cannot overflow.
      if (status.size > limits_.unzipped_bytes || total + status.size > limits_.unzipped_bytes) {
        return refuse(
            fmt::format("unpacks to more than Lambda takes: {} bytes up to '{}', the "
                        "limit is {} unzipped",
                        total + status.size, printable(status.name), limits_.unzipped_bytes),
            "leave out what the function does not need, use layers or an image");
      }
      total += status.size;
    }
    summary_.unzipped_bytes = total;
    if (total > ratio_counts_from && total / largest_ratio > size_) {
      return refuse(fmt::format("has {} bytes and unpacks to {}: more than {} times its size",
                                size_, total, largest_ratio),
                    "it looks like a trap; if it is not, leave the padding out");
    }
    return {};
  }

  Result<void> check_name(std::string const& name) {
    if (!is_valid_utf8(name)) {
      return refuse("holds a name that is not UTF-8", "build it with UTF-8 names");
    }
    if (name.empty() || name.starts_with('/') || name.contains('\\') ||
        (name.size() > 1 && name[1] == ':')) {
      return refuse_entry(name, "which is not a relative name with '/'",
                          "build it from inside the folder");
    }
    std::vector<std::string> parts;
    for (auto& part : split(name, '/')) {
      if (part == "..") {
        return refuse_entry(name, "which would leave the folder it is unpacked in",
                            "build it from inside the folder");
      }
      if (!part.empty() && part != ".") parts.push_back(std::move(part));
    }
    if (!names_.insert(join(parts, "/")).second) {
      return refuse_entry(name, "which comes twice", "build it anew instead of adding to it");
    }
    return {};
  }

  /// Unpacks into nothing: what comes out must be what the directory said, to the checksum.
  Result<void> check_content(zip_uint64_t index) {
    zip_stat_t status;
    zip_stat_init(&status);
    zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &status);
    std::string name = status.name;
    std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive_.get(), index, 0));
    if (!entry) return damaged(name, zip_error_strerror(zip_get_error(archive_.get())));
    bool is_link = is_link_entry(index);
    std::string target;
    std::uint64_t seen = 0;
    for (;;) {
      auto got = zip_fread(entry.get(), buffer_.data(), buffer_.size());
      if (got < 0) return damaged(name, zip_error_strerror(zip_file_get_error(entry.get())));
      if (got == 0) break;
      seen += static_cast<std::uint64_t>(got);
      if (seen > status.size) return damaged(name, "it is longer than the directory says");
      if (is_link && seen <= longest_link) {
        target.append(buffer_.data(), static_cast<std::size_t>(got));
      }
    }
    if (seen != status.size) return damaged(name, "it is shorter than the directory says");
    if (is_link && (seen > longest_link || !link_stays_inside(name, target))) {
      return refuse_entry(name, fmt::format("a link to '{}', outside of it", printable(target)),
                          "put a copy into the package instead");
    }
    return {};
  }

  bool is_link_entry(zip_uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive_.get(), index, 0, &system, &attributes);
    return system == ZIP_OPSYS_UNIX && S_ISLNK(attributes >> 16);
  }

  std::unexpected<Error> damaged(std::string const& name, std::string_view why) const {
    return refuse_entry(name, fmt::format("which cannot be unpacked: {}", why),
                        "build or download it again");
  }

  std::filesystem::path path_;
  std::string shown_;
  ZipLimits limits_;
  std::unique_ptr<zip_t, Discard> archive_;
  std::uint64_t size_ = 0;
  std::set<std::string> names_;
  std::vector<char> buffer_ = std::vector<char>(64 << 10);
  ZipSummary summary_;
};

}  // namespace

Result<ZipSummary> check_zip(std::filesystem::path const& zip, std::string const& shown,
                             ZipLimits const& limits) {
  return Checker(zip, shown, limits).run();
}

}  // namespace sluice::store
