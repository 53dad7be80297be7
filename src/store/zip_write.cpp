#include <fmt/core.h>
#include <sys/stat.h>
#include <zip.h>

#include <memory>

#include "store/zip.hpp"

namespace sluice::store {
namespace {

/// 1980-01-01 00:00, the first moment a zip can name: year 0, month 1, day 1.
constexpr zip_uint16_t dos_date = (0 << 9) | (1 << 5) | 1;
constexpr zip_uint16_t dos_time = 0;
/// zlib's own default; named, because libzip's default is another one and may change.
constexpr zip_uint32_t compression_level = 6;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
/// Discards what was not closed.
using Archive = std::unique_ptr<zip_t, Discard>;

std::unexpected<Error> failed(zip_t* archive, std::string_view doing) {
  return fail(ErrorCode::unavailable,
              fmt::format("{}: {}", doing, zip_error_strerror(zip_get_error(archive))));
}

zip_uint32_t unix_mode(FolderEntry const& entry) {
  switch (entry.kind) {
    case FolderEntry::Kind::link: return S_IFLNK | 0777;
    case FolderEntry::Kind::empty_folder: return S_IFDIR | 0755;
    case FolderEntry::Kind::file: break;
  }
  return S_IFREG | (entry.executable ? 0755 : 0644);
}

Result<zip_uint64_t> add_content(zip_t* archive, std::filesystem::path const& folder,
                                 FolderEntry const& entry) {
  zip_int64_t index = -1;
  if (entry.kind == FolderEntry::Kind::empty_folder) {
    index = zip_dir_add(archive, entry.name.c_str(), ZIP_FL_ENC_UTF_8);
  } else {
    // Links: the entries outlive the archive, so their text need not be copied. Files are opened
    // only while they are written, one at a time.
    auto* source =
        entry.kind == FolderEntry::Kind::link
            ? zip_source_buffer(archive, entry.link_target.data(), entry.link_target.size(), 0)
            : zip_source_file(archive, (folder / entry.name).c_str(), 0, -1);
    if (source != nullptr) {
      index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
      if (index < 0) zip_source_free(source);
    }
  }
  if (index < 0) return failed(archive, fmt::format("package {}", entry.name));
  return static_cast<zip_uint64_t>(index);
}

Result<void> add_entry(zip_t* archive, std::filesystem::path const& folder,
                       FolderEntry const& entry) {
  auto index = add_content(archive, folder, entry);
  if (!index) return std::unexpected(index.error());
  bool deflated = entry.kind == FolderEntry::Kind::file && entry.size > 0;
  bool done = zip_set_file_compression(archive, *index, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                       deflated ? compression_level : 0) == 0 &&
              zip_file_set_dostime(archive, *index, dos_time, dos_date, 0) == 0 &&
              zip_file_set_external_attributes(archive, *index, 0, ZIP_OPSYS_UNIX,
                                               unix_mode(entry) << 16) == 0;
  if (!done) return failed(archive, fmt::format("package {}", entry.name));
  return {};
}

/// Adds everything and closes the archive, which is when libzip reads and writes.
Result<void> fill(Archive archive, std::filesystem::path const& folder,
                  std::vector<FolderEntry> const& entries) {
  for (auto const& entry : entries) {
    if (auto added = add_entry(archive.get(), folder, entry); !added) return added;
  }
  if (zip_close(archive.get()) != 0) {
    return failed(archive.get(), fmt::format("package {}", folder.native()));
  }
  static_cast<void>(archive.release());
  return {};
}

}  // namespace

Result<void> zip_folder(std::filesystem::path const& folder, std::filesystem::path const& zip,
                        ZipLimits const& limits) {
  auto entries = list_folder(folder, limits);
  if (!entries) return std::unexpected(entries.error());
  int code = 0;
  Archive archive(zip_open(zip.c_str(), ZIP_CREATE | ZIP_EXCL, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    auto reason = fmt::format("create {}: {}", zip.native(), zip_error_strerror(&error));
    zip_error_fini(&error);
    return fail(ErrorCode::unavailable, std::move(reason));
  }
  return fill(std::move(archive), folder, *entries);
}

Result<std::string> zip_folder_to_text(std::filesystem::path const& folder,
                                       ZipLimits const& limits) {
  auto entries = list_folder(folder, limits);
  if (!entries) return std::unexpected(entries.error());
  std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> buffer(
      zip_source_buffer_create(nullptr, 0, 0, nullptr), zip_source_free);
  ENSURE(buffer);
  // The archive takes one reference, which it gives up when it is closed or discarded.
  zip_source_keep(buffer.get());
  Archive archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, nullptr));
  ENSURE(archive);
  if (auto done = fill(std::move(archive), folder, *entries); !done) {
    return std::unexpected(done.error());
  }
  zip_stat_t status;
  std::string bytes;
  bool read = zip_source_open(buffer.get()) == 0 && zip_source_stat(buffer.get(), &status) == 0;
  if (read) {
    bytes.resize(status.size);
    read = zip_source_read(buffer.get(), bytes.data(), status.size) ==
           static_cast<zip_int64_t>(status.size);
    zip_source_close(buffer.get());
  }
  if (!read) return fail(ErrorCode::internal, "read a package back from memory");
  return bytes;
}

}  // namespace sluice::store
