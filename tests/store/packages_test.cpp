#include "store/packages.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <thread>

#include "base/hash.hpp"
#include "helpers.hpp"
#include "store/file_system.hpp"
#include "store/zip.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

std::string read_all(net::BodySource const& body, std::size_t piece = 7) {
  std::string all;
  std::vector<char> buffer(piece);
  while (auto got = must(body.read(all.size(), buffer))) all.append(buffer.data(), got);
  EXPECT_EQ(all.size(), body.size());
  return all;
}

class PackagesTest : public testing::TestWithParam<std::string> {
 protected:
  PackagesTest() {
    packages_ = GetParam() == "folder" ? open_packages(kept()) : memory_packages();
    write_file(source() / "index.js", "exports.handler = 1\n");
  }
  std::filesystem::path kept() const { return folder_ / "store/packages"; }
  std::filesystem::path source() const { return folder_ / "source"; }

  TemporaryFolder folder_;
  std::unique_ptr<Packages> packages_;
};

TEST_P(PackagesTest, BytesComeBackUnderTheirHash) {
  auto stored = must(packages_->add_bytes("some bytes of a package"));
  EXPECT_EQ(stored.sha256, base64(sha256("some bytes of a package")));
  EXPECT_EQ(stored.size, 23);
  EXPECT_EQ(read_all(*must(packages_->open(stored.sha256))), "some bytes of a package");
}

TEST_P(PackagesTest, ABodyIsReadAtAnyOffsetAgainAndAgain) {
  auto body = must(packages_->open(must(packages_->add_bytes("0123456789")).sha256));
  char out[4];
  EXPECT_EQ(must(body->read(8, out)), 2u);
  EXPECT_EQ(std::string(out, 2), "89");
  EXPECT_EQ(must(body->read(0, out)), 4u);
  EXPECT_EQ(std::string(out, 4), "0123");
  EXPECT_EQ(must(body->read(10, out)), 0u);
  EXPECT_EQ(must(body->read(11, out)), 0u);
}

TEST_P(PackagesTest, ABodyIsKeptWhereItIsThePackageThatItsHashNames) {
  auto zip = must(packages_->add_folder(source()));
  auto sent = must(packages_->open(zip.sha256));
  auto others = GetParam() == "folder" ? open_packages(folder_ / "others") : memory_packages();
  EXPECT_EQ(others->add_body(*sent, base64(sha256("other"))).error().code,
            ErrorCode::invalid_input);
  EXPECT_EQ(others->add_body(*sent, "no hash").error().code, ErrorCode::invalid_input);
  EXPECT_FALSE(others->open(zip.sha256));
  auto kept = must(others->add_body(*sent, zip.sha256));
  EXPECT_EQ(kept.sha256, zip.sha256);
  EXPECT_EQ(kept.size, zip.size);
  EXPECT_EQ(read_all(*must(others->open(zip.sha256)), 1000), read_all(*sent, 1000));
}

TEST_P(PackagesTest, AFolderBecomesTheSamePackageEachTime) {
  auto first = must(packages_->add_folder(source()));
  auto second = must(packages_->add_folder(source()));
  EXPECT_EQ(first.sha256, second.sha256);
  auto bytes = read_all(*must(packages_->open(first.sha256)), 4096);
  EXPECT_EQ(base64(sha256(bytes)), first.sha256);
  EXPECT_EQ(bytes, must(zip_folder_to_text(source())));
}

TEST_P(PackagesTest, ALaterChangeOfTheFolderChangesNothing) {
  auto stored = must(packages_->add_folder(source()));
  auto before = read_all(*must(packages_->open(stored.sha256)));
  write_file(source() / "index.js", "something else");
  EXPECT_EQ(read_all(*must(packages_->open(stored.sha256))), before);
}

TEST_P(PackagesTest, AZipIsKeptAsItIs) {
  must(zip_folder(source(), folder_ / "mine.zip"));
  auto stored = must(packages_->add_zip(folder_ / "mine.zip"));
  EXPECT_EQ(read_all(*must(packages_->open(stored.sha256))), read_file(folder_ / "mine.zip"));
}

TEST_P(PackagesTest, ABadZipIsRefusedUnderItsOwnName) {
  write_file(folder_ / "mine.zip", "no zip");
  auto refused = packages_->add_zip(folder_ / "mine.zip");
  EXPECT_EQ(code_of(refused), ErrorCode::invalid_input);
  EXPECT_THAT(refused.error().message, HasSubstr("mine.zip is not a zip archive"));
  EXPECT_EQ(code_of(packages_->open(base64(sha256("no zip")))), ErrorCode::not_found);
  EXPECT_EQ(code_of(packages_->add_zip(folder_ / "absent.zip")), ErrorCode::not_found);
}

TEST_P(PackagesTest, WhatCannotBeAZipIsRefusedBeforeItIsRead) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  auto pipe = packages_->add_zip(folder_ / "pipe");
  EXPECT_EQ(code_of(pipe), ErrorCode::invalid_input);
  EXPECT_THAT(pipe.error().message, HasSubstr("pipe is not a file"));
  write_file(folder_ / "huge.zip", "");
  std::filesystem::resize_file(folder_ / "huge.zip", 262'144'001);
  EXPECT_EQ(code_of(packages_->add_zip(folder_ / "huge.zip")), ErrorCode::invalid_input);
}

TEST_P(PackagesTest, WhatWasNeverAddedIsNotFound) {
  EXPECT_EQ(code_of(packages_->open(base64(sha256("never")))), ErrorCode::not_found);
  EXPECT_EQ(code_of(packages_->open("../../etc/passwd")), ErrorCode::invalid_input);
  EXPECT_EQ(code_of(packages_->open("")), ErrorCode::invalid_input);
}

TEST_P(PackagesTest, ManyThreadsAddAtOnce) {
  std::vector<std::jthread> threads;
  std::vector<std::string> hashes(8);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    threads.emplace_back([&, i] {
      auto stored = packages_->add_bytes("package " + std::to_string(i % 2));
      hashes[i] = stored ? stored->sha256 : stored.error().text();
    });
  }
  threads.clear();
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    EXPECT_EQ(hashes[i], base64(sha256("package " + std::to_string(i % 2))));
    EXPECT_TRUE(packages_->open(hashes[i]));
  }
}

INSTANTIATE_TEST_SUITE_P(Places, PackagesTest, testing::Values("folder", "memory"),
                         [](auto const& tested) { return tested.param; });

std::vector<std::string> names_in(std::filesystem::path const& folder) {
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

TEST(PackageFolder, HoldsOnePrivateFilePerContentAndNothingElse) {
  TemporaryFolder folder;
  auto packages = open_packages(folder / "packages");
  must(packages->add_bytes("abc"));
  must(packages->add_bytes("abc"));
  write_file(folder / "source/index.js", "x");
  auto zipped = must(packages->add_folder(folder / "source"));
  write_file(folder / "bad.zip", "bad");
  EXPECT_FALSE(packages->add_zip(folder / "bad.zip"));
  std::vector<std::string> expected = {hex(sha256("abc")) + ".zip",
                                       hex(*decode_base64(zipped.sha256)) + ".zip"};
  std::ranges::sort(expected);
  EXPECT_EQ(names_in(folder / "packages"), expected);
  for (auto const& name : expected) {
    struct stat status{};
    ASSERT_EQ(::stat((folder / "packages" / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST(PackageFolder, OutlivesTheObject) {
  TemporaryFolder folder;
  auto stored = must(open_packages(folder / "packages")->add_bytes("abc"));
  EXPECT_EQ(read_all(*must(open_packages(folder / "packages")->open(stored.sha256))), "abc");
}

TEST(PackageFolder, WhatADeadProcessLeftIsDeletedAndALiveOnesWorkIsNot) {
  TemporaryFolder folder;
  auto packages = open_packages(folder / "packages");
  must(packages->add_bytes("abc"));
  write_file(folder / "packages/incoming-dead00/package.zip", "half");
  write_file(folder / "packages/incoming-alive0/package.zip", "half");
  Descriptor alive(::open((folder / "packages/incoming-alive0").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(alive.get(), LOCK_EX), 0);
  must(packages->add_bytes("def"));
  EXPECT_FALSE(std::filesystem::exists(folder / "packages/incoming-dead00"));
  EXPECT_TRUE(std::filesystem::exists(folder / "packages/incoming-alive0"));
}

}  // namespace
}  // namespace sluice::store
