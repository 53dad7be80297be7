#pragma once

#include <gtest/gtest.h>
#include <zip.h>

#include <string>
#include <vector>

namespace sluice::test {

struct ZipEntry {
  std::string name;  ///< ends with '/' for a folder
  std::string content = {};
  unsigned mode = 0100644;  ///< Unix mode with its kind; 0120777 makes a link to `content`
};

/// A zip archive in memory. Names are taken as they are, bad ones too; the same entries always give
/// the same bytes.
inline std::string make_zip(std::vector<ZipEntry> const& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(memory);
  zip_t* archive = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
  for (ZipEntry const& entry : entries) {
    zip_source_t* content =
        zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0);
    zip_int64_t index = entry.name.ends_with('/')
                            ? zip_dir_add(archive, entry.name.c_str(), 0)
                            : zip_file_add(archive, entry.name.c_str(), content, 0);
    EXPECT_GE(index, 0) << entry.name;
    auto place = static_cast<zip_uint64_t>(index);
    zip_file_set_external_attributes(archive, place, 0, ZIP_OPSYS_UNIX, entry.mode << 16);
    zip_file_set_dostime(archive, place, 0, 0x5A21, 0);
    if (entry.name.ends_with('/')) zip_source_free(content);
  }
  EXPECT_EQ(zip_close(archive), 0);
  zip_source_open(memory);
  zip_stat_t stat;
  zip_source_stat(memory, &stat);
  std::string bytes(stat.size, '\0');
  zip_source_read(memory, bytes.data(), bytes.size());
  zip_source_close(memory);
  zip_source_free(memory);
  return bytes;
}

}  // namespace sluice::test
