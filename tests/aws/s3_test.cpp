#include "aws/s3.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "aws/body.hpp"
#include "aws/fakes.hpp"
#include "base/hash.hpp"

namespace sluice::aws {
namespace {

struct S3World : fake::World {
  Caller the_caller = caller();
  S3 s3{the_caller, "eu-west-1"};
  std::string last() { return client.requests.back().method + " " + client.requests.back().url; }
};

/// A folder that vanishes with the test.
struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    char name[] = "/tmp/sluice-s3-XXXXXX";
    path = mkdtemp(name);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string file(std::string const& name) const { return (path / name).string(); }
  std::string read(std::string const& name) const {
    std::ifstream in(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(S3, HeadReadsWhatIsThere) {
  S3World world;
  world.client.answer(200, "",
                      {{"Content-Length", "1234"},
                       {"ETag", "\"abc\""},
                       {"x-amz-version-id", "v 1"},
                       {"x-amz-meta-Commit", "c0ffee"}});
  auto info = world.s3.head({"artifacts", "app/build 7.zip", "v 1"});
  ASSERT_TRUE(info);
  EXPECT_EQ(world.last(),
            "HEAD https://artifacts.s3.eu-west-1.amazonaws.com/app/build%207.zip?versionId=v%201");
  EXPECT_EQ(info->size, 1234u);
  EXPECT_EQ(info->etag, "abc");
  EXPECT_EQ(info->version_id, "v 1");
  EXPECT_EQ(info->metadata.at("commit"), "c0ffee");
}

TEST(S3, AMissingObjectWithoutABody) {
  S3World world;
  world.client.answer(404, "", {{"x-amz-request-id", "R1"}});
  auto info = world.s3.head({"artifacts", "app.zip", ""});
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().trouble, Trouble::not_found);
  EXPECT_EQ(info.error().error().message,
            "S3 HeadObject on s3://artifacts/app.zip in eu-west-1 found nothing: it does not exist "
            "(HTTP 404, request R1)");
}

TEST(S3, PutsSignTheHashOfTheBody) {
  S3World world;
  world.client.answer(200, "", {{"x-amz-version-id", "v1"}, {"ETag", "\"e\""}});
  PutOptions options{"application/zip", {{"commit", "c0ffee"}}, true};
  auto put = world.s3.put({"artifacts", "app.zip", ""}, "content", options);
  ASSERT_TRUE(put);
  EXPECT_EQ(put->version_id, "v1");
  EXPECT_EQ(put->size, 7u);
  net::Headers const& headers = world.client.requests.back().headers;
  EXPECT_EQ(headers.get("x-amz-content-sha256"), hex(sha256("content")));
  EXPECT_EQ(headers.get("x-amz-meta-commit"), "c0ffee");
  EXPECT_EQ(headers.get("if-none-match"), "*");
  EXPECT_EQ(headers.get("content-type"), "application/zip");
}

TEST(S3, FilesGoUpAndComeDown) {
  TemporaryFolder folder;
  std::string content(200'000, 'z');
  std::ofstream(folder.file("up.zip"), std::ios::binary) << content;
  S3World world;
  world.client.answer(200, "", {});
  ASSERT_TRUE(world.s3.put_file({"artifacts", "app.zip", ""}, folder.file("up.zip")));
  EXPECT_EQ(world.client.bodies.back(), content);
  EXPECT_TRUE(world.client.requests.back().body.empty());
  EXPECT_FALSE(world.s3.put_file({"artifacts", "app.zip", ""}, folder.file("missing.zip")));

  world.client.break_off(true);
  world.client.answer(200, content, {{"x-amz-version-id", "v1"}});
  auto got = world.s3.get_to_file({"artifacts", "app.zip", ""}, folder.file("down.zip"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->version_id, "v1");
  EXPECT_EQ(folder.read("down.zip"), content);
}

TEST(S3, AFailedDownloadLeavesNothing) {
  TemporaryFolder folder;
  S3World world;
  world.client.answer(404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>");
  EXPECT_FALSE(world.s3.get_to_file({"artifacts", "app.zip", ""}, folder.file("down.zip")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
  auto nowhere = world.s3.get_to_file({"artifacts", "app.zip", ""}, folder.file("no/such/file"));
  ASSERT_FALSE(nowhere);
  EXPECT_TRUE(nowhere.error().message.starts_with("cannot write ")) << nowhere.error().message;
}

TEST(S3, ABucketThatIsMissingIsToBeMade) {
  fake::World world;
  world.client.answer(404, "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>");
  Caller caller = world.caller();
  auto answer = S3(caller, "eu-west-1").put({"b", "k", ""}, "x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().remedy(),
            "Make the bucket, in the region of the function, or correct its name.");
}

TEST(S3, TheRightRegionIsFollowedOnceAndRemembered) {
  S3World world;
  world.client.answer(301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>",
                      {{"x-amz-bucket-region", "us-west-2"}});
  world.client.answer(200, "content");
  world.client.answer(200, "content");
  EXPECT_EQ(world.s3.get({"artifacts", "a", ""}), "content");
  EXPECT_EQ(world.last(), "GET https://artifacts.s3.us-west-2.amazonaws.com/a");
  EXPECT_EQ(world.s3.get({"artifacts", "a", ""}), "content");
  EXPECT_EQ(world.last(), "GET https://artifacts.s3.us-west-2.amazonaws.com/a");
  EXPECT_EQ(world.client.requests.size(), 3u);

  S3World other;
  for (std::string region : {"us-west-2", "us-east-2"})
    other.client.answer(400,
                        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
                        "<Region>" +
                            region + "</Region></Error>");
  auto answer = other.s3.get({"artifacts", "a", ""});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().remedy(), "The bucket is in us-east-2: name that region.");
  EXPECT_EQ(other.client.requests.size(), 2u);
}

TEST(S3, ListsJoinPagesAndDecodeKeys) {
  S3World world;
  world.client.answer(
      200,
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1</NextContinuationToken>"
      "<Contents><Key>a%2Bb+c</Key><Size>5</Size><ETag>&quot;e&quot;</ETag></Contents>"
      "</ListBucketResult>");
  world.client.answer(200,
                      "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>d</Key>"
                      "<Size>7</Size></Contents></ListBucketResult>");
  auto objects = world.s3.list("artifacts", "app/");
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 2u);
  EXPECT_EQ(objects->at(0).key, "a+b c");
  EXPECT_EQ(objects->at(0).etag, "e");
  EXPECT_EQ(objects->at(1).size, 7u);
  EXPECT_EQ(world.last(),
            "GET https://artifacts.s3.eu-west-1.amazonaws.com/?continuation-token=t%2F1&"
            "encoding-type=url&list-type=2&max-keys=1000&prefix=app%2F");
}

TEST(S3, VersionsAndDeleteMarkers) {
  S3World world;
  world.client.answer(
      200,
      "<ListVersionsResult><IsTruncated>false</IsTruncated><DeleteMarker><Key>a</Key>"
      "<VersionId>2</VersionId><IsLatest>true</IsLatest></DeleteMarker><Version><Key>a"
      "</Key><VersionId>1</VersionId><IsLatest>false</IsLatest><Size>3</Size></Version>"
      "</ListVersionsResult>");
  auto versions = world.s3.list_versions("artifacts", "a", 5);
  ASSERT_TRUE(versions);
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_TRUE(versions->at(0).delete_marker);
  EXPECT_TRUE(versions->at(0).latest);
  EXPECT_EQ(versions->at(1).version_id, "1");
  EXPECT_FALSE(versions->at(1).delete_marker);
}

TEST(S3, BucketsNameTheirRegionExceptInTheFirst) {
  S3World world;
  world.client.answer(200, "");
  ASSERT_TRUE(world.s3.create_bucket("artifacts"));
  EXPECT_EQ(world.last(), "PUT https://artifacts.s3.eu-west-1.amazonaws.com/");
  EXPECT_TRUE(
      world.client.bodies.back().contains("<LocationConstraint>eu-west-1</LocationConstraint>"));
  world.client.answer(200, "");
  ASSERT_TRUE(S3(world.the_caller, "us-east-1").create_bucket("artifacts"));
  EXPECT_EQ(world.client.bodies.back(), "");
  world.client.answer(200, "");
  ASSERT_TRUE(world.s3.set_versioning("artifacts", true));
  EXPECT_EQ(world.last(), "PUT https://artifacts.s3.eu-west-1.amazonaws.com/?versioning=");
}

TEST(S3, ALostPutIsMaybeDone) {
  S3World world;
  world.client.break_off(true);
  auto put = world.s3.put({"artifacts", "a", ""}, "content");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().trouble, Trouble::maybe_done);
}

}  // namespace
}  // namespace sluice::aws
