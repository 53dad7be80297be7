#include "local/endpoint_fixture.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

class S3Wire : public test::EndpointTest {
 protected:
  void SetUp() override {
    open();
    make_bucket();
  }
};

TEST_F(S3Wire, GivesBackWhatWasPut) {
  auto const made =
      put("a b/ü+%.zip", "bytes", {{"Content-Type", "application/zip"}, {"x-amz-meta-build", "7"}});
  EXPECT_EQ(made.headers.get("ETag"), "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
  auto const got = get("a b/ü+%.zip");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "bytes");
  EXPECT_EQ(got.headers.get("content-type"), "application/zip");
  EXPECT_EQ(got.headers.get("x-amz-meta-build"), "7");
}

TEST_F(S3Wire, ServesBucketsAsHostNamesToo) {
  put("k", "v");
  EXPECT_EQ(send({.path = {"k"}, .host = "artifacts.localhost:4566"}).body, "v");
  EXPECT_EQ(send({.path = {"k"}, .host = "artifacts.s3.eu-west-1.localhost"}).body, "v");
  EXPECT_EQ(send({.path = {"artifacts", "k"}, .host = "s3.localhost"}).body, "v");
}

TEST_F(S3Wire, ServesRanges) {
  put("k", "0123456789");
  struct Row {
    char const* range;
    int status;
    char const *body, *content_range;
  };
  std::vector<Row> const rows{
      {"bytes=2-4", 206, "234", "bytes 2-4/10"}, {"bytes=7-", 206, "789", "bytes 7-9/10"},
      {"bytes=-3", 206, "789", "bytes 7-9/10"},  {"bytes=0-99", 206, "0123456789", "bytes 0-9/10"},
      {"bytes=1-2,4-5", 200, "0123456789", ""},  {"lines=1-2", 200, "0123456789", ""}};
  for (auto const& row : rows) {
    auto const got = get("k", {{"Range", row.range}});
    EXPECT_EQ(got.status, row.status) << row.range;
    EXPECT_EQ(got.body, row.body) << row.range;
    EXPECT_EQ(got.headers.get("Content-Range"), row.content_range);
  }
  EXPECT_EQ(xml_text(get("k", {{"Range", "bytes=10-"}}).body, "Code"), "InvalidRange");
}

TEST_F(S3Wire, HonoursConditions) {
  auto const etag = put("k", "v").headers.get("ETag");
  EXPECT_EQ(get("k", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get("k", {{"If-Match", "\"other\""}}).status, 412);
  EXPECT_EQ(put("k", "w", {{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(get("k").body, "v");
}

TEST_F(S3Wire, StoresNothingWhereADigestIsWrong) {
  EXPECT_EQ(put("k", "v", {{"x-amz-checksum-crc32", "AAAAAA=="}}).status, 400);
  EXPECT_EQ(get("k").status, 404);
}

TEST_F(S3Wire, StoresDecodedChunksWithoutTheTransfersCoding) {
  auto const made = put("k", "2\r\nhi\r\n0\r\nx-amz-checksum-crc32:2JMqrA==\r\n\r\n",
                        {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                         {"content-encoding", "aws-chunked"},
                         {"x-amz-decoded-content-length", "2"}});
  ASSERT_EQ(made.status, 200) << made.body;
  auto const got = get("k", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(got.body, "hi");
  EXPECT_FALSE(got.headers.contains("content-encoding"));
  EXPECT_EQ(got.headers.get("x-amz-checksum-crc32"), "2JMqrA==");
}

TEST_F(S3Wire, SaysInWhichRegionABucketIs) {
  test::Sending elsewhere{.path = {"artifacts", "k"}, .region = "us-east-1"};
  auto const got = send(elsewhere);
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.headers.get("x-amz-bucket-region"), "eu-west-1");
  EXPECT_EQ(xml_text(got.body, "Code"), "AuthorizationHeaderMalformed");
}

TEST_F(S3Wire, ListsEscapedKeys) {
  put("a b+c", "v");
  put("dir/x", "v");
  auto const listed =
      send({.path = {"artifacts"},
            .query = {{"list-type", "2"}, {"delimiter", "/"}, {"encoding-type", "url"}}});
  EXPECT_EQ(xml_text(listed.body, "KeyCount"), "2");
  EXPECT_EQ(xml_text(listed.body, "Key"), "a%20b%2Bc");
  EXPECT_TRUE(listed.body.contains("<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>"));
}

TEST_F(S3Wire, TellsDeleteMarkersFromMissingKeys) {
  ASSERT_EQ(send({.method = "PUT",
                  .path = {"artifacts"},
                  .query = {{"versioning", ""}},
                  .body = "<VersioningConfiguration><Status>Enabled</Status>"
                          "</VersioningConfiguration>"})
                .status,
            200);
  put("k", "v");
  auto const removed = send({.method = "DELETE", .path = {"artifacts", "k"}});
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.headers.get("x-amz-delete-marker"), "true");
  EXPECT_EQ(get("k").headers.get("x-amz-delete-marker"), "true");
  EXPECT_FALSE(get("other").headers.contains("x-amz-delete-marker"));
  auto const versions = send({.path = {"artifacts"}, .query = {{"versions", ""}}});
  EXPECT_TRUE(versions.body.contains("<DeleteMarker><Key>k</Key>")) << versions.body;
}

TEST_F(S3Wire, HasNoBodyInAnswersToHead) {
  auto const missing = send({.method = "HEAD", .path = {"artifacts", "none"}});
  EXPECT_EQ(missing.status, 404);
  EXPECT_TRUE(missing.body.empty());
}

TEST_F(S3Wire, RefusesOtherOperationsByName) {
  for (auto const* subresource : {"acl", "tagging", "policy", "uploads", "lifecycle"}) {
    auto const answer = send({.path = {"artifacts"}, .query = {{subresource, ""}}});
    EXPECT_EQ(answer.status, 501) << subresource;
    EXPECT_TRUE(answer.body.contains(subresource)) << answer.body;
  }
}

}  // namespace
}  // namespace sluice::local
