#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zip.h>

#include "helpers.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

struct Entry {
  std::string name;
  std::string content;
  zip_uint32_t mode = S_IFREG | 0644;
  bool encrypted = false;
};

class CheckZip : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "given.zip"; }

  void make(std::vector<Entry> const& entries) {
    auto* archive = zip_open(path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    ASSERT_NE(archive, nullptr);
    for (auto const& entry : entries) {
      auto* source = zip_source_buffer(archive, entry.content.data(), entry.content.size(), 0);
      auto index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
      ASSERT_GE(index, 0) << entry.name;
      zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX, entry.mode << 16);
      if (entry.encrypted) {
        ASSERT_EQ(zip_file_set_encryption(archive, index, ZIP_EM_AES_256, "secret"), 0);
      }
    }
    ASSERT_EQ(zip_close(archive), 0);
  }

  /// The archive with every occurrence of one name replaced by another one of the same length, for
  /// what libzip itself would not write.
  void rename(std::string const& from, std::string const& to) {
    ASSERT_EQ(from.size(), to.size());
    auto bytes = read_file(path());
    for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
      bytes.replace(at, from.size(), to);
    }
    write_file(path(), bytes);
  }

  std::string refusal(ZipLimits const& limits = lambda_limits()) {
    auto checked = check_zip(path(), "given.zip", limits);
    if (checked) return "accepted";
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_input);
    EXPECT_FALSE(checked.error().hint.empty());
    return checked.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(CheckZip, AGoodOneIsCounted) {
  make({{"index.js", "x"}, {"lib/", "", S_IFDIR | 0755}, {"lib/a.js", std::string(5'000, 'a')}});
  auto summary = must(check_zip(path(), "given.zip"));
  EXPECT_EQ(summary.entries, 3u);
  EXPECT_EQ(summary.unzipped_bytes, 5'001u);
}

TEST_F(CheckZip, WhatIsNoZipIsCalledSo) {
  write_file(path(), "\x1f\x8b gzip");
  EXPECT_EQ(refusal(), "given.zip is not a zip archive");
  write_file(path(), "");
  EXPECT_EQ(refusal(), "given.zip is not a zip archive");
  write_file(path(), std::string("PK\x05\x06") + std::string(18, '\0'));
  EXPECT_EQ(refusal(), "given.zip holds no files");
  EXPECT_EQ(code_of(check_zip(folder_ / "absent", "absent")), ErrorCode::not_found);
  auto folder = check_zip(folder_.path(), "folder");
  EXPECT_THAT(folder.error().message, HasSubstr("folder is not a file"));
}

TEST_F(CheckZip, TruncationAtEveryPlaceIsFound) {
  make({{"index.js", "hello"}, {"b.js", std::string(300, 'b')}});
  auto bytes = read_file(path());
  for (std::size_t size = 4; size < bytes.size(); ++size) {
    write_file(path(), bytes.substr(0, size));
    EXPECT_THAT(refusal(), HasSubstr("truncated or damaged")) << size;
  }
}

TEST_F(CheckZip, EveryDamagedByteOfTheContentIsFound) {
  make({{"index.js", "hello, this is text that does not shrink: 0123456789"}});
  auto bytes = read_file(path());
  auto start = 30 + std::string("index.js").size();
  for (std::size_t at = start; at < start + 20; ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    write_file(path(), damaged);
    EXPECT_THAT(refusal(), HasSubstr("holds 'index.js', which cannot be unpacked")) << at;
  }
}

TEST_F(CheckZip, NamesThatWouldLandElsewhereAreRefused) {
  struct Case {
    std::string name;
    char const* why;
  };
  Case const cases[] = {
      {"/etc/passwd", "not a relative name"},     {"../evil", "would leave the folder"},
      {"a/../../evil", "would leave the folder"}, {"a\\b.js", "not a relative name"},
      {"C:/evil", "not a relative name"},         {"a/..", "would leave the folder"},
  };
  for (auto const& [name, why] : cases) {
    make({{name, "x"}});
    EXPECT_THAT(refusal(), testing::AllOf(HasSubstr("'" + name + "'"), HasSubstr(why)));
  }
}

TEST_F(CheckZip, NamesThatComeTwiceAreRefused) {
  make({{"index.js", "x"}, {"indey.js", "y"}});
  rename("indey.js", "index.js");
  EXPECT_EQ(refusal(), "given.zip holds 'index.js', which comes twice");
  make({{"a/b.js", "x"}, {"a/./b.js", "y"}});
  EXPECT_EQ(refusal(), "given.zip holds 'a/./b.js', which comes twice");
}

TEST_F(CheckZip, NamesMustBeUtf8) {
  make({{"caf_.js", "x"}});
  rename("caf_.js", "caf\xE9.js");
  EXPECT_EQ(refusal(), "given.zip holds a name that is not UTF-8");
}

TEST_F(CheckZip, EncryptedEntriesAreRefused) {
  make({{"index.js", "x", S_IFREG | 0644, true}});
  EXPECT_EQ(refusal(), "given.zip holds 'index.js', which is encrypted");
}

TEST_F(CheckZip, LinksMustStayInside) {
  make({{"lib/a.js", "x"}, {"b", "lib/a.js", S_IFLNK | 0777}, {"lib/up", "../b", S_IFLNK | 0777}});
  EXPECT_EQ(refusal(), "accepted");
  make({{"lib/up", "../../b", S_IFLNK | 0777}});
  EXPECT_EQ(refusal(), "given.zip holds 'lib/up', a link to '../../b', outside of it");
  make({{"up", "/etc/passwd", S_IFLNK | 0777}});
  EXPECT_EQ(refusal(), "given.zip holds 'up', a link to '/etc/passwd', outside of it");
}

TEST_F(CheckZip, SizeAndCountHoldAtTheLimitAndNotAbove) {
  make({{"a", "12345"}, {"b", "12345"}});
  EXPECT_EQ(refusal({.entries = 2, .unzipped_bytes = 10}), "accepted");
  EXPECT_THAT(refusal({.entries = 2, .unzipped_bytes = 9}),
              HasSubstr("10 bytes up to 'b', the limit is 9 unzipped"));
  EXPECT_EQ(refusal({.entries = 1, .unzipped_bytes = 10}),
            "given.zip holds 2 files; the limit is 1");
}

TEST_F(CheckZip, ATrapIsRefusedBeforeItIsUnpacked) {
  make({{"zeros", std::string(20'000'000, '\0')}});
  EXPECT_THAT(refusal(), HasSubstr("more than 200 times its size"));
  make({{"zeros", std::string(9'000'000, '\0')}});
  EXPECT_EQ(refusal(), "accepted") << "small ones are nobody's trouble";
}

TEST_F(CheckZip, ASizeThatLiesIsFound) {
  make({{"index.js", std::string(10'000, 'x')}});
  auto bytes = read_file(path());
  std::string real = {'\x10', '\x27', '\0', '\0'};
  for (auto at = bytes.find(real); at != std::string::npos; at = bytes.find(real, at + 1)) {
    bytes.replace(at, 4, std::string("\x10\0\0\0", 4));
  }
  write_file(path(), bytes);
  EXPECT_THAT(refusal(), HasSubstr("which cannot be unpacked"));
}

}  // namespace
}  // namespace sluice::store
