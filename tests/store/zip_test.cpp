#include "store/zip.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zip.h>

#include "helpers.hpp"

namespace sluice::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void make_package(std::filesystem::path const& folder, bool backwards) {
  std::vector<std::pair<std::string, std::string>> files = {
      {"index.js", "exports.handler = async () => 'hello';\n"},
      {"bootstrap", "#!/bin/sh\n"},
      {"lib/b.js", std::string(100'000, 'b')},
      {"lib/a.js", "a"},
      {"lib.txt", "sorted by bytes: '.' comes before '/'"},
      {"empty.txt", ""},
      {"\xC3\xA9t\xC3\xA9.txt", "summer"},
  };
  if (backwards) std::reverse(files.begin(), files.end());
  for (auto const& [name, content] : files) write_file(folder / name, content);
  ASSERT_EQ(::chmod((folder / "bootstrap").c_str(), 0700), 0);
  std::filesystem::create_directories(folder / "data/none");
  std::filesystem::create_symlink("lib/a.js", folder / "link");
}

std::string zip_of(std::filesystem::path const& folder) {
  TemporaryFolder out;
  must(zip_folder(folder, out / "package.zip"));
  return read_file(out / "package.zip");
}

/// Sets the process's time zone for as long as it lives.
class TimeZone {
 public:
  explicit TimeZone(char const* name) {
    if (auto const* set = ::getenv("TZ")) before_ = set;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~TimeZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }

 private:
  std::optional<std::string> before_;
};

TEST(ZipFolder, SameContentSameBytes) {
  TemporaryFolder first;
  TemporaryFolder second;
  make_package(first.path(), false);
  make_package(second.path(), true);
  for (auto const& entry : std::filesystem::recursive_directory_iterator(second.path())) {
    if (!entry.is_symlink()) {
      std::filesystem::last_write_time(
          entry.path(), std::filesystem::file_time_type::min() + std::chrono::years(250));
    }
  }
  ASSERT_EQ(::chmod((second / "index.js").c_str(), 0600), 0) << "group and others do not count";
  auto bytes = zip_of(first.path());
  EXPECT_EQ(zip_of(second.path()), bytes);
  for (auto const* zone :
       {"UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "XXX-14", "YYY12"}) {
    TimeZone zone_holds(zone);
    EXPECT_EQ(zip_of(second.path()), bytes) << zone;
  }
  EXPECT_EQ(must(zip_folder_to_text(second.path())), bytes);
}

TEST(ZipFolder, EntriesAreSortedDatedAndHaveUnixModes) {
  TemporaryFolder folder;
  make_package(folder.path(), false);
  TemporaryFolder out;
  must(zip_folder(folder.path(), out / "package.zip"));
  auto* archive = zip_open((out / "package.zip").c_str(), ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
  ASSERT_NE(archive, nullptr);
  std::vector<std::string> entries;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(archive, i, 0, &system, &attributes);
    EXPECT_EQ(system, ZIP_OPSYS_UNIX);
    char mode[16];
    std::snprintf(mode, sizeof mode, " %o", attributes >> 16);
    entries.push_back(zip_get_name(archive, i, ZIP_FL_ENC_RAW) + std::string(mode));
  }
  zip_discard(archive);
  EXPECT_THAT(entries,
              ElementsAre("bootstrap 100755", "data/none/ 40755", "empty.txt 100644",
                          "index.js 100644", "lib.txt 100644", "lib/a.js 100644", "lib/b.js 100644",
                          "link 120777", "\xC3\xA9t\xC3\xA9.txt 100644"));
  // The first local header's time and date, as the format lays them down.
  EXPECT_EQ(read_file(out / "package.zip").substr(10, 4), std::string("\0\0\x21\0", 4));
  EXPECT_EQ(must(check_zip(out / "package.zip", "p.zip")).entries, 9u);
}

TEST(ZipFolder, WhatSluiceignoreNamesStaysOut) {
  TemporaryFolder folder;
  for (auto const* name : {"index.js", "a.test.js", "keep.test.js", "node_modules/x/x.js",
                           "node_modules/x/README.md", ".git/HEAD", "sub/.git", "tmp/a", "tmp/b"}) {
    write_file(folder / name, "x");
  }
  write_file(folder / ".sluiceignore", "# tests\n*.test.js\n!keep.test.js\n*.md\ntmp/\n!tmp/a\n");
  std::vector<std::string> names;
  for (auto const& entry : must(list_folder(folder.path()))) names.push_back(entry.name);
  EXPECT_THAT(names, ElementsAre("index.js", "keep.test.js", "node_modules/x/x.js", "sub/"));
}

TEST(ZipFolder, LinksThatLeaveTheFolderAreRefusedByName) {
  for (std::string target : {"../outside", "/etc/passwd", "sub/../../outside", "."}) {
    TemporaryFolder parent;
    auto folder = parent / "package";
    write_file(folder / "index.js", "x");
    write_file(folder / "sub/a.js", "x");
    std::filesystem::create_symlink(target, folder / "link");
    auto listed = list_folder(folder);
    if (target == ".") {
      EXPECT_TRUE(listed) << "a link to the folder itself stays inside";
      continue;
    }
    ASSERT_FALSE(listed) << target;
    EXPECT_EQ(listed.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(listed.error().message, HasSubstr("package/link points to " + target));
    write_file(folder / ".sluiceignore", "link\n");
    EXPECT_TRUE(list_folder(folder)) << "leaving it out mends it";
  }
}

TEST(ZipFolder, ALinkThroughALinkedFolderIsFollowedAsTheKernelWould) {
  TemporaryFolder parent;
  auto folder = parent / "package";
  write_file(folder / "a/b/c/index.js", "x");
  std::filesystem::create_directory_symlink("a/b/c", folder / "deep");
  // By its name it leaves; from where "deep" really is, it does not, but nobody else sees that.
  std::filesystem::create_symlink("deep/../../../../package/a", folder / "up");
  EXPECT_FALSE(list_folder(folder));
  std::filesystem::remove(folder / "up");
  // By its name it stays; where the kernel goes is outside.
  std::filesystem::create_directory_symlink(".", folder / "a/b/c/here");
  std::filesystem::create_directories(folder / "x/y");
  std::filesystem::create_directory_symlink("..", folder / "x/y/top");
  std::filesystem::create_symlink("x/y/top/../../../outside", folder / "out");
  EXPECT_FALSE(list_folder(folder));
}

TEST(ZipFolder, SpecialFilesNothingAndNoFolderAreRefused) {
  TemporaryFolder folder;
  EXPECT_THAT(list_folder(folder.path()).error().message, HasSubstr("nothing to package in"));
  EXPECT_EQ(code_of(list_folder(folder / "absent")), ErrorCode::not_found);
  write_file(folder / "index.js", "x");
  EXPECT_THAT(list_folder(folder / "index.js").error().message, HasSubstr("is not a folder"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(list_folder(folder.path()).error().message,
              HasSubstr("pipe is neither a file nor a folder nor a link"));
}

TEST(ZipFolder, NamesThatAreNotUtf8AreRefused) {
  TemporaryFolder folder;
  write_file(folder / "bad\xFFname", "x");
  auto listed = list_folder(folder.path());
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, HasSubstr("bad?name is not UTF-8"));
}

TEST(ZipFolder, LimitsHoldAtTheLimitAndNotAbove) {
  TemporaryFolder folder;
  write_file(folder / "a", "12345");
  write_file(folder / "b", "12345");
  EXPECT_TRUE(list_folder(folder.path(), {.entries = 2, .unzipped_bytes = 10}));
  auto large = list_folder(folder.path(), {.entries = 2, .unzipped_bytes = 9});
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("10 bytes"));
  EXPECT_THAT(large.error().message, HasSubstr("the limit is 9 unzipped"));
  auto many = list_folder(folder.path(), {.entries = 1, .unzipped_bytes = 10});
  EXPECT_THAT(many.error().message, HasSubstr("more than 1 files"));
}

TEST(ZipFolder, MoreThan250MegabytesAreRefusedWithoutReadingThem) {
  TemporaryFolder folder;
  write_file(folder / "model.bin", "");
  ASSERT_EQ(::truncate((folder / "model.bin").c_str(), 262'144'001), 0);
  auto listed = list_folder(folder.path());
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, HasSubstr("262144001 bytes"));
  EXPECT_THAT(listed.error().message, HasSubstr("limit is 262144000"));
  ASSERT_EQ(::truncate((folder / "model.bin").c_str(), 262'144'000), 0);
  EXPECT_TRUE(list_folder(folder.path()));
}

}  // namespace
}  // namespace sluice::store
