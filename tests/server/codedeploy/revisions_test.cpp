#include "server/codedeploy/revision_location.hpp"
#include "server/codedeploy/stage.hpp"

/// Revisions, and what they are refused, word by word.
namespace sluice::server::codedeploy {
namespace {

using testing::SizeIs;
using testing::StartsWith;

class RevisionsTest : public FaceStage {
 protected:
  void SetUp() override { create_application(); }
  static std::string of(std::string const& location, std::string const& more = {}) {
    return R"({"applicationName":"shop","revision":)" + location + more + "}";
  }
  static std::string text(std::string const& content, std::string const& digest = {},
                          std::string const& type = "AppSpecContent") {
    std::string const block = type == "String" ? "string" : "appSpecContent";
    json::Value inner = json::Object{};
    if (!content.empty()) inner.set("content", content);
    if (!digest.empty()) inner.set("sha256", digest);
    json::Value location{{"revisionType", type}};
    location.set(block, inner);
    return location.dump();
  }
  static std::string object(std::string const& key, std::string const& more = {},
                            std::string const& bundle = "YAML") {
    return R"({"revisionType":"S3","s3Location":{"bucket":"releases","key":")" + key +
           R"(","bundleType":")" + bundle + "\"" + more + "}}";
  }
  void register_one(std::string const& location, std::string const& more = {}) {
    EXPECT_EQ(send("RegisterApplicationRevision", of(location, more)).body, "");
    clock_.pass(std::chrono::seconds(1));
  }
  json::Value list(std::string const& more = {}) {
    return ask("ListApplicationRevisions",
               R"({"applicationName":"shop")" + more + "}")["revisions"];
  }
  /// Makes it the target of a group, as a deployment does.
  void deploy(std::string const& group_name, std::string const& location) {
    auto region = process().registry.in("eu-west-1");
    auto application = region.application("shop").value();
    auto group = region.group(*application, group_name).value();
    auto read = read_location(json::parse(location).value());
    group->settings.set("targetRevision", without_content(*read));
    ASSERT_TRUE(region.change(*application, *group));
  }
};

std::string const digest_of_one = hex(sha256("one"));

TEST_F(RevisionsTest, TheContentIsFoundByItsDigest) {
  register_one(text("one"), R"(,"description":"first")");
  auto found = ask("GetApplicationRevision", of(text("", digest_of_one)));
  EXPECT_EQ(found["applicationName"].as_string(), "shop");
  EXPECT_EQ(found["revision"].dump(), R"({"revisionType":"AppSpecContent","appSpecContent":)"
                                      R"({"content":"one","sha256":")" +
                                          digest_of_one + R"("}})");
  EXPECT_EQ(found["revisionInfo"].dump(),
            R"({"description":"first","deploymentGroups":[],"registerTime":1767323045.0})");
  EXPECT_EQ(ask("GetApplicationRevision", of(text("one"))), found);
}

TEST_F(RevisionsTest, RegisteredAgainItIsTheSameOne) {
  register_one(text("one"), R"(,"description":"first")");
  register_one(text("", digest_of_one));
  register_one(text("one", digest_of_one), R"(,"description":"second")");
  EXPECT_THAT(list().items(), SizeIs(1));
  auto found = ask("GetApplicationRevision", of(text("one")));
  EXPECT_EQ(found["revisionInfo"]["description"].as_string(), "second");
  EXPECT_EQ(found["revisionInfo"]["registerTime"].as_double(), 1767323045.0);
}

TEST_F(RevisionsTest, AnObjectIsTheOneWithItsVersionAndTag) {
  register_one(object("a.yaml"));
  register_one(object("a.yaml", R"(,"version":"7")"));
  register_one(object("a.yaml", R"(,"eTag":"x")"));
  register_one(object("a.yaml", R"(,"eTag":"")", "yaml"));
  EXPECT_THAT(list().items(), SizeIs(3));
  auto found = ask("GetApplicationRevision", of(object("a.yaml", R"(,"version":"7")")));
  EXPECT_EQ(found["revision"]["s3Location"]["version"].as_string(), "7");
  EXPECT_THAT(refusal("GetApplicationRevision", of(object("a.yaml", R"(,"version":"8")"))),
              StartsWith("RevisionDoesNotExistException"));
  for (auto const* bundle : {"JSON", "zip", "tar", "TGZ"}) register_one(object("b", "", bundle));
  EXPECT_THAT(list().items(), SizeIs(7));
}

TEST_F(RevisionsTest, ListsHideTheContent) {
  register_one(text("one"));
  register_one(text("two", "", "String"));
  auto const listed = list();
  for (auto const& location : listed.items()) {
    EXPECT_FALSE(location["appSpecContent"].contains("content"));
    EXPECT_FALSE(location["string"].contains("content"));
  }
  EXPECT_EQ(
      ask("GetApplicationRevision", of(text("two", "", "String")))["revision"]["string"]["content"]
          .as_string(),
      "two");
}

TEST_F(RevisionsTest, ListsAreSortedAndFiltered) {
  create_group("live");
  register_one(object("web/a"));
  register_one(object("web/b"));
  register_one(object("api/a"));
  register_one(text("one"));
  auto keys = [](json::Value const& locations) {
    std::string all;
    for (auto const& location : locations.items())
      all += location["s3Location"]["key"].as_string() + " ";
    return all;
  };
  EXPECT_EQ(keys(list(R"(,"sortBy":"registerTime","s3Bucket":"releases")")), "web/a web/b api/a ");
  EXPECT_EQ(
      keys(list(R"(,"sortBy":"registerTime","sortOrder":"descending","s3Bucket":"releases")")),
      "api/a web/b web/a ");
  EXPECT_EQ(keys(list(R"(,"sortBy":"registerTime","s3Bucket":"releases","s3KeyPrefix":"web/")")),
            "web/a web/b ");
  EXPECT_THAT(list(R"(,"s3Bucket":"others")").items(), SizeIs(0));
  EXPECT_THAT(list().items(), SizeIs(4));
  deploy("live", object("web/b"));
  EXPECT_EQ(keys(list(R"(,"deployed":"include")")), "web/b ");
  EXPECT_THAT(list(R"(,"deployed":"exclude")").items(), SizeIs(3));
  EXPECT_THAT(list(R"(,"deployed":"ignore")").items(), SizeIs(4));
  auto found = ask("GetApplicationRevision", of(object("web/b")));
  EXPECT_EQ(found["revisionInfo"]["deploymentGroups"].dump(), R"(["live"])");
}

TEST_F(RevisionsTest, ListsComeInPagesInBothOrders) {
  for (int i = 0; i < 130; ++i) register_one(object("k" + std::to_string(1000 + i)));
  for (auto const* order : {"ascending", "descending"}) {
    std::string const sorting =
        R"({"applicationName":"shop","sortBy":"registerTime","sortOrder":")" + std::string(order);
    auto first = ask("ListApplicationRevisions", sorting + "\"}");
    ASSERT_THAT(first["revisions"].items(), SizeIs(100));
    auto rest = ask("ListApplicationRevisions",
                    sorting + R"(","nextToken":")" + first["nextToken"].as_string() + "\"}");
    ASSERT_THAT(rest["revisions"].items(), SizeIs(30));
    EXPECT_FALSE(rest.contains("nextToken"));
    bool const rising = std::string(order) == "ascending";
    EXPECT_EQ(rest["revisions"].items().back()["s3Location"]["key"].as_string(),
              rising ? "k1129" : "k1000");
  }
}

TEST_F(RevisionsTest, ABatchSaysWhatIsNotThere) {
  register_one(text("one"));
  std::string const none = hex(sha256("none"));
  auto answer = ask("BatchGetApplicationRevisions", R"({"applicationName":"shop","revisions":[)" +
                                                        text("one") + "," + text("", none) + "]}");
  ASSERT_THAT(answer["revisions"].items(), SizeIs(1));
  EXPECT_EQ(
      answer["revisions"].items()[0]["revisionLocation"]["appSpecContent"]["sha256"].as_string(),
      digest_of_one);
  EXPECT_EQ(answer["errorMessage"].as_string(),
            "No revision of the application found: 'AppSpecContent-" + none + "'");
}

std::string const invalid = "InvalidRevisionException: ";
std::string const one = "RegisterApplicationRevision";
std::string const get = "GetApplicationRevision";
std::string const batch = "BatchGetApplicationRevisions";
std::string const all = "ListApplicationRevisions";
std::string const unknown = "ApplicationDoesNotExistException: No application found for name: none";
std::string const no_name = "ApplicationNameRequiredException: The application name is missing.";
std::string const none = hex(sha256("none"));

TEST_F(RevisionsTest, RefuseToRegisterWordByWord) {
  std::string const wrong_name =
      "InvalidApplicationNameException: 'a b' is no name for an application: a name has 1 to 100 "
      "letters, digits and the characters . _ + = , @ -";
  expect_rows({
      {one, "{}", no_name},
      {one, R"({"applicationName":"a b"})", wrong_name},
      {one, R"({"applicationName":"shop"})", "RevisionRequiredException: The revision is missing."},
      {one, R"({"applicationName":"none","revision":)" + text("one") + "}", unknown},
      {one, of(text("one"), R"(,"description":")" + std::string(257, 'd') + "\""),
       "DescriptionTooLongException: A description has at most 256 characters."},
      {one, of("{}"),
       invalid + "'' is no revisionType. Valid values are [S3, String, "
                 "AppSpecContent]"},
      {one, of(R"({"revisionType":"FTP"})"),
       invalid + "'FTP' is no revisionType. Valid values are [S3, String, AppSpecContent]"},
      {one, of(R"({"revisionType":"GitHub","gitHubLocation":{"repository":"a/b","commitId":"c"}})"),
       invalid + "A Lambda deployment takes no revision from GitHub."},
      {one, of(R"({"revisionType":"S3"})"),
       invalid + "A revision of the type S3 has the block s3Location and no other."},
      {one, of(R"({"revisionType":"S3","string":{"content":"a"}})"),
       invalid + "A revision of the type S3 has the block s3Location and no other."},
      {one, of(R"({"revisionType":"String","string":{"content":"a"},"s3Location":{}})"),
       invalid + "A revision of the type String has the block string and no other."},
      {one, of(R"({"revisionType":"S3","s3Location":{"key":"k","bundleType":"YAML"}})"),
       invalid + "The bucket of the S3 location is missing."},
      {one, of(R"({"revisionType":"S3","s3Location":{"bucket":"b","bundleType":"YAML"}})"),
       invalid + "The key of the S3 location is missing."},
      {one, of(R"({"revisionType":"S3","s3Location":{"bucket":"b","key":"k"}})"),
       invalid + "The bundleType of the S3 location must be one of YAML, JSON, zip, tar, tgz."},
      {one, of(object("k", "", "rar")),
       invalid + "The bundleType of the S3 location must be one of YAML, JSON, zip, tar, tgz."},
      {one, of(text("")), invalid + "The content of the revision is missing."},
      {one,
       of(R"({"revisionType":"AppSpecContent","appSpecContent":{"content":"","sha256":")" + none +
          "\"}}"),
       invalid + "The content of the revision is missing."},
      {one, of(text("", none)), invalid + "The content of the revision is missing."},
      {one, of(text("one", "abc")), invalid + "The sha256 of a revision has 64 of 0-9 and a-f."},
      {one, of(text("one", none)),
       invalid + "The sha256 is not the content's: that is " + digest_of_one + "."},
      {one, of(text(std::string((256 << 10) + 1, 'a'))),
       invalid + "The content of a revision has 256 KiB at most."},
  });
}

TEST_F(RevisionsTest, RefuseToReadWordByWord) {
  auto listed = [](std::string const& more) {
    return R"({"applicationName":"shop",)" + more + "}";
  };
  std::string many;
  for (int i = 0; i < 26; ++i) many += (i ? "," : "") + text("one");
  expect_rows({
      {get, "{}", no_name},
      {get, R"({"applicationName":"shop"})", "RevisionRequiredException: The revision is missing."},
      {get, R"({"applicationName":"none","revision":)" + text("one") + "}", unknown},
      {get, of("{}"),
       invalid + "'' is no revisionType. Valid values are [S3, String, AppSpecContent]"},
      {get, of(text("", none)),
       "RevisionDoesNotExistException: No revision of the application found: AppSpecContent-" +
           none},
      {batch, "{}", no_name},
      {batch, R"({"applicationName":"shop"})",
       "RevisionRequiredException: At least one revision is needed."},
      {batch, R"({"applicationName":"shop","revisions":[null]})",
       "RevisionRequiredException: The revision is missing."},
      {batch, R"({"applicationName":"shop","revisions":[{}]})",
       invalid + "'' is no revisionType. Valid values are [S3, String, AppSpecContent]"},
      {batch, R"({"applicationName":"none","revisions":[)" + text("one") + "]}", unknown},
      {batch, R"({"applicationName":"shop","revisions":[)" + many + "]}",
       "BatchLimitExceededException: At most 25 revisions can be asked for at once."},
      {all, "{}", no_name},
      {all, R"({"applicationName":"none"})", unknown},
      {all, listed(R"("sortBy":"size")"),
       "InvalidSortByException: 'size' is not valid. Valid values are [registerTime, "
       "firstUsedTime, lastUsedTime]"},
      {all, listed(R"("sortOrder":"up")"),
       "InvalidSortOrderException: 'up' is not valid. Valid values are [ascending, descending]"},
      {all, listed(R"("deployed":"yes")"),
       "InvalidDeployedStateFilterException: 'yes' is not valid. Valid values are [ignore, "
       "include, exclude]"},
      {all, listed(R"("s3Bucket":"A B")"),
       "InvalidBucketNameFilterException: 'A B' is no name of an S3 bucket."},
      {all, listed(R"("s3KeyPrefix":"a")"),
       "BucketNameFilterRequiredException: s3KeyPrefix is of no use without s3Bucket."},
      {all, listed(R"("s3Bucket":"abc","s3KeyPrefix":")" + std::string(1025, 'k') + "\""),
       "InvalidKeyPrefixFilterException: A key of S3 has at most 1024 bytes."},
      {all, listed(R"("nextToken":"x")"),
       "InvalidNextTokenException: The next token is none of this list."},
  });
}

}  // namespace
}  // namespace sluice::server::codedeploy
