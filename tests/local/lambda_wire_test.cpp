#include "lambda_fixture.hpp"
#include "local/wire/lambda.hpp"

namespace sluice::local {
namespace {

struct Path {
  std::string_view method, path, operation;
};

class Paths : public testing::TestWithParam<Path> {};

TEST_P(Paths, NameTheirOperation) {
  EXPECT_EQ(operation_of(GetParam().method, GetParam().path).value_or("none"),
            GetParam().operation);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Paths,
    testing::Values(
        Path{"POST", "/2015-03-31/functions", "CreateFunction"},
        Path{"GET", "/2015-03-31/functions/", "ListFunctions"},
        Path{"GET", "/2015-03-31/functions", "ListFunctions"},
        Path{"GET", "/2015-03-31/functions/orders", "GetFunction"},
        Path{"GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ax%3A1%3Afunction%3Aorders",
             "GetFunction"},
        Path{"DELETE", "/2015-03-31/functions/orders", "DeleteFunction"},
        Path{"GET", "/2015-03-31/functions/orders/configuration", "GetFunctionConfiguration"},
        Path{"PUT", "/2015-03-31/functions/orders/configuration", "UpdateFunctionConfiguration"},
        Path{"PUT", "/2015-03-31/functions/orders/code", "UpdateFunctionCode"},
        Path{"POST", "/2015-03-31/functions/orders/versions", "PublishVersion"},
        Path{"GET", "/2015-03-31/functions/orders/versions", "ListVersionsByFunction"},
        Path{"POST", "/2015-03-31/functions/orders/aliases", "CreateAlias"},
        Path{"PUT", "/2015-03-31/functions/orders/aliases/live", "UpdateAlias"},
        Path{"POST", "/2015-03-31/functions/orders/aliases/live", "none"},
        Path{"POST", "/2015-03-31/functions/orders/invocations", "Invoke"},
        Path{"DELETE", "/2015-03-31/functions/orders/policy/sid", "RemovePermission"},
        Path{"GET", "/2017-03-31/tags/arn%3Aaws", "ListTags"},
        Path{"PUT", "/2017-10-31/functions/orders/concurrency", "PutFunctionConcurrency"},
        Path{"GET", "/2019-09-30/functions/orders/concurrency", "GetFunctionConcurrency"},
        Path{"GET", "/2017-10-31/functions/orders/concurrency", "none"},
        Path{"GET", "/2016-08-19/account-settings/", "GetAccountSettings"},
        Path{"POST", "/2021-10-31/functions/orders/url", "CreateFunctionUrlConfig"},
        Path{"GET", "/2024-08-31/functions/orders/recursion-config", "GetFunctionRecursionConfig"},
        Path{"GET", "/2015-03-31/functionsorders", "none"},
        Path{"GET", "/2015-03-31/functions/orders/nothing", "none"},
        Path{"GET", "/2015-03-31/functions/a%zz", "none"}, Path{"GET", "/", "none"},
        Path{"GET", "", "none"}));

class Wire : public testing::Test {
 protected:
  net::Response send(std::string method, std::string path, std::string body = {},
                     std::string query = {}) {
    net::Incoming incoming;
    incoming.method = std::move(method);
    incoming.path = std::move(path);
    incoming.query = std::move(query);
    incoming.body = std::move(body);
    return handle_lambda(world.service, incoming, world.now, world.random);
  }
  static json::Value body_of(net::Response const& response) {
    return json::parse(response.body).value_or(json::Value("not JSON"));
  }
  LambdaWorld world;
  std::string const functions = "/2015-03-31/functions";
};

TEST_F(Wire, GivesEachOperationItsStatus) {
  auto create = LambdaWorld::create_request("orders").dump();
  EXPECT_EQ(send("POST", functions, create).status, 201);
  world.wait();
  auto one = functions + "/orders";
  EXPECT_EQ(send("POST", one + "/versions").status, 201);
  EXPECT_EQ(send("POST", one + "/aliases", R"({"Name":"live","FunctionVersion":"1"})").status, 201);
  EXPECT_EQ(send("PUT", one + "/aliases/live", R"({"Description":"d"})").status, 200);
  EXPECT_EQ(send("GET", one + "/aliases/live").status, 200);
  EXPECT_EQ(send("POST", one + "/policy",
                 R"({"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"*"})",
                 "Qualifier=live")
                .status,
            201);
  EXPECT_EQ(send("DELETE", one + "/policy/s", "", "Qualifier=live").status, 204);
  EXPECT_EQ(send("PUT", "/2017-10-31/functions/orders/concurrency",
                 R"({"ReservedConcurrentExecutions":1})")
                .status,
            200);
  EXPECT_EQ(send("DELETE", "/2017-10-31/functions/orders/concurrency").status, 204);
  EXPECT_EQ(send("POST", "/2015-03-31/event-source-mappings/",
                 R"({"FunctionName":"orders","EventSourceArn":"arn:aws:sqs:x"})")
                .status,
            202);
  EXPECT_EQ(send("DELETE", one + "/aliases/live").status, 204);
  auto deleted = send("DELETE", one);
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.body, "");
  EXPECT_FALSE(deleted.headers.contains("Content-Type"));
}

TEST_F(Wire, EveryAnswerHasItsRequestId) {
  auto response = send("GET", functions + "/");
  EXPECT_EQ(response.headers.get("x-amzn-requestid").size(), 36u);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(body_of(response).dump(), R"({"Functions":[]})");
}

TEST_F(Wire, DecodesTheNameAsOneSegment) {
  world.create_two_versions("orders");
  auto path = functions + "/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Aorders%3A2";
  EXPECT_EQ(body_of(send("GET", path))["Configuration"]["Version"].as_string(), "2");
  EXPECT_EQ(body_of(send("GET", functions + "/orders%3A1/configuration"))["Version"].as_string(),
            "1");
}

TEST_F(Wire, FaultsCarryCodeTypeAndTheRightMessageKey) {
  auto not_found = send("GET", functions + "/orders");
  EXPECT_EQ(not_found.status, 404);
  EXPECT_EQ(not_found.headers.get("X-Amzn-ErrorType"), "ResourceNotFoundException");
  EXPECT_EQ(not_found.body, R"({"Type":"User","Message":"Function not found: )"
                            R"(arn:aws:lambda:eu-west-1:000000000000:function:orders"})");
  auto invalid = send("GET", functions + "/orders%3A1", "", "Qualifier=2");
  EXPECT_EQ(invalid.headers.get("X-Amzn-ErrorType"), "InvalidParameterValueException");
  EXPECT_TRUE(body_of(invalid).contains("message"));
  auto validation = send("POST", functions, "{}");
  EXPECT_EQ(validation.headers.get("X-Amzn-ErrorType"), "ValidationException");
  EXPECT_FALSE(body_of(validation).contains("Type"));
  EXPECT_EQ(body_of(validation)["message"].as_string().substr(0, 30),
            "3 validation errors detected: ");
}

TEST_F(Wire, RefusesBodiesThatAreNoObject) {
  for (auto const* body : {"{", "[1]", "text"}) {
    auto response = send("POST", functions, body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(response.headers.get("X-Amzn-ErrorType"), "InvalidRequestContentException");
    EXPECT_TRUE(body_of(response)["message"].as_string().starts_with(
        "Could not parse request body into json: "))
        << response.body;
  }
}

TEST_F(Wire, RefusesBodiesOverTheLimitOfTheOperation) {
  auto response = send("POST", functions, std::string(70'167'212, ' '));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body,
            R"({"message":"Request must be smaller than 70167211 bytes for the CreateFunction )"
            R"(operation"})");
}

TEST_F(Wire, ReadsListMembersFromTheQuery) {
  world.create_two_versions("orders");
  auto page = body_of(send("GET", functions + "/orders/versions", "", "MaxItems=2"));
  EXPECT_EQ(page["Versions"].items().size(), 2u);
  auto rest = body_of(send("GET", functions + "/orders/versions", "",
                           net::format_query({{"Marker", page["NextMarker"].as_string()}})));
  EXPECT_EQ(rest["Versions"].items().size(), 1u);
  EXPECT_EQ(send("GET", functions + "/orders/versions", "", "MaxItems=lots").status, 400);

  auto tags = "/2017-03-31/tags/" + net::percent_encode(std::string(arn_start) + "orders");
  EXPECT_EQ(send("POST", tags, R"({"Tags":{"a":"1","b":"2","c":"3"}})").status, 204);
  EXPECT_EQ(send("DELETE", tags, "", "tagKeys=a&tagKeys=c").status, 204);
  EXPECT_EQ(send("GET", tags).body, R"({"Tags":{"b":"2"}})");
}

TEST_F(Wire, AnswersUnknownPathsAndUnknownOperationsApart) {
  auto nowhere = send("GET", "/2015-03-31/nothing");
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.headers.get("X-Amzn-ErrorType"), "UnknownOperationException");
  auto refused = send("GET", "/2018-10-31/layers");
  EXPECT_EQ(refused.status, 501);
  EXPECT_NE(refused.body.find("does not do Lambda's ListLayers"), std::string::npos);
}

TEST_F(Wire, ThrottlesCarryTheirReason) {
  LambdaSettings settings;
  settings.rates.all = 1;
  world.service.set_settings(settings);
  send("GET", functions);
  auto response = send("GET", functions);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.body,
            R"({"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate exceeded"})");
}

TEST_F(Wire, TellsWhenToTryAgain) {
  Fault fault{.status = 429, .code = "TooManyRequestsException", .message = "m"};
  fault.retry_after_seconds = 3;
  EXPECT_EQ(lambda_fault(fault, "id").headers.get("Retry-After"), "3");
}

}  // namespace
}  // namespace sluice::local
