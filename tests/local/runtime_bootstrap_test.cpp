#include <sys/wait.h>

#include <filesystem>
#include <thread>

#include "local/runtime/runtime_limits.hpp"
#include "local/runtime_fixture.hpp"

namespace sluice::local {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

/// Functions with a runtime of their own (provided.*): the rules of the Runtime API end to end.
class BootstrapTest : public RuntimeTest {
 protected:
  CodeUnit bootstrap() {
    static std::string const program = test::read_file(SLUICE_TEST_BOOTSTRAP);
    return unit({{"bootstrap", program, 0100755}}, "provided.al2023", "any");
  }
};

TEST_F(BootstrapTest, AnswersAndReports) {
  InvocationResult result = invoke(bootstrap(), R"("print hello")");
  EXPECT_EQ(result.payload, R"("print hello")");
  EXPECT_EQ(result.function_error, "");
  EXPECT_TRUE(result.init);
  EXPECT_GT(result.max_memory_mb, 0);
  EXPECT_THAT(result.log,
              MatchesRegex("started\nSTART RequestId: R-1 Version: 7\nhello\n"
                           "END RequestId: R-1\nREPORT RequestId: R-1\tDuration: [0-9.]+ ms\t"
                           "Billed Duration: [0-9]+ ms\tMemory Size: 128 MB\t"
                           "Max Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\n"));
}

TEST_F(BootstrapTest, ReusesTheProcessAndItsLogStaysApart) {
  CodeUnit code = bootstrap();
  std::string first = invoke(code, R"("pid")").payload;
  invoke(code, R"("print secret of another")");
  InvocationResult second = invoke(code, R"("pid")");
  EXPECT_EQ(second.payload, first);
  EXPECT_FALSE(second.init);
  EXPECT_THAT(second.log, StartsWith("START RequestId: R-1 Version: 7\nEND RequestId: R-1\n"));
  EXPECT_EQ(runner().processes(), 1u);
}

TEST_F(BootstrapTest, ExitsAreErrorsAndTheNextRequestGetsAFreshProcess) {
  struct {
    std::string event, message;
  } const cases[] = {
      {"exit 3", "RequestId: R-1 Error: Runtime exited with error: exit status 3"},
      {"exit 0", "RequestId: R-1 Error: Runtime exited without providing a reason"},
      {"kill 9", "RequestId: R-1 Error: Runtime exited with error: signal: killed"},
      {"kill 15", "RequestId: R-1 Error: Runtime exited with error: signal: terminated"}};
  CodeUnit code = bootstrap();
  for (auto const& [event, message] : cases) {
    InvocationResult result = invoke(code, "\"" + event + "\"");
    EXPECT_EQ(result.function_error, "Unhandled");
    EXPECT_EQ(result.payload,
              R"({"errorType":"Runtime.ExitError","errorMessage":")" + message + "\"}");
    EXPECT_THAT(result.log, HasSubstr(message + "\nEND RequestId: R-1\n"));
    EXPECT_THAT(result.log, HasSubstr("\tStatus: error\tError Type: Runtime.ExitError\n"));
    EXPECT_EQ(invoke(code, "1").payload, "1");
  }
}

TEST_F(BootstrapTest, TimeOutKillsTheProcess) {
  CodeUnit code = bootstrap();
  code.timeout_seconds = 1;
  std::string pid = invoke(code, R"("pid")").payload;
  InvocationResult result = invoke(code, R"("hang")");
  EXPECT_EQ(result.payload, R"({"errorType":"Sandbox.Timedout","errorMessage":)"
                            R"("RequestId: R-1 Error: Task timed out after 1.00 seconds"})");
  EXPECT_EQ(result.function_error, "Unhandled");
  EXPECT_GE(result.duration, Duration(1000));
  EXPECT_THAT(result.log, HasSubstr(" R-1 Task timed out after 1.00 seconds\nEND"));
  EXPECT_THAT(result.log, HasSubstr("\tStatus: timeout\n"));
  EXPECT_NE(invoke(code, R"("pid")").payload, pid);
}

TEST_F(BootstrapTest, WhatTheStateForbidsIsRefused) {
  CodeUnit code = bootstrap();
  EXPECT_EQ(invoke(code, R"("refusals")").payload, R"("400 403 403 404 405 403 403 400")");
  EXPECT_EQ(invoke(code, R"("twice")").payload, R"("twice")");
  EXPECT_EQ(invoke(code, R"("last")").payload, "403");
}

TEST_F(BootstrapTest, StreamedAnswersAreCollected) {
  CodeUnit code = bootstrap();
  InvocationResult whole = invoke(code, R"("stream")");
  EXPECT_EQ(whole.payload, "one two three");
  EXPECT_EQ(whole.function_error, "");
  InvocationResult broken = invoke(code, R"("broken-stream")");
  EXPECT_EQ(broken.payload, R"({"errorType":"Stream.Broken"})");
  EXPECT_EQ(broken.function_error, "Unhandled");
}

TEST_F(BootstrapTest, AnErrorWithoutABodyNamesItsType) {
  InvocationResult result = invoke(bootstrap(), R"("error")");
  EXPECT_EQ(result.payload, R"({"errorType":"My.Error","errorMessage":""})");
  EXPECT_EQ(result.function_error, "Unhandled");
}

TEST_F(BootstrapTest, AnswerSizeIsLimited) {
  CodeUnit code = bootstrap();
  std::size_t limit = runtime_limits::response_bytes;
  EXPECT_EQ(invoke(code, "\"big " + std::to_string(limit) + "\"").payload.size(), limit);
  InvocationResult over = invoke(code, "\"big " + std::to_string(limit + 1) + "\"");
  EXPECT_EQ(over.payload,
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":)"
            R"("Response payload size exceeded maximum allowed payload size (6291556 bytes)."})");
  EXPECT_EQ(invoke(code, R"("last")").payload, "413");
  EXPECT_EQ(runner().processes(), 1u);
}

TEST_F(BootstrapTest, LargeEventsArriveWhole) {
  std::string event = "\"" + std::string(6 << 20, 'e') + "\"";
  EXPECT_EQ(invoke(bootstrap(), event).payload, event);
}

TEST_F(BootstrapTest, EndingDuringTheStartIsAnError) {
  CodeUnit code = bootstrap();
  code.environment["EXIT_AT_START"] = "1";
  InvocationResult result = invoke(code);
  EXPECT_EQ(result.payload, R"({"errorType":"Runtime.ExitError","errorMessage":)"
                            R"("RequestId: R-1 Error: Runtime exited with error: exit status 7"})");
  EXPECT_THAT(result.log, StartsWith("started\nINIT_REPORT Init Duration: "));
}

TEST_F(BootstrapTest, ASlowStartIsRepeatedWithinTheTimeOut) {
  options.init_limit = Duration(100);
  CodeUnit code = bootstrap();
  code.environment["HANG_UNLESS"] = (folder.path() / "marker").string();
  InvocationResult result = invoke(code, "1");
  EXPECT_EQ(result.payload, "1");
  EXPECT_THAT(result.log, HasSubstr("\tPhase: init\tStatus: timeout\n"));
  EXPECT_FALSE(result.init);
  code.key += "/hangs";
  code.environment = {{"HANG_AT_START", "1"}};
  code.timeout_seconds = 1;
  EXPECT_THAT(invoke(code).payload, HasSubstr("Sandbox.Timedout"));
}

TEST_F(BootstrapTest, AMissingOrUnusableBootstrapIsTheFunctionsError) {
  std::vector<test::ZipEntry> const archives[] = {
      {{"other", "x"}}, {{"bootstrap", "x", 0100644}}, {{"bootstrap", "no program", 0100755}}};
  for (auto const& archive : archives) {
    InvocationResult result = invoke(unit(archive, "provided.al2", "any"));
    EXPECT_THAT(result.payload, StartsWith(R"({"errorType":"Runtime.InvalidEntrypoint")"));
    EXPECT_EQ(result.function_error, "Unhandled");
  }
  EXPECT_EQ(runner().processes(), 0u);
}

TEST_F(BootstrapTest, RequestFieldsAndEnvironment) {
  options.endpoint_url = "http://127.0.0.1:4599";
  options.credentials = [](std::string const& account) {
    return std::array<std::string, 3>{"AKID-" + account, "secret", "token"};
  };
  CodeUnit code = bootstrap();
  code.environment = {{"MINE", "yes"}, {"AWS_REGION", "other"}, {"TZ", "Europe/Berlin"}};
  std::map<std::string, std::string> const expected{
      {"MINE", "yes"},
      {"AWS_REGION", "eu-west-1"},
      {"AWS_DEFAULT_REGION", "eu-west-1"},
      {"TZ", "Europe/Berlin"},
      {"LANG", "en_US.UTF-8"},
      {"AWS_LAMBDA_FUNCTION_VERSION", "7"},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
      {"AWS_ENDPOINT_URL", "http://127.0.0.1:4599"},
      {"AWS_ACCESS_KEY_ID", "AKID-000000000000"},
      {"AWS_SESSION_TOKEN", "token"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders"},
      {"HOME", "(none)"},
      {"AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"},
      {"_HANDLER", "any"},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"}};
  for (auto const& [name, value] : expected)
    EXPECT_EQ(invoke(code, "\"env " + name + "\"").payload, "\"" + value + "\"") << name;
  EXPECT_THAT(invoke(code, R"("env AWS_LAMBDA_LOG_STREAM_NAME")").payload,
              MatchesRegex(R"("[0-9]{4}/[0-9]{2}/[0-9]{2}/.7.[0-9a-f]{32}")"));
  EXPECT_THAT(invoke(code, R"("head Lambda-Runtime-Invoked-Function-Arn")").payload,
              HasSubstr("function:orders:live"));
  EXPECT_THAT(invoke(code, R"("head Lambda-Runtime-Trace-Id")").payload,
              MatchesRegex("\"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0\""));
}

TEST_F(BootstrapTest, RetireEndsIdleProcessesOfThePrefixOnly) {
  CodeUnit one = bootstrap(), other = bootstrap();
  other.key = "000000000000/eu-west-1/payments/1/x";
  std::string first = invoke(one, R"("pid")").payload, second = invoke(other, R"("pid")").payload;
  EXPECT_NE(first, second);
  runner().retire("000000000000/eu-west-1/orders/");
  EXPECT_EQ(runner().processes(), 1u);
  EXPECT_EQ(invoke(other, R"("pid")").payload, second);
  EXPECT_NE(invoke(one, R"("pid")").payload, first);
}

TEST_F(BootstrapTest, IdleProcessesEndAfterTheirTime) {
  CodeUnit code = bootstrap();
  std::string first = invoke(code, R"("pid")").payload;
  clock.ahead = options.keep_warm + Duration(1000);
  EXPECT_NE(invoke(code, R"("pid")").payload, first);
  EXPECT_EQ(runner().processes(), 1u);
}

TEST_F(BootstrapTest, TheLimitOfProcessesEndsTheOneIdleLongest) {
  options.max_processes = 2;
  CodeUnit code = bootstrap();
  auto pid_of = [&](std::string key) {
    code.key = std::move(key);
    return invoke(code, R"("pid")").payload;
  };
  std::string a = pid_of("a"), b = pid_of("b"), c = pid_of("c");
  EXPECT_EQ(runner().processes(), 2u);
  EXPECT_EQ(pid_of("c"), c);
  EXPECT_EQ(pid_of("b"), b);
  EXPECT_NE(pid_of("a"), a);
}

TEST_F(BootstrapTest, AtTheLimitRequestsWaitForABusyProcess) {
  options.max_processes = 1;
  CodeUnit code = bootstrap();
  std::vector<std::jthread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] { answered += invoke(code, "5").payload == "5"; });
  callers.clear();
  EXPECT_EQ(answered, 4);
  EXPECT_EQ(runner().processes(), 1u);
}

TEST_F(BootstrapTest, AProcessThatEndsAfterItsAnswerDoesNotHarmTheNextRequest) {
  CodeUnit code = bootstrap();
  EXPECT_EQ(invoke(code, R"("then-exit")").payload, R"("then-exit")");
  EXPECT_EQ(invoke(code, "2").payload, "2");
}

TEST_F(BootstrapTest, AnAnswerDoesNotWaitForARuntimeThatLingersAndIsKilledInTime) {
  options.max_processes = 1;
  CodeUnit code = bootstrap();
  code.timeout_seconds = 1;
  InvocationResult result = invoke(code, R"("linger")");
  EXPECT_EQ(result.payload, R"("linger")");
  EXPECT_EQ(result.function_error, "");
  // There is room for this one only once the other process is gone.
  EXPECT_EQ(invoke(code, "1").payload, "1");
}

TEST_F(BootstrapTest, JsonLogsHaveRecordsOfThePlatform) {
  CodeUnit code = bootstrap();
  code.json_logs = true;
  std::string log = invoke(code).log;
  EXPECT_THAT(log, HasSubstr(R"("type":"platform.start","record":{"requestId":"R-1",)"));
  EXPECT_THAT(log, HasSubstr(R"("type":"platform.report","record":{"requestId":"R-1","metrics":)"));
  EXPECT_THAT(log, Not(HasSubstr("REPORT RequestId")));
}

TEST_F(BootstrapTest, WhatCannotRunHereIsRefusedWithTheWayOut) {
  for (std::string runtime : {"java21", "dotnet8", "ruby3.3", ""}) {
    CodeUnit code = bootstrap();
    code.runtime = runtime;
    auto result = runner().invoke(code, {.request_id = "R"});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("'orders'"));
    EXPECT_THAT(result.error().hint, HasSubstr("deploy to AWS"));
  }
}

TEST_F(BootstrapTest, AMissingInterpreterIsNamedWithItsRemedy) {
  options.search_path = "/nowhere";
  for (auto [runtime, program, product] :
       {std::tuple{"nodejs20.x", "'node'", "Install Node.js 20"},
        std::tuple{"python3.12", "'python3'", "Install Python 3.12"}}) {
    auto result = runner().invoke(unit({{"a", "b"}}, runtime, "a.b"), {.request_id = "R"});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr(program));
    EXPECT_THAT(result.error().hint, HasSubstr(product));
  }
  EXPECT_EQ(runner().processes(), 0u);
}

TEST(RuntimeLeaks, NothingIsLeftBehind) {
  auto open_files = [] {
    auto all = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  auto before = open_files();
  struct Case : BootstrapTest {
    void TestBody() override {
      CodeUnit code = bootstrap();
      for (auto const* event : {"1", R"("exit 1")", R"("kill 9")", "2"}) invoke(code, event);
      code.key += "/other";
      invoke(code, "3");
    }
  };
  {
    Case().TestBody();
  }
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

}  // namespace
}  // namespace sluice::local
