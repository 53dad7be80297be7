#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "local/model/s3.hpp"

namespace sluice::local {
namespace {

class S3Model : public testing::Test {
 protected:
  S3Model() { EXPECT_TRUE(s3_.create_bucket(owner_, "eu-west-1", "artifacts", now_)); }

  std::string put(std::string const& key, std::string_view bytes) {
    auto const version = s3_.put(owner_, "artifacts", {key, bytes, {}, false, {}}, now_);
    return version ? (*version)->version_id : version.error().code;
  }
  std::string read(std::string const& key, std::string const& version = {}) {
    auto const found = s3_.find("artifacts", key, version);
    return found ? *s3_.bytes(**found) : found.error().code;
  }
  void enable() { EXPECT_TRUE(s3_.set_versioning(owner_, "artifacts", Versioning::enabled)); }
  Bucket const& bucket() { return **s3_.bucket("artifacts"); }

  MemoryBlobs blobs_;
  S3 s3_{blobs_};
  std::string owner_ = "111111111111";
  Time now_ = from_millis(1'767'323'045'000);
};

TEST_F(S3Model, KeepsOneVersionWithoutVersioning) {
  EXPECT_EQ(put("a", "one"), "null");
  EXPECT_EQ(put("a", "two"), "null");
  EXPECT_EQ(read("a"), "two");
  EXPECT_EQ(bucket().objects.at("a").size(), 1U);
  ASSERT_TRUE(s3_.remove(owner_, "artifacts", "a", {}, now_));
  EXPECT_EQ(read("a"), "NoSuchKey");
  EXPECT_TRUE(bucket().objects.empty());
}

TEST_F(S3Model, KeepsEveryVersionWhereVersioningIsEnabled) {
  enable();
  auto const first = put("a", "one");
  auto const second = put("a", "two");
  EXPECT_NE(first, second);
  EXPECT_EQ(read("a"), "two");
  EXPECT_EQ(read("a", first), "one");
  EXPECT_EQ(read("a", "other"), "NoSuchVersion");
}

TEST_F(S3Model, DeletesWithAMarkerThatCanBeTakenAway) {
  enable();
  put("a", "one");
  auto const removed = s3_.remove(owner_, "artifacts", "a", {}, now_);
  ASSERT_TRUE(removed && removed->delete_marker);
  EXPECT_EQ(read("a"), "NoSuchKey");
  EXPECT_EQ(read("a", removed->version_id), "MethodNotAllowed");
  ASSERT_TRUE(s3_.remove(owner_, "artifacts", "a", removed->version_id, now_));
  EXPECT_EQ(read("a"), "one");
}

TEST_F(S3Model, ReplacesOnlyTheNullVersionWhileSuspended) {
  enable();
  auto const kept = put("a", "one");
  ASSERT_TRUE(s3_.set_versioning(owner_, "artifacts", Versioning::suspended));
  EXPECT_EQ(put("a", "two"), "null");
  EXPECT_EQ(put("a", "three"), "null");
  EXPECT_EQ(bucket().objects.at("a").size(), 2U);
  EXPECT_EQ(read("a", kept), "one");
  EXPECT_EQ(read("a"), "three");
}

TEST_F(S3Model, WritesOnlyWhereThereIsNothingIfAskedTo) {
  PutObject const object{"a", "one", {}, true, {}};
  EXPECT_TRUE(s3_.put(owner_, "artifacts", object, now_));
  auto const again = s3_.put(owner_, "artifacts", object, now_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().status, 412);
}

TEST_F(S3Model, LetsOnlyItsAccountWriteABucket) {
  auto const other = s3_.set_versioning("222222222222", "artifacts", Versioning::enabled);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "AccessDenied");
  EXPECT_TRUE(s3_.bucket("artifacts"));
  EXPECT_EQ(s3_.bucket("nothing").error().code, "NoSuchBucket");
  EXPECT_EQ(s3_.create_bucket("222222222222", "eu-west-1", "artifacts", now_).error().code,
            "BucketAlreadyExists");
  EXPECT_EQ(s3_.create_bucket(owner_, "eu-west-1", "artifacts", now_).error().code,
            "BucketAlreadyOwnedByYou");
}

TEST_F(S3Model, RefusesNamesThatAreNoBucketNames) {
  for (auto const* name : {"", "ab", "Upper", "under_score", "-dash", "dot..dot", "dash-"})
    EXPECT_EQ(s3_.create_bucket(owner_, "eu-west-1", name, now_).error().code, "InvalidBucketName")
        << name;
}

TEST_F(S3Model, PagesThroughKeysAndCommonPrefixesOnceEach) {
  for (auto const* key : {"a", "b/1", "b/2", "b/3", "c", "d/1", "e"}) put(key, key);
  std::vector<std::string> seen;
  ListObjects wanted{{}, "/", {}, {}, 2};
  for (int pages = 0; pages < 10; ++pages) {
    auto const page = S3::list(bucket(), wanted);
    ASSERT_TRUE(page);
    for (auto const& [key, version] : page->objects) seen.push_back(key);
    for (auto const& prefix : page->prefixes) seen.push_back(prefix);
    if (!page->truncated) break;
    wanted.token = page->next_token;
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b/", "c", "d/", "e"}));
}

TEST_F(S3Model, ListsBehindStartAfterAndUnderAPrefix) {
  for (auto const* key : {"p/1", "p/2", "p/3", "q"}) put(key, "x");
  auto const page = S3::list(bucket(), {"p/", {}, "p/1", {}, 1000});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].first, "p/2");
  EXPECT_FALSE(page->truncated);
  EXPECT_FALSE(S3::list(bucket(), {{}, {}, {}, "not a token", 10}));
}

TEST_F(S3Model, ListsVersionsNewestFirstAcrossPages) {
  enable();
  auto const a1 = put("a", "1");
  auto const a2 = put("a", "2");
  auto const b1 = put("b", "1");
  std::vector<std::string> seen;
  ListVersions wanted{{}, {}, {}, 1};
  for (int pages = 0; pages < 10; ++pages) {
    auto const page = S3::list_versions(bucket(), wanted);
    for (auto const& entry : page.entries) seen.push_back(entry.version->version_id);
    if (!page.truncated) break;
    wanted.key_marker = page.next_key;
    wanted.version_marker = page.next_version;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{a2, a1, b1}));
}

TEST_F(S3Model, JoinsTheNamedPartsOfAnUpload) {
  std::string const big(S3::min_part, 'x');
  auto const id = s3_.begin_upload(owner_, "artifacts", "a", {{"content-type", "application/zip"}});
  ASSERT_TRUE(id);
  auto const part = [&](int number, std::string_view bytes) {
    return *s3_.put_part(owner_, "artifacts", "a", *id, number, bytes);
  };
  auto const first = part(1, big), second = part(2, "end");
  auto const complete = [&](std::vector<NamedPart> const& parts) {
    auto const done = s3_.complete_upload(owner_, "artifacts", "a", *id, parts, now_);
    return done ? (*done)->etag : done.error().code;
  };
  EXPECT_EQ(complete({{1, first}, {1, first}}), "InvalidPartOrder");
  EXPECT_EQ(complete({{1, first}, {2, first}}), "InvalidPart");
  EXPECT_TRUE(complete({{1, first}, {2, second}}).ends_with("-2"));
  EXPECT_EQ(read("a"), big + "end");
  EXPECT_EQ(complete({{1, first}, {2, second}}), "NoSuchUpload");
}

TEST_F(S3Model, WantsLargePartsExceptTheLast) {
  auto const id = s3_.begin_upload(owner_, "artifacts", "a", {});
  auto const etag = s3_.put_part(owner_, "artifacts", "a", *id, 1, "small");
  ASSERT_TRUE(s3_.put_part(owner_, "artifacts", "a", *id, 2, "small"));
  auto const done =
      s3_.complete_upload(owner_, "artifacts", "a", *id, {{1, *etag}, {2, *etag}}, now_);
  EXPECT_EQ(done.error().code, "EntityTooSmall");
  EXPECT_TRUE(s3_.abort_upload(owner_, "artifacts", "a", *id));
  EXPECT_EQ(s3_.abort_upload(owner_, "artifacts", "a", *id).error().code, "NoSuchUpload");
}

TEST_F(S3Model, IsTheSameAfterSavingAndLoading) {
  enable();
  auto const first = put("a", "one");
  put("a", "two");
  ASSERT_TRUE(s3_.remove(owner_, "artifacts", "a", {}, now_));
  S3 again(blobs_);
  again.load(*json::parse(s3_.save().dump()));
  EXPECT_EQ(again.save(), s3_.save());
  auto const found = again.find("artifacts", "a", first);
  ASSERT_TRUE(found);
  EXPECT_EQ(*again.bytes(**found), "one");
  EXPECT_EQ(again.blobs_in_use().size(), 2U);
}

}  // namespace
}  // namespace sluice::local
