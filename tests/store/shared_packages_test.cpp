#include "store/shared_packages.hpp"

#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "helpers.hpp"
#include "private_postgres.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

/// Servers with a folder each.
class SharedPackagesTest : public testing::Test {
 protected:
  void SetUp() override {
    postgres_ = PrivatePostgres::shared();
    if (!postgres_) GTEST_SKIP() << missing_postgres;
    uri_ = postgres_->make_database();
    store_ = must(open_postgres(uri_, system_clock()));
  }

  std::unique_ptr<Packages> server(std::string const& name) {
    return must(open_shared_packages(uri_, folder_ / name, system_clock()));
  }

  /// Different in every place, so that pieces in another order would be noticed.
  static std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 7;
    for (auto& byte : bytes) {
      state = state * 1664525 + 1013904223;
      byte = static_cast<char>(state >> 24);
    }
    return bytes;
  }

  static std::string text_of(net::BodySource const& body) {
    std::string text(body.size(), '\0');
    for (std::size_t done = 0; done < text.size();) {
      auto got = must(body.read(done, std::span(text).subspan(done)));
      if (got == 0) break;
      done += got;
    }
    return text;
  }

  PrivatePostgres* postgres_ = nullptr;
  TemporaryFolder folder_;
  std::string uri_;
  std::unique_ptr<Store> store_;
};

TEST_F(SharedPackagesTest, AreOpenedByEveryServer) {
  for (std::size_t size : {0, 1, (1 << 20) - 1, 1 << 20, (5 << 19) + 3}) {
    SCOPED_TRACE(size);
    auto bytes = bytes_of(size);
    auto stored = must(server("one")->add_bytes(bytes));
    EXPECT_EQ(stored.sha256, base64(sha256(bytes)));
    auto opened = server("two")->open(stored.sha256);
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_TRUE(text_of(**opened) == bytes);
  }
}

TEST_F(SharedPackagesTest, WhatOthersPutIntoTheFolderIsSharedWhenItIsOpened) {
  auto stored = must(open_packages(folder_ / "one")->add_bytes("abc"));
  auto one = server("one"), two = server("two");
  EXPECT_EQ(two->open(stored.sha256).error().code, ErrorCode::not_found);
  must(one->open(stored.sha256));
  EXPECT_EQ(text_of(*must(two->open(stored.sha256))), "abc");
}

TEST_F(SharedPackagesTest, OneThatWasSentHalfwayIsNotThereUntilItIsSentAgain) {
  auto bytes = bytes_of(3 << 20);
  auto hash = base64(sha256(bytes));
  auto half = "insert into sluice.package_pieces values ('" + hash + "', 0, decode('" +
              base64(bytes.substr(0, 1 << 20)) + "', 'base64'))";
  Administrator(uri_).run(half);
  EXPECT_EQ(server("two")->open(hash).error().code, ErrorCode::not_found);
  must(server("one")->add_bytes(bytes));
  EXPECT_TRUE(text_of(*must(server("two")->open(hash))) == bytes);
}

TEST_F(SharedPackagesTest, OtherBytesThanTheirHashSaysAreRefused) {
  auto stored = must(server("one")->add_bytes("abc"));
  Administrator(uri_).run("update sluice.package_pieces set bytes = 'abd'");
  auto two = server("two");
  auto refused = two->open(stored.sha256);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr(stored.sha256));
  Administrator(uri_).run("delete from sluice.package_pieces");
  EXPECT_EQ(two->open(stored.sha256).error().code, ErrorCode::corrupt);
}

TEST_F(SharedPackagesTest, WithoutTheDatabaseOnlyWhatIsInTheFolderCanBeOpened) {
  auto stored = must(server("one")->add_bytes("abc"));
  postgres_->stop();
  EXPECT_EQ(text_of(*must(server("one")->open(stored.sha256))), "abc");
  EXPECT_EQ(server("one")->add_bytes("abcd").error().code, ErrorCode::unavailable);
  EXPECT_EQ(server("two")->open(stored.sha256).error().code, ErrorCode::unavailable);
  postgres_->start();
  EXPECT_EQ(text_of(*must(server("two")->open(stored.sha256))), "abc");
}

TEST_F(SharedPackagesTest, OfTheFirstSchemaThatHasThemAreKept) {
  uri_ = postgres_->make_database();
  Administrator(uri_).run(
      read_file(std::filesystem::path(SLUICE_TEST_DATA) / "store" / "postgres-3.sql"));
  store_ = must(open_postgres(uri_, system_clock()));
  EXPECT_EQ(text_of(*must(server("one")->open(base64(sha256("abc"))))), "abc");
}

}  // namespace
}  // namespace sluice::store
