#include <optional>

#include "lambda_fixture.hpp"
#include "local/wire/lambda.hpp"

namespace sluice::local {
namespace {

/// Answers what the test set and remembers what it was given.
class Recorder final : public Invoker {
 public:
  Outcome<InvocationResult> invoke(Executed const& executed,
                                   Invocation const& invocation) override {
    ran = executed;
    given = invocation;
    return answer;
  }
  Outcome<void> enqueue(Executed const& executed, Invocation const& invocation) override {
    queued = executed;
    given = invocation;
    return {};
  }

  Outcome<InvocationResult> answer = InvocationResult{.payload = R"({"ok":true})"};
  std::optional<Executed> ran, queued;
  Invocation given;
};

class Invoke : public testing::Test {
 protected:
  Invoke() {
    world.create_two_versions("orders");
    world.ok("CreateAlias",
             {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  }
  net::Response send(std::string payload, net::Headers headers = {}, std::string query = {},
                     std::string name = "orders") {
    net::Incoming incoming;
    incoming.method = "POST";
    incoming.path = "/2015-03-31/functions/" + name + "/invocations";
    incoming.query = std::move(query);
    incoming.headers = std::move(headers);
    incoming.body = std::move(payload);
    auto pending = begin_invoke(world.service, incoming, world.now, world.random);
    return pending ? finish_invoke(*pending, recorder) : pending.error();
  }
  static std::string type_of(net::Response const& response) {
    return response.headers.get("X-Amzn-ErrorType");
  }
  LambdaWorld world;
  Recorder recorder;
};

TEST_F(Invoke, AnswersThePayloadAndTheVersionThatRan) {
  auto response = send(R"({"n":1})", {}, "Qualifier=live");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"ok":true})");
  EXPECT_EQ(response.headers.get("X-Amz-Executed-Version"), "1");
  EXPECT_FALSE(response.headers.contains("X-Amz-Function-Error"));
  EXPECT_FALSE(response.headers.contains("X-Amz-Log-Result"));
  ASSERT_TRUE(recorder.ran);
  EXPECT_EQ(recorder.ran->alias, "live");
  EXPECT_EQ(recorder.given.payload, R"({"n":1})");
  EXPECT_EQ(recorder.given.invoked_arn, std::string(arn_start) + "orders:live");
  EXPECT_EQ(recorder.given.request_id, response.headers.get("x-amzn-RequestId"));
}

TEST_F(Invoke, WithoutQualifierRunsLatest) {
  EXPECT_EQ(send("").headers.get("X-Amz-Executed-Version"), "$LATEST");
  EXPECT_EQ(recorder.given.payload, "{}");
  EXPECT_EQ(send("", {}, "", "orders%3A2").headers.get("X-Amz-Executed-Version"), "2");
}

TEST_F(Invoke, AFunctionErrorIsASuccessfulAnswer) {
  recorder.answer =
      InvocationResult{.payload = R"({"errorMessage":"x"})", .function_error = "Unhandled"};
  auto response = send("{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("X-Amz-Function-Error"), "Unhandled");
  EXPECT_EQ(response.body, R"({"errorMessage":"x"})");
}

TEST_F(Invoke, TheLogTailIsTheLastFourKilobytes) {
  recorder.answer = InvocationResult{.payload = "1", .log = "lost" + std::string(4096, 'x')};
  auto response = send("{}", {{"X-Amz-Log-Type", "Tail"}});
  EXPECT_EQ(decode_base64(response.headers.get("X-Amz-Log-Result")).value_or(""),
            std::string(4096, 'x'));
}

TEST_F(Invoke, EventsAreQueuedAndAnsweredEmpty) {
  auto response = send("{}", {{"X-Amz-Invocation-Type", "Event"}}, "Qualifier=live");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(response.headers.contains("X-Amz-Executed-Version"));
  ASSERT_TRUE(recorder.queued);
  EXPECT_EQ(recorder.queued->resource, "orders:live");
  EXPECT_FALSE(recorder.ran);
}

TEST_F(Invoke, DryRunRunsNothing) {
  auto response = send("{}", {{"X-Amz-Invocation-Type", "DryRun"}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(recorder.ran);
  EXPECT_EQ(send("{}", {{"X-Amz-Invocation-Type", "DryRun"}}, "Qualifier=9").status, 404);
}

TEST_F(Invoke, ASwitchedOffFunctionStillTakesEvents) {
  world.ok("PutFunctionConcurrency",
           {{"FunctionName", "orders"}, {"ReservedConcurrentExecutions", 0}});
  auto refused = send("{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body,
            R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User",)"
            R"("message":"Rate Exceeded."})");
  EXPECT_EQ(send("{}", {{"X-Amz-Invocation-Type", "Event"}}).status, 202);
}

TEST_F(Invoke, PassesTheClientContextOnDecoded) {
  send("{}", {{"X-Amz-Client-Context", base64(R"({"custom":{}})")}});
  EXPECT_EQ(recorder.given.client_context, R"({"custom":{}})");
  for (auto const& bad : {std::string("%"), base64("no json"), std::string(3584, 'A')})
    EXPECT_EQ(type_of(send("{}", {{"X-Amz-Client-Context", bad}})),
              "InvalidRequestContentException");
}

struct Payload {
  std::string_view type;
  std::size_t size;
  int status;
};

class PayloadLimits : public Invoke, public testing::WithParamInterface<Payload> {};

TEST_P(PayloadLimits, HoldAtTheLimitAndRefuseOneAbove) {
  auto text = '"' + std::string(GetParam().size - 2, 'x') + '"';
  auto response = send(text, {{"X-Amz-Invocation-Type", std::string(GetParam().type)}});
  EXPECT_EQ(response.status, GetParam().status);
  EXPECT_EQ(type_of(response), GetParam().status == 413 ? "RequestTooLargeException" : "");
}

INSTANTIATE_TEST_SUITE_P(Table, PayloadLimits,
                         testing::Values(Payload{"RequestResponse", 6'291'456, 200},
                                         Payload{"RequestResponse", 6'291'457, 413},
                                         Payload{"Event", 1'048'576, 202},
                                         Payload{"Event", 1'048'577, 413}));

TEST_F(Invoke, AnAnswerOverSixMegabytesIsAFunctionError) {
  recorder.answer = InvocationResult{.payload = std::string(6'291'557, '1')};
  auto response = send("{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("X-Amz-Function-Error"), "Unhandled");
  EXPECT_EQ(response.body,
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size )"
            R"(exceeded maximum allowed payload size (6291556 bytes)."})");
}

TEST_F(Invoke, RefusesWhatIsWrongBeforeAnythingRuns) {
  EXPECT_EQ(type_of(send("{")), "InvalidRequestContentException");
  EXPECT_EQ(type_of(send("{}", {{"X-Amz-Invocation-Type", "Later"}})), "ValidationException");
  EXPECT_EQ(type_of(send("{}", {{"X-Amz-Log-Type", "Head"}})), "ValidationException");
  auto missing = send("{}", {}, "", "stock");
  EXPECT_EQ(missing.body, R"({"Type":"User","Message":"Function not found: )" +
                              std::string(arn_start) + R"(stock:$LATEST"})");
  EXPECT_FALSE(recorder.ran);
}

TEST_F(Invoke, FaultsOfTheInvokerAreAnswers) {
  recorder.answer = refuse(502, "InvalidRuntimeException", "there is no ruby here");
  auto response = send("{}");
  EXPECT_EQ(response.status, 502);
  EXPECT_EQ(type_of(response), "InvalidRuntimeException");
}

}  // namespace
}  // namespace sluice::local
