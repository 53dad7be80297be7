#include "base/hash.hpp"

#include <gtest/gtest.h>

#include "base/secret.hpp"

namespace sluice {
namespace {

TEST(Hash, EmptyZipHasTheKnownCodeSha256) {
  std::string zip = "PK\x05\x06" + std::string(18, '\0');
  EXPECT_EQ(base64(sha256(zip)), "hznHbmgfkAkjuQDJ3w73XPQh05yrtUZQxLmtGbanbYU=");
  Sha256 streamed;
  streamed.update(zip.substr(0, 5));
  streamed.update(zip.substr(5));
  EXPECT_EQ(streamed.finish(), sha256(zip));
}

TEST(Hash, KnownAnswers) {
  EXPECT_EQ(hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(hex(hmac_sha256("key", "The quick brown fox jumps over the lazy dog")),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
}

TEST(Hash, Base64RoundTripAndRefusals) {
  for (std::string text : {"", "a", "ab", "abc", "\xff\xfe"})
    EXPECT_EQ(decode_base64(base64(text)), text);
  for (auto text : {"a", "ab=c", "a===", "####"}) EXPECT_FALSE(decode_base64(text)) << text;
}

TEST(Secrets, CompareAndMove) {
  Secret first(std::string("hunter2"));
  Secret second = std::move(first);
  EXPECT_TRUE(second.equals("hunter2"));
  EXPECT_FALSE(second.equals("hunter3"));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that nothing is left is the point
}

}  // namespace
}  // namespace sluice
