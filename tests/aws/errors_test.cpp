#include <gtest/gtest.h>

#include <span>

#include "aws/fakes.hpp"
#include "aws/lambda.hpp"
#include "aws/s3.hpp"
#include "aws/sts.hpp"
#include "aws/verdict.hpp"

namespace sluice::aws {
namespace {

struct JudgeCase {
  Service service;
  int status;
  std::string code, message;
  Trouble trouble;
  Repeat repeat;
};

void expect_verdicts(std::span<JudgeCase const> cases) {
  for (JudgeCase const& each : cases) {
    ServiceError error;
    error.status = each.status;
    error.code = each.code;
    error.message = each.message;
    Verdict verdict = judge(each.service, error);
    EXPECT_EQ(name_of(verdict.trouble), name_of(each.trouble)) << each.code << " " << each.message;
    EXPECT_EQ(verdict.repeat, each.repeat) << each.code << " " << each.message;
  }
}

TEST(Verdict, OfLambda) {
  std::string const conflict = "ResourceConflictException";
  std::string const parameter = "InvalidParameterValueException";
  JudgeCase const cases[] = {
      {Service::lambda, 409, conflict,
       "The operation cannot be performed at this time. An update is in progress for resource: a",
       Trouble::busy, Repeat::never},
      {Service::lambda, 409, conflict, "The function is currently in the following state: Pending",
       Trouble::busy, Repeat::never},
      {Service::lambda, 409, conflict, "Function already exist: orders", Trouble::already_exists,
       Repeat::never},
      {Service::lambda, 409, conflict, "Alias already exists: arn", Trouble::already_exists,
       Repeat::never},
      {Service::lambda, 409, conflict,
       "Unable to delete version because the following aliases reference it: [live]",
       Trouble::referenced, Repeat::never},
      {Service::lambda, 409, conflict, "something new", Trouble::invalid, Repeat::never},
      {Service::lambda, 409, "SnapStartNotReadyException", "", Trouble::busy, Repeat::never},
      {Service::lambda, 412, "PreconditionFailedException", "The Revision Id provided …",
       Trouble::stale, Repeat::never},
      {Service::lambda, 413, "RequestEntityTooLargeException", "", Trouble::too_large,
       Repeat::never},
      {Service::lambda, 400, parameter,
       "The role defined for the function cannot be assumed by Lambda.", Trouble::propagating,
       Repeat::never},
      {Service::lambda, 400, parameter,
       "The provided execution role does not have permissions to call CreateNetworkInterface",
       Trouble::propagating, Repeat::never},
      {Service::lambda, 400, parameter,
       "Lambda was unable to configure access to your environment variables because the KMS key is "
       "invalid for CreateGrant. ... does not refer to a valid principal",
       Trouble::propagating, Repeat::never},
      {Service::lambda, 400, parameter,
       "Lambda was unable to configure access to your environment variables because the KMS key is "
       "invalid for CreateGrant. It is disabled",
       Trouble::invalid, Repeat::never},
      {Service::lambda, 400, parameter, "Cannot reference more than 5 layers.", Trouble::invalid,
       Repeat::never},
      {Service::lambda, 502, "EC2ThrottledException", "", Trouble::throttled, Repeat::always},
      {Service::lambda, 502, "KMSDisabledException", "", Trouble::invalid, Repeat::never},
      {Service::lambda, 502, "ResourceNotReadyException", "", Trouble::busy, Repeat::never},
      {Service::lambda, 502, "", "", Trouble::service, Repeat::if_read},
      {Service::lambda, 408, "SnapStartTimeoutException", "", Trouble::service, Repeat::if_read},
      {Service::lambda, 403, "AccessDeniedException", "", Trouble::denied, Repeat::never},
      {Service::lambda, 501, "", "", Trouble::invalid, Repeat::never},
  };
  expect_verdicts(cases);
}

TEST(Verdict, OfOtherServices) {
  JudgeCase const cases[] = {
      {Service::s3, 503, "SlowDown", "", Trouble::throttled, Repeat::always},
      {Service::s3, 404, "NoSuchKey", "", Trouble::not_found, Repeat::never},
      {Service::s3, 403, "RequestTimeTooSkewed", "", Trouble::denied, Repeat::clock_set},
      {Service::s3, 400, "ExpiredToken", "", Trouble::denied, Repeat::refreshed},
      {Service::s3, 409, "BucketAlreadyOwnedByYou", "", Trouble::already_exists, Repeat::never},
      {Service::s3, 400, "RequestTimeout", "", Trouble::service, Repeat::if_read},
      {Service::s3, 301, "PermanentRedirect", "", Trouble::invalid, Repeat::never},
      {Service::sts, 403, "AccessDenied", "", Trouble::denied, Repeat::never},
      {Service::sts, 400, "ValidationError", "", Trouble::invalid, Repeat::never},
      {Service::cloudwatch, 400, "Throttling", "", Trouble::throttled, Repeat::always},
  };
  expect_verdicts(cases);
}

TEST(Verdict, ReadsEveryFormOfError) {
  struct Case {
    std::string body;
    net::Headers headers;
    std::string code, message;
  };
  Case cases[] = {
      {R"({"Type":"User","message":"m"})", {{"x-amzn-ErrorType", "CodeX"}}, "CodeX", "m"},
      {R"({"Message":"m"})", {{"x-amzn-ErrorType", "CodeX:http://internal/"}}, "CodeX", "m"},
      {R"({"__type":"com.amazonaws.thing#CodeX","message":"m"})", {}, "CodeX", "m"},
      {"<Error><Code>NoSuchKey</Code><Message>m &amp; n</Message></Error>",
       {},
       "NoSuchKey",
       "m & n"},
      {"<?xml version=\"1.0\"?><ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type>"
       "<Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>",
       {},
       "AccessDenied",
       "m"},
      {"", {}, "", "the request was refused as not allowed"},
      {"<html>proxy</html>", {}, "", "the request was refused as not allowed"},
      {"{\"message\":\"a\\u001b[31mb\"}", {}, "", ""},
  };
  for (Case const& each : cases) {
    ServiceError error = read_error({403, each.headers, each.body, {}, {}});
    EXPECT_EQ(error.code, each.code) << each.body;
    if (!each.message.empty()) {
      EXPECT_EQ(error.message, each.message) << each.body;
    }
    EXPECT_FALSE(error.message.contains('\x1b')) << each.body;
  }
}

TEST(Verdict, HttpDates) {
  EXPECT_EQ(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT"),
            parse_rfc3339("2026-01-02T03:04:05Z").value());
  for (auto text : {"", "Fri, 32 Jan 2026 03:04:05 GMT", "Fri, 02 Foo 2026 03:04:05 GMT", "now"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

net::Response refusal(int status, std::string code, std::string message) {
  return {status,
          {{"x-amzn-RequestId", "11111111-2222-3333-4444-555555555555"},
           {"x-amzn-ErrorType", std::move(code)}},
          json::Value{{"message", message}}.dump(),
          {},
          {}};
}

struct Golden {
  std::string message, hint;
};

void expect(Error const& error, ErrorCode code, Golden const& golden) {
  EXPECT_EQ(error.code, code);
  EXPECT_EQ(error.message, golden.message);
  EXPECT_EQ(error.hint, golden.hint);
}

TEST(ErrorText, DeniedNamesTheStatementToAdd) {
  fake::World world;
  world.client.answer(refusal(403, "AccessDeniedException",
                              "User: arn:aws:iam::123456789012:user/ci is not authorized to "
                              "perform: lambda:UpdateAlias on resource: "
                              "arn:aws:lambda:eu-west-1:123456789012:function:orders because no "
                              "identity-based policy allows the lambda:UpdateAlias action"));
  Caller caller = world.caller();
  auto answer = Lambda(caller, "eu-west-1").update_alias("orders", "live", {"7", {}, ""});
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::denied,
         {"Lambda UpdateAlias on orders:live in eu-west-1 was denied: User: "
          "arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:UpdateAlias on "
          "resource: arn:aws:lambda:eu-west-1:123456789012:function:orders because no "
          "identity-based policy allows the lambda:UpdateAlias action (AccessDeniedException, HTTP "
          "403, request 11111111-2222-3333-4444-555555555555)",
          "Add to the policy of these credentials: "
          "{\"Effect\":\"Allow\",\"Action\":\"lambda:UpdateAlias\",\"Resource\":"
          "\"arn:aws:lambda:eu-west-1:123456789012:function:orders\"}."});
}

TEST(ErrorText, WithoutAwsNamingTheActionWeDo) {
  fake::World world;
  world.client.answer(refusal(403, "AccessDeniedException", "no"));
  Caller caller = world.caller();
  auto answer = Lambda(caller, "cn-north-1")
                    .invoke("orders", "live", "{}", "RequestResponse", std::chrono::seconds(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().remedy(),
            "Add to the policy of these credentials: "
            "{\"Effect\":\"Allow\",\"Action\":\"lambda:InvokeFunction\",\"Resource\":"
            "\"arn:aws-cn:lambda:cn-north-1:*:function:orders:live\"}.");
}

/// What IAM checks each action on: calls about an alias on the function, calls with a qualifier on
/// the qualified function. A version's number would help only once.
TEST(ErrorText, EachActionHasItsResource) {
  std::string const function = "arn:aws:lambda:eu-west-1:*:function:orders";
  std::string const full = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
  struct Row {
    std::function<CallError(Lambda&)> call;
    std::string action, resource;
  };
  auto error = [](auto const& answer) { return answer.error(); };
  Row rows[] = {
      {[&](Lambda& l) { return error(l.update_alias("orders", "live", {"7", {}, ""})); },
       "lambda:UpdateAlias", function},
      {[&](Lambda& l) { return error(l.get_alias("orders", "live")); }, "lambda:GetAlias",
       function},
      {[&](Lambda& l) { return error(l.create_alias("orders", "live", "7", "")); },
       "lambda:CreateAlias", function},
      {[&](Lambda& l) { return error(l.delete_alias("orders", "live")); }, "lambda:DeleteAlias",
       function},
      {[&](Lambda& l) { return error(l.list_aliases("orders")); }, "lambda:ListAliases", function},
      {[&](Lambda& l) { return error(l.get_function("orders")); }, "lambda:GetFunction", function},
      {[&](Lambda& l) { return error(l.get_function("orders", "live")); }, "lambda:GetFunction",
       function + ":live"},
      {[&](Lambda& l) { return error(l.get_function("orders", "8")); }, "lambda:GetFunction",
       function + ":*"},
      {[&](Lambda& l) { return error(l.delete_function("orders", "8")); }, "lambda:DeleteFunction",
       function + ":*"},
      {[&](Lambda& l) { return error(l.publish_version("orders", {})); }, "lambda:PublishVersion",
       function},
      {[&](Lambda& l) { return error(l.update_function_code("orders", json::Value())); },
       "lambda:UpdateFunctionCode", function},
      {[&](Lambda& l) { return error(l.get_provisioned_concurrency("orders", "live")); },
       "lambda:GetProvisionedConcurrencyConfig", function + ":live"},
      {[&](Lambda& l) { return error(l.list_event_source_mappings("orders")); },
       "lambda:ListEventSourceMappings", "*"},
      {[&](Lambda& l) { return error(l.list_functions()); }, "lambda:ListFunctions", "*"},
      {[&](Lambda& l) { return error(l.get_alias("123456789012:function:orders", "live")); },
       "lambda:GetAlias", full},
      {[&](Lambda& l) { return error(l.get_alias(full, "live")); }, "lambda:GetAlias", full},
      {[&](Lambda& l) { return error(l.get_function(full, "live")); }, "lambda:GetFunction",
       full + ":live"},
  };
  for (auto& row : rows) {
    fake::World world;
    world.client.answer(refusal(403, "AccessDeniedException", "no"));
    Caller caller = world.caller();
    Lambda lambda(caller, "eu-west-1");
    CallError found = row.call(lambda);
    EXPECT_EQ(found.action, row.action);
    EXPECT_EQ(found.arn, row.resource) << row.action;
  }
}

TEST(ErrorText, AKnownAccountIsNamed) {
  fake::World world;
  world.client.answer(refusal(403, "AccessDeniedException", "no"));
  world.client.answer(refusal(403, "AccessDeniedException", "no"));
  Caller unknown = world.caller();
  auto provider = std::shared_ptr<Provider>(std::make_shared<Caller>(unknown), &unknown.provider());
  Caller caller = unknown.as(provider, "123456789012");
  EXPECT_EQ(Lambda(caller, "eu-west-1").get_alias("orders", "live").error().arn,
            "arn:aws:lambda:eu-west-1:123456789012:function:orders");
  EXPECT_EQ(Lambda(unknown, "eu-west-1").get_alias("orders", "live").error().arn,
            "arn:aws:lambda:eu-west-1:*:function:orders");
}

TEST(ErrorText, WrongRegion) {
  fake::World world;
  world.client.answer(refusal(404, "ResourceNotFoundException",
                              "Functions from 'us-east-1' are not reachable in this region "
                              "('eu-west-1')"));
  Caller caller = world.caller();
  auto answer = Lambda(caller, "eu-west-1").get_alias("orders", "live");
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::not_found,
         {"Lambda GetAlias on orders:live in eu-west-1 found nothing: Functions from 'us-east-1' "
          "are not reachable in this region ('eu-west-1') (ResourceNotFoundException, HTTP 404, "
          "request 11111111-2222-3333-4444-555555555555)",
          "The ARN belongs to another region: set that region for this target."});
}

TEST(ErrorText, MaybeDone) {
  fake::World world;
  world.client.break_off(true, ErrorCode::timeout, "no answer within 30s");
  Caller caller = world.caller();
  auto answer = Lambda(caller, "eu-west-1").update_alias("orders", "live", {"7", {}, ""});
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::unavailable,
         {"Lambda UpdateAlias on orders:live in eu-west-1 may or may not have taken effect: no "
          "answer within 30s",
          "Read what is there now before repeating."});
}

TEST(ErrorText, AnS3DenialMayHideAMissingKey) {
  fake::World world;
  world.client.answer(403,
                      "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
                      "<RequestId>R1</RequestId></Error>");
  Caller caller = world.caller();
  auto answer = S3(caller, "eu-west-1").get({"artifacts", "app.zip", ""});
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::denied,
         {"S3 GetObject on s3://artifacts/app.zip in eu-west-1 was denied: Access Denied "
          "(AccessDenied, HTTP 403, request R1)",
          "Add to the policy of these credentials: {\"Effect\":\"Allow\",\"Action\":"
          "\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::artifacts/app.zip\"}. S3 answers the same "
          "for a missing object unless s3:ListBucket is allowed on the bucket: check the key, "
          "too."});
}

TEST(ErrorText, AnAssumeRoleDenialNamesBothCauses) {
  fake::World world;
  world.client.answer(403,
                      "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                      "<Message>not allowed</Message></Error><RequestId>R2</RequestId>"
                      "</ErrorResponse>");
  Caller caller = world.caller();
  auto answer =
      Sts(caller, "eu-west-1").assume_role({"arn:aws:iam::123456789012:role/deploy", "s1", "", {}});
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::denied,
         {"STS AssumeRole on arn:aws:iam::123456789012:role/deploy in eu-west-1 was denied: not "
          "allowed (AccessDenied, HTTP 403, request R2)",
          "AWS answers the same for two causes: the role's name is mistyped, or its trust policy "
          "does not let you in (principal, external id). Otherwise your own policy must allow it: "
          "{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":"
          "\"arn:aws:iam::123456789012:role/deploy\"}."});
}

TEST(ErrorText, AnUnreachableCustomEndpointIsNamed) {
  fake::World world;
  for (int i = 0; i < 3; ++i)
    world.client.break_off(false, ErrorCode::unavailable, "connection refused");
  HeldEnvironment environment;
  environment.variables["AWS_ENDPOINT_URL_LAMBDA"] = "http://127.0.0.1:9001";
  CallerOptions options;
  options.endpoints = Endpoints::read({}, environment, {}, nullptr).value();
  Caller caller(world.ports(), fake::test_keys(), options);
  auto answer = Lambda(caller, "eu-west-1").get_alias("orders", "live");
  ASSERT_FALSE(answer);
  expect(answer.error().error(), ErrorCode::unavailable,
         {"Lambda GetAlias on orders:live in eu-west-1 got no answer: connection refused",
          "Check the endpoint 127.0.0.1:9001, which comes from AWS_ENDPOINT_URL_LAMBDA, and that "
          "something answers there."});
}

TEST(ErrorText, EveryTroubleHasANameAndAText) {
  for (int i = 0; i <= static_cast<int>(Trouble::cancelled); ++i) {
    CallError error;
    error.trouble = static_cast<Trouble>(i);
    error.service = "Lambda";
    error.operation = "UpdateAlias";
    error.message = "why";
    EXPECT_NE(error.error().message, "Lambda UpdateAlias failed: why") << i;
    EXPECT_EQ(error.remedy().empty(), error.trouble == Trouble::cancelled) << i;
  }
}

}  // namespace
}  // namespace sluice::aws
