#include "server/codedeploy/stage.hpp"

/// Tags, and what they are refused, word by word.
namespace sluice::server::codedeploy {
namespace {

using testing::StartsWith;

class TagsTest : public FaceStage {
 protected:
  void SetUp() override {
    create_application();
    create_group("live");
  }
  static std::string with(std::string const& arn, std::string const& more = {}) {
    return R"({"ResourceArn":")" + arn + "\"" + more + "}";
  }
  std::string tags(std::string const& arn) {
    return ask("ListTagsForResource", with(arn))["Tags"].dump();
  }
};

std::string const application = "arn:aws:codedeploy:eu-west-1:000000000000:application:shop";
std::string const group_arn = "arn:aws:codedeploy:eu-west-1:000000000000:deploymentgroup:shop/live";

TEST_F(TagsTest, AreAddedReplacedAndRemovedByKey) {
  ask("TagResource",
      with(application, R"(,"Tags":[{"Key":"team","Value":"tea"},{"Key":"empty"}])"));
  ask("TagResource", with(application, R"(,"Tags":[{"Key":"team","Value":"pot"}])"));
  EXPECT_EQ(tags(application), R"([{"Key":"team","Value":"pot"},{"Key":"empty","Value":""}])");
  ask("UntagResource", with(application, R"(,"TagKeys":["team","unknown"])"));
  EXPECT_EQ(tags(application), R"([{"Key":"empty","Value":""}])");
  EXPECT_EQ(tags(group_arn), "[]");
}

TEST_F(TagsTest, ComeWithWhatIsCreatedAndMoveWithItsName) {
  ask("CreateDeploymentGroup", group_body("x", R"(,"tags":[{"Key":"a","Value":"b"}])"));
  ask("UpdateDeploymentGroup", R"({"applicationName":"shop","currentDeploymentGroupName":"x",)"
                               R"("newDeploymentGroupName":"y"})");
  ask("UpdateApplication", R"({"applicationName":"shop","newApplicationName":"store"})");
  EXPECT_EQ(tags("arn:aws:codedeploy:eu-west-1:000000000000:deploymentgroup:store/y"),
            R"([{"Key":"a","Value":"b"}])");
  EXPECT_EQ(tags("arn:aws:codedeploy:eu-west-1:000000000000:deploymentgroup:shop/x"), "[]");
}

TEST_F(TagsTest, AreFoundWithoutAnAccountToo) {
  ask("TagResource", with("arn:aws:codedeploy:eu-west-1::application:shop",
                          R"(,"Tags":[{"Key":"team","Value":"tea"}])"));
  EXPECT_EQ(tags(application), R"([{"Key":"team","Value":"tea"}])");
}

TEST_F(TagsTest, AccountsAreTheServersOwn) {
  options_.account = "123456789012";
  restart();
  ask("TagResource", with("arn:aws:codedeploy:eu-west-1:123456789012:application:shop",
                          R"(,"Tags":[{"Key":"team","Value":"tea"}])"));
  EXPECT_THAT(refusal("TagResource", with(application, R"(,"Tags":[{"Key":"a"}])")),
              StartsWith("ApplicationDoesNotExistException: No application found for name: shop "
                         "(the ARN is of eu-west-1, account 000000000000; this request is of "
                         "eu-west-1, and the server's account is 123456789012)"));
}

TEST_F(TagsTest, RefuseWordByWord) {
  std::string const tag = R"(,"Tags":[{"Key":"a","Value":"b"}])";
  std::string const required = "ResourceArnRequiredException: The ARN of a resource is missing.";
  auto unsupported = [](std::string const& arn) {
    return "ArnNotSupportedException: '" + arn +
           "' names nothing that has tags: those are applications and deployment groups of "
           "CodeDeploy.";
  };
  auto invalid = [](std::string const& arn) {
    return "InvalidArnException: '" + arn + "' is no ARN.";
  };
  auto add = [](std::string const& tags) { return R"(,"Tags":[)" + tags + "]"; };
  std::string const own = "arn:aws:codedeploy:eu-west-1:000000000000:";
  std::string const config = own + "deploymentconfig:Mine";
  std::string const function = "arn:aws:lambda:eu-west-1:000000000000:function:f";
  std::string many;
  for (int i = 0; i < 51; ++i)
    many += (i ? R"(,{"Key":"k)" : R"({"Key":"k)") + std::to_string(i) + "\"}";
  expect_rows({
      {"TagResource", "{}", required},
      {"UntagResource", "{}", required},
      {"ListTagsForResource", "{}", required},
      {"TagResource", with(application), "TagRequiredException: At least one tag is needed."},
      {"TagResource", with(application, R"(,"Tags":[])"),
       "TagRequiredException: At least one tag is needed."},
      {"UntagResource", with(application, R"(,"TagKeys":[])"),
       "TagRequiredException: At least one key of a tag is needed."},
      {"TagResource", with("shop", tag), invalid("shop")},
      {"UntagResource", with("shop", R"(,"TagKeys":["a"])"), invalid("shop")},
      {"ListTagsForResource", with("arn:aws:codedeploy:eu-west-1:me:application:shop"),
       invalid("arn:aws:codedeploy:eu-west-1:me:application:shop")},
      {"ListTagsForResource", with(own + "deploymentgroup:shop"),
       invalid(own + "deploymentgroup:shop")},
      {"ListTagsForResource", with(own + "application:a b"), invalid(own + "application:a b")},
      {"ListTagsForResource", with(own + "application/shop"),
       unsupported(own + "application/shop")},
      {"ListTagsForResource", with(own + "instance/i-1"), unsupported(own + "instance/i-1")},
      {"TagResource", with(config, tag), unsupported(config)},
      {"ListTagsForResource", with(function), unsupported(function)},
      {"TagResource", with(own + "application:none", tag),
       "ApplicationDoesNotExistException: No application found for name: none"},
      {"TagResource", with(own + "deploymentgroup:shop/none", tag),
       "DeploymentGroupDoesNotExistException: No Deployment Group found for name: none"},
      {"ListTagsForResource", with(own + "application:none"), R"(200 {"Tags":[]})"},
      {"ListTagsForResource", with(own + "deploymentgroup:shop/none"), R"(200 {"Tags":[]})"},
      {"TagResource", with(application, add("{}")),
       "InvalidTagsToAddException: The key of a tag has 1 to 128 characters."},
      {"TagResource", with(application, add(R"({"Key":")" + std::string(129, 'k') + "\"}")),
       "InvalidTagsToAddException: The key of a tag has 1 to 128 characters."},
      {"TagResource",
       with(application, add(R"({"Key":"a","Value":")" + std::string(257, 'v') + "\"}")),
       "InvalidTagsToAddException: The value of the tag 'a' is over 256 characters."},
      {"TagResource", with(application, add(R"({"Key":"AWS:a"})")),
       "InvalidTagsToAddException: Keys of tags that begin with 'aws:' are reserved: 'AWS:a'."},
      {"TagResource", with(application, add(R"({"Key":"a"},{"Key":"a"})")),
       "InvalidTagsToAddException: There are two tags with the key 'a'."},
      {"TagResource", with(application, add(many)),
       "InvalidTagsToAddException: A resource has at most 50 tags."},
      {"CreateDeploymentGroup", group_body("x", R"(,"tags":[{"Key":"aws:a"}])"),
       "InvalidTagsToAddException: Keys of tags that begin with 'aws:' are reserved: 'aws:a'."},
  });
}

TEST_F(TagsTest, ABoundHoldsForAllOfThemTogether) {
  std::string fifty;
  for (int i = 0; i < 50; ++i)
    fifty += (i ? R"(,{"Key":"k)" : R"({"Key":"k)") + std::to_string(i) + "\"}";
  ask("TagResource", with(application, R"(,"Tags":[)" + fifty + "]"));
  ask("TagResource", with(application, R"(,"Tags":[{"Key":"k7","Value":"new"}])"));
  EXPECT_EQ(refusal("TagResource", with(application, R"(,"Tags":[{"Key":"k50"}])")),
            "InvalidTagsToAddException: A resource has at most 50 tags.");
}

}  // namespace
}  // namespace sluice::server::codedeploy
