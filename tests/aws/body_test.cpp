#include "aws/body.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "base/hash.hpp"

namespace sluice::aws {
namespace {

std::string read_in_parts(net::BodySource const& body, std::size_t part_size) {
  std::string out;
  std::vector<char> part(part_size);
  for (;;) {
    auto got = body.read(out.size(), part);
    if (!got || *got == 0) return out;
    out.append(part.data(), *got);
  }
}

TEST(Base64Body, AnyPartOfAnyLengthFits) {
  for (std::size_t length : {0, 1, 2, 3, 4, 5, 6, 100, 20'000}) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 31);
    std::string expected = "{\"a\":\"" + base64(bytes) + "\"}";
    auto body = base64_body("{\"a\":\"", text_body(bytes), "\"}");
    EXPECT_EQ(body->size(), expected.size());
    for (std::size_t part : {1, 2, 3, 5, 7, 1000, 100'000})
      if (part > 2 || length < 1000) {
        EXPECT_EQ(read_in_parts(*body, part), expected) << length << " by " << part;
      }
    EXPECT_EQ(sha256_of(*body), hex(sha256(expected)));
  }
}

TEST(FileBody, ReadsItsFileAndNoticesWhenItShrinks) {
  char path[] = "/tmp/sluice-body-XXXXXX";
  close(mkstemp(path));
  std::ofstream(path) << std::string(5000, 'x');
  auto body = file_body(path);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)->size(), 5000u);
  EXPECT_EQ(read_in_parts(**body, 999), std::string(5000, 'x'));
  std::ofstream(path) << "short";
  auto hash = sha256_of(**body);
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().code, ErrorCode::conflict);
  std::remove(path);
  EXPECT_FALSE(file_body(path));
  EXPECT_FALSE(file_body("/tmp"));
}

}  // namespace
}  // namespace sluice::aws
