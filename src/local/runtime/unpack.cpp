#include "local/runtime/unpack.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>

#include "base/process.hpp"
#include "base/strings.hpp"
#include "local/runtime/runtime_limits.hpp"

namespace sluice::local {
namespace {

namespace fs = std::filesystem;

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, CloseZip>;
using ArchiveFile = std::unique_ptr<zip_file_t, CloseZip>;

struct Entry {
  zip_uint64_t index = 0;
  std::string name;  ///< normal form: no empty and no "." part
  mode_t mode = 0;
  bool folder = false;
  std::size_t size = 0;
};

std::unexpected<Error> refuse(std::string_view name, std::string_view why) {
  return fail(ErrorCode::invalid_input,
              "the archive's entry '" + printable(name) + "' " + std::string(why),
              "Make the archive anew from the function's folder.");
}

std::unexpected<Error> cannot_write(fs::path const& path) {
  return fail(ErrorCode::unavailable,
              "cannot write " + path.string() + ": " + std::strerror(errno));
}

Result<std::string> normal_name(std::string const& name) {
  if (!is_valid_utf8(name)) return refuse(name, "has a name that is not UTF-8");
  if (name.starts_with('/')) return refuse(name, "has an absolute name");
  std::vector<std::string> parts;
  for (auto const& part : split(name, '/')) {
    if (part == "..") return refuse(name, "leads outside its folder");
    if (part.size() > 255) return refuse(name, "has a name that is too long");
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  if (parts.size() > limits::document_depth) return refuse(name, "is nested too deeply");
  return join(parts, "/");
}

/// A link may climb only at its start, and no further than to the root: with all links like that,
/// and none below another, where it leads can be told from the text alone.
bool stays_inside(std::string_view link, std::string_view target) {
  if (target.empty() || target.starts_with('/') || target.contains('\0')) return false;
  auto depth = std::ranges::count(link, '/');
  bool climbing = true;
  for (auto const& part : split(target, '/')) {
    if (part == "..") {
      if (!climbing || --depth < 0) return false;
    } else if (!part.empty() && part != ".") {
      climbing = false;
    }
  }
  return true;
}

class Unpacking {
 public:
  Unpacking(zip_t* archive, fs::path folder, UnpackLimits limits)
      : archive_(archive), folder_(std::move(folder)), limits_(limits) {}

  Result<std::size_t> run() {
    if (Result<void> read = read_entries(); !read) return std::unexpected(read.error());
    if (Result<void> checked = check_parents(); !checked) return std::unexpected(checked.error());
    for (Entry const& entry : entries_) {
      Result<void> made = entry.folder ? make_folder(entry) : make_file(entry);
      if (!made) return std::unexpected(made.error());
    }
    // Links last: while files are written, no part of a path is a link of this archive.
    for (Entry const& entry : links_)
      if (Result<void> made = make_link(entry); !made) return std::unexpected(made.error());
    return written_;
  }

 private:
  Result<void> read_entries() {
    zip_int64_t count = zip_get_num_entries(archive_, 0);
    if (count < 0 || static_cast<std::size_t>(count) > limits_.entries)
      return fail(ErrorCode::invalid_input, "the archive has " + std::to_string(count) +
                                                " entries; the most is " +
                                                std::to_string(limits_.entries));
    std::size_t total = 0;
    for (zip_uint64_t index = 0; index < static_cast<zip_uint64_t>(count); ++index) {
      Result<Entry> entry = read_entry(index);
      if (!entry) return std::unexpected(entry.error());
      if (entry->name.empty()) continue;
      if (!names_.insert(entry->name).second) return refuse(entry->name, "is there twice");
      total += entry->size;
      if (entry->size > limits_.bytes || total > limits_.bytes) return too_large();
      (S_ISLNK(entry->mode) ? links_ : entries_).push_back(std::move(*entry));
    }
    return {};
  }

  std::unexpected<Error> too_large() const {
    return fail(ErrorCode::invalid_input,
                "the archive is larger than " + std::to_string(limits_.bytes) + " bytes unpacked",
                "Lambda allows 250 MB of code and layers; leave out what is not needed to run.");
  }

  Result<Entry> read_entry(zip_uint64_t index) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive_, index, ZIP_FL_ENC_RAW, &stat) != 0 ||
        !(stat.valid & ZIP_STAT_NAME))
      return fail(ErrorCode::invalid_input, "the archive cannot be read");
    std::string raw = stat.name;
    Result<std::string> name = normal_name(raw);
    if (!name) return std::unexpected(name.error());
    if (stat.valid & ZIP_STAT_ENCRYPTION_METHOD && stat.encryption_method != ZIP_EM_NONE)
      return refuse(raw, "is encrypted");
    Entry entry{.index = index, .name = *name, .folder = raw.ends_with('/'), .size = stat.size};
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive_, index, 0, &system, &attributes);
    if (system == ZIP_OPSYS_UNIX) entry.mode = attributes >> 16;
    mode_t kind = entry.mode & S_IFMT;
    if (kind == S_IFDIR) entry.folder = true;
    if (kind && kind != S_IFDIR && kind != S_IFREG && kind != S_IFLNK)
      return refuse(raw, "is neither a file, a folder nor a link");
    if (S_ISLNK(entry.mode) && entry.size > runtime_limits::symlink_bytes)
      return refuse(raw, "is a link with a target that is too long");
    return entry;
  }

  Result<void> check_parents() {
    std::set<std::string_view> links;
    for (Entry const& link : links_) links.insert(link.name);
    for (std::string const& name : names_)
      for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1))
        if (links.contains(std::string_view(name).substr(0, slash)))
          return refuse(name, "lies below a link");
    return {};
  }

  Result<void> make_parents(fs::path const& path) {
    if (!parents_.insert(path).second) return {};
    std::error_code error;
    fs::create_directories(path, error);
    errno = error.value();
    if (error) return cannot_write(path);
    // An earlier layer may have left a link here; links are safe only while none is below another.
    if (fs::canonical(path, error) == path && !error) return {};
    return refuse(path.lexically_relative(folder_).string(), "lies below a link");
  }

  Result<void> make_folder(Entry const& entry) {
    fs::path path = folder_ / entry.name;
    if (Result<void> made = make_parents(path); !made) return made;
    mode_t mode = (entry.mode & 07777) ? (entry.mode & 0777) | 0700 : 0755;
    return chmod(path.c_str(), mode) == 0 ? Result<void>{} : cannot_write(path);
  }

  Result<void> make_file(Entry const& entry) {
    fs::path path = folder_ / entry.name;
    if (Result<void> made = make_parents(path.parent_path()); !made) return made;
    unlink(path.c_str());
    FileHandle file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return cannot_write(path);
    auto write_piece = [&](std::string_view piece) -> Result<void> {
      while (!piece.empty()) {
        ssize_t wrote = write(file.get(), piece.data(), piece.size());
        if (wrote < 0) return cannot_write(path);
        piece.remove_prefix(static_cast<std::size_t>(wrote));
      }
      return {};
    };
    if (Result<void> copied = read_content(entry, write_piece); !copied) return copied;
    // Some programs record no mode at all; such a file is readable, as a new one would be.
    mode_t mode = (entry.mode & 07777) ? entry.mode & 0777 : 0644;
    return fchmod(file.get(), mode) == 0 ? Result<void>{} : cannot_write(path);
  }

  template <class Use>
  Result<void> read_content(Entry const& entry, Use const& use) {
    ArchiveFile content(zip_fopen_index(archive_, entry.index, 0));
    if (!content) return refuse(entry.name, "cannot be read");
    std::array<char, 65536> piece;
    for (;;) {
      zip_int64_t got = zip_fread(content.get(), piece.data(), piece.size());
      if (got < 0) return refuse(entry.name, "is damaged");
      if (got == 0) return {};
      // Counted as it comes: the size an archive states may be a lie.
      written_ += static_cast<std::size_t>(got);
      if (written_ > limits_.bytes) return too_large();
      Result<void> used = use(std::string_view(piece.data(), static_cast<std::size_t>(got)));
      if (!used) return used;
    }
  }

  Result<void> make_link(Entry const& entry) {
    std::string target;
    auto keep = [&](std::string_view piece) -> Result<void> {
      target.append(piece);
      if (target.size() <= runtime_limits::symlink_bytes) return {};
      return refuse(entry.name, "is a link with a target that is too long");
    };
    if (Result<void> read = read_content(entry, keep); !read) return read;
    if (!stays_inside(entry.name, target))
      return refuse(entry.name, "is a link that leads outside");
    fs::path path = folder_ / entry.name;
    if (Result<void> made = make_parents(path.parent_path()); !made) return made;
    unlink(path.c_str());
    return symlink(target.c_str(), path.c_str()) == 0 ? Result<void>{} : cannot_write(path);
  }

  zip_t* archive_;
  fs::path const folder_;  ///< canonical
  UnpackLimits limits_;
  std::set<std::string> names_;
  std::set<fs::path> parents_;  ///< made and known to be no links
  std::vector<Entry> entries_, links_;
  std::size_t written_ = 0;
};

}  // namespace

Result<std::size_t> unpack_zip(fs::path const& zip, fs::path const& folder, UnpackLimits limits) {
  int code = 0;
  Archive archive(zip_open(zip.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return fail(ErrorCode::invalid_input, "cannot open the archive " + zip.string() + ": " + why);
  }
  std::error_code error;
  fs::path real = fs::canonical(folder, error);
  if (error)
    return fail(ErrorCode::unavailable,
                "cannot unpack to " + folder.string() + ": " + error.message());
  return Unpacking(archive.get(), std::move(real), limits).run();
}

}  // namespace sluice::local
