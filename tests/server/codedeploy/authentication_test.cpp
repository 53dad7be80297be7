#include "server/codedeploy/stage.hpp"

namespace sluice::server::codedeploy {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::Not;
using testing::StartsWith;

class AuthenticationTest : public FaceStage {
 protected:
  std::string list(Signing const& signing) { return refusal("ListApplications", "{}", signing); }
  std::string answer(net::Incoming const& request) { return told(process().face.answer(request)); }
};

constexpr char fine[] = R"(200 {"applications":[]})";
constexpr char mismatch[] =
    "InvalidSignatureException: The request signature we calculated does not match the signature "
    "you provided. Check your AWS Secret Access Key and signing method.";

TEST_F(AuthenticationTest, AGoodSignatureOfAnyRegionIsLetIn) {
  EXPECT_EQ(list({}), fine);
  EXPECT_EQ(list({.region = "ap-southeast-2"}), fine);
  EXPECT_EQ(list({.region = "EU_WEST"}).substr(0, 26), "InvalidSignatureException:");
}

TEST_F(AuthenticationTest, AWrongSecretIsNone) {
  EXPECT_EQ(list({.secret = "another-secret-than-hers"}), mismatch);
}

TEST_F(AuthenticationTest, AnUnknownKeyIsNone) {
  EXPECT_THAT(list({.key = "AKIDNOBODY000000"}),
              StartsWith("UnrecognizedClientException: The security token included in the request "
                         "is invalid."));
  EXPECT_THAT(list({.key = "x"}), StartsWith("UnrecognizedClientException"));
  EXPECT_THAT(list({.session_token = "token"}), StartsWith("UnrecognizedClientException"));
}

TEST_F(AuthenticationTest, ASignatureHoldsForFifteenMinutesBothWays) {
  EXPECT_EQ(list({.clock_ahead = minutes(15)}), fine);
  EXPECT_EQ(list({.clock_ahead = -minutes(15)}), fine);
  EXPECT_THAT(list({.clock_ahead = minutes(15) + seconds(1)}),
              StartsWith("InvalidSignatureException: Signature not yet current: 2026"));
  EXPECT_THAT(list({.clock_ahead = -minutes(15) - seconds(1)}),
              StartsWith("InvalidSignatureException: Signature expired: 2026"));
}

TEST_F(AuthenticationTest, AnotherServicesSignatureIsNone) {
  EXPECT_EQ(list({.service = "lambda"}),
            "InvalidSignatureException: Credential should be scoped to correct service: "
            "'codedeploy'.");
}

TEST_F(AuthenticationTest, NoSignatureIsMissingOne) {
  auto request = signed_request("ListApplications", "{}");
  request.headers.erase("Authorization");
  EXPECT_EQ(answer(request),
            "MissingAuthenticationTokenException: Request is missing Authentication Token");
  request.headers.set("Authorization", "Bearer sluice_api_x");
  EXPECT_THAT(answer(request), StartsWith("IncompleteSignatureException"));
}

TEST_F(AuthenticationTest, WhatWasSignedCannotBeExchanged) {
  auto request = signed_request("ListApplications", "{}");
  request.body = R"({"nextToken":null})";
  EXPECT_EQ(answer(request), mismatch);
  request = signed_request("ListApplications", "{}");
  request.headers.set("X-Amz-Target", "CodeDeploy_20141006.DeleteApplication");
  EXPECT_EQ(answer(request), mismatch);
  request = signed_request("ListApplications", "{}");
  request.headers.set("Host", "other.test");
  EXPECT_EQ(answer(request), mismatch);
}

TEST_F(AuthenticationTest, AnUnsignedPayloadIsRefusedThoughItsSignatureIsRight) {
  aws::Unsigned unsigned_body;
  unsigned_body.method = "POST";
  unsigned_body.authority = "sluice.test";
  unsigned_body.headers = {{"X-Amz-Target", "CodeDeploy_20141006.ListApplications"},
                           {"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"}};
  unsigned_body.payload_hash = "UNSIGNED-PAYLOAD";
  Signing const signing;
  auto out = aws::sign(unsigned_body, {clock_.now(), signing.region, signing.service},
                       {signing.key, signing.secret, ""});
  net::Incoming request;
  request.method = "POST";
  request.path = "/";
  request.headers = out.headers;
  request.headers.set("Host", "sluice.test");
  request.body = "{}";
  EXPECT_EQ(answer(request), mismatch);
}

TEST_F(AuthenticationTest, TheOperationHasToBeSigned) {
  auto request = signed_request("ListApplications", "{}");
  auto field = request.headers.get("Authorization");
  auto const at = field.find(";x-amz-target");
  ASSERT_NE(at, std::string::npos) << field;
  field.erase(at, std::string(";x-amz-target").size());
  request.headers.set("Authorization", field);
  EXPECT_EQ(answer(request),
            "InvalidSignatureException: The signature must cover the field x-amz-target.");
}

TEST_F(AuthenticationTest, WhoFailsAgainAndAgainIsSlowedAndOthersAreNot) {
  for (int i = 0; i < 6; ++i) list({.secret = "another-secret-than-hers"});
  EXPECT_THAT(list({.secret = "another-secret-than-hers"}),
              StartsWith("ThrottlingException: Rate exceeded: too many requests with wrong "
                         "signatures from 192.0.2.7"));
  EXPECT_EQ(list({}), fine);
}

TEST_F(AuthenticationTest, EachPrincipalHasARate) {
  options_.rate = {.per_second = 1, .burst = 2};
  EXPECT_EQ(list({}), fine);
  EXPECT_EQ(list({}), fine);
  EXPECT_EQ(list({}), "ThrottlingException: Rate exceeded");
  EXPECT_EQ(list({.key = "AKIDEXAMPLE00002", .secret = "secret-of-the-operator00"}), fine);
  clock_.pass(seconds(1));
  EXPECT_EQ(list({}), fine);
}

TEST_F(AuthenticationTest, EveryOperationAsksForItsPermission) {
  Signing const viewer{.key = "AKIDEXAMPLE00003", .secret = "secret-of-the-viewer0000"};
  Signing const operator_{.key = "AKIDEXAMPLE00002", .secret = "secret-of-the-operator00"};
  options_.rate = {.per_second = 1000, .burst = 1000};
  for (auto const& operation : operations()) {
    std::string const name(operation.name);
    bool const reads = operation.permission == Permission::view;
    bool const changes = operation.permission == Permission::maintain;
    auto const denied = StartsWith("AccessDeniedException");
    if (reads)
      EXPECT_THAT(refusal(name, "{}", viewer), Not(denied)) << name;
    else
      EXPECT_THAT(refusal(name, "{}", viewer), denied) << name;
    if (changes)
      EXPECT_THAT(refusal(name, "{}", operator_), denied) << name;
    else
      EXPECT_THAT(refusal(name, "{}", operator_), Not(denied)) << name;
    EXPECT_THAT(refusal(name, "{}"), Not(denied)) << name;
    bool const looks =
        name.starts_with("Get") || name.starts_with("BatchGet") || name.starts_with("List");
    EXPECT_EQ(reads, looks) << name;
  }
  EXPECT_EQ(refusal("CreateApplication", "{}", viewer),
            "AccessDeniedException: User: vera is not authorized to perform: "
            "codedeploy:CreateApplication. An administrator can make an access key with another "
            "role.");
}

TEST_F(AuthenticationTest, AnIssuedKeySignsUntilItIsRevoked) {
  TokenRequest wanted;
  wanted.name = "terraform";
  wanted.roles = {Role::maintainer};
  auto made = process().keys.create(wanted);
  ASSERT_TRUE(made) << made.error().text();
  Signing const signing{.key = made->token.id, .secret = std::string(made->secret.open())};
  EXPECT_EQ(list(signing), fine);
  restart();
  EXPECT_EQ(list(signing), fine);
  EXPECT_TRUE(process().tokens.list()->front().last_used);
  ASSERT_TRUE(process().tokens.revoke("terraform"));
  EXPECT_THAT(list(signing), StartsWith("UnrecognizedClientException"));
}

TEST_F(AuthenticationTest, AnIssuedKeyExpires) {
  TokenRequest wanted;
  wanted.name = "terraform";
  wanted.roles = {Role::maintainer};
  wanted.lifetime = minutes(10);
  auto made = process().keys.create(wanted);
  ASSERT_TRUE(made) << made.error().text();
  Signing const signing{.key = made->token.id, .secret = std::string(made->secret.open())};
  clock_.pass(minutes(10));
  EXPECT_EQ(list(signing),
            "ExpiredTokenException: The security token included in the request is expired");
  // Who does not have the secret is not told that much.
  EXPECT_EQ(list({.key = made->token.id, .secret = "x"}), mismatch);
}

}  // namespace
}  // namespace sluice::server::codedeploy
