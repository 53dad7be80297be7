#include "local/wire/s3_chunks.hpp"

#include <gtest/gtest.h>

#include "aws/sigv4.hpp"

namespace sluice::local {
namespace {

constexpr std::string_view seed =
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
constexpr std::string_view first =
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
constexpr std::string_view second =
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
constexpr std::string_view last =
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";

/// AWS's published example of signed chunks: 66,560 bytes of 'a'.
class SignedChunks : public testing::Test {
 protected:
  static std::string chunk(std::string const& size, std::string_view signature, std::size_t bytes) {
    return size + ";chunk-signature=" + std::string(signature) + "\r\n" + std::string(bytes, 'a') +
           "\r\n";
  }

  ChunkSigner signer_{
      aws::signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3"),
      "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", std::string(seed)};
  net::Headers headers_{{"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
                        {"content-encoding", "aws-chunked"},
                        {"x-amz-decoded-content-length", "66560"}};
  std::string body_ =
      chunk("10000", first, 65536) + chunk("400", second, 1024) + chunk("0", last, 0);
};

TEST_F(SignedChunks, AreVerifiedAndJoined) {
  auto const upload = read_upload(headers_, body_, &signer_);
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->bytes, std::string(66560, 'a'));
}

TEST_F(SignedChunks, AreRefusedWhereOneByteDiffers) {
  body_[66'000] = 'b';
  auto const upload = read_upload(headers_, body_, &signer_);
  ASSERT_FALSE(upload);
  EXPECT_EQ(upload.error().code, "SignatureDoesNotMatch");
  EXPECT_TRUE(read_upload(headers_, body_, nullptr)) << "an undeclared key is not verified";
}

TEST_F(SignedChunks, AreRefusedWhereTheBodyIsCutOff) {
  for (std::size_t const size : {0UL, 3UL, 100UL, body_.size() - 90}) {
    auto const upload = read_upload(headers_, body_.substr(0, size), nullptr);
    ASSERT_FALSE(upload) << size;
    EXPECT_EQ(upload.error().code, "IncompleteBody");
  }
}

TEST(UnsignedChunks, GiveBytesAndTrailers) {
  net::Headers const headers{{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                             {"x-amz-decoded-content-length", "9"}};
  auto const upload = read_upload(
      headers, "5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", nullptr);
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->bytes, "123456789");
  EXPECT_TRUE(check_digests(headers, *upload));
}

TEST(Digests, AreComparedWithTheBytes) {
  struct Row {
    char const *name, *value, *code;
  };
  // The check values of "123456789" that each algorithm's definition names.
  std::vector<Row> const rows{
      {"Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==", ""},
      {"Content-MD5", "JfnnlDI7RTiF9RgfG2JNCA==", "BadDigest"},
      {"Content-MD5", "nonsense", "InvalidDigest"},
      {"x-amz-checksum-crc32", "y/Q5Jg==", ""},
      {"x-amz-checksum-crc32", "y/Q5Jw==", "BadDigest"},
      {"x-amz-checksum-crc32c", "4waSgw==", ""},
      {"x-amz-checksum-crc64nvme", "rosUhgp5mIg=", ""},
      {"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=", ""},
      {"x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=", "NotImplemented"}};
  for (auto const& row : rows) {
    net::Headers const headers{{row.name, row.value}};
    auto const checked = check_digests(headers, {"123456789", {}});
    EXPECT_EQ(checked ? "" : checked.error().code, row.code) << row.name << ' ' << row.value;
  }
}

}  // namespace
}  // namespace sluice::local
