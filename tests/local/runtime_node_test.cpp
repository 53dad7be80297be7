#include <thread>

#include "base/process.hpp"
#include "local/runtime_fixture.hpp"

namespace sluice::local {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class NodeTest : public RuntimeTest {
 protected:
  void SetUp() override {
    char const* path = std::getenv("PATH");
    if (!path || !find_program("node", path)) GTEST_SKIP() << "node is not installed";
  }
  CodeUnit node(std::string code, std::string file = "index.js",
                std::string handler = "index.handler") {
    return unit({{std::move(file), std::move(code)}}, "nodejs20.x", std::move(handler));
  }
};

TEST_F(NodeTest, EveryKindOfHandlerAnswers) {
  struct {
    std::string code, file, handler, answer;
  } const cases[] = {
      {"exports.handler = async (e) => ({got: e.a});", "index.js", "index.handler", R"({"got":1})"},
      {"exports.handler = (e) => e.a + 1;", "index.js", "index.handler", "2"},
      {"exports.handler = async () => {};", "index.js", "index.handler", "null"},
      {"exports.handler = () => {};", "index.js", "index.handler", "null"},
      {"exports.handler = (e, c, done) => { setTimeout(() => done(null, 'late'), 1); };",
       "index.js", "index.handler", R"("late")"},
      {"exports.handler = (e, c, done) => { c.callbackWaitsForEmptyEventLoop = false;"
       " setInterval(() => {}, 1e6); done(null, 'now'); };",
       "index.js", "index.handler", R"("now")"},
      {"exports.handler = (e, c) => { setTimeout(() => c.succeed('old'), 1); };", "index.js",
       "index.handler", R"("old")"},
      {"export const handler = async () => 'esm';", "index.mjs", "index.handler", R"("esm")"},
      {"exports.a = {b: async () => 'deep'};", "src/lib/app.cjs", "src/lib/app.a.b", R"("deep")"},
      {"exports.handler = awslambda.streamifyResponse(async (e, out) => { out.write('a'); "
       "out.end('b'); });",
       "index.js", "index.handler", "ab"}};
  for (auto const& [code, file, handler, answer] : cases) {
    InvocationResult result = invoke(node(code, file, handler), R"({"a":1})");
    EXPECT_EQ(result.payload, answer) << code << "\n" << result.log;
    EXPECT_EQ(result.function_error, "") << code;
  }
}

TEST_F(NodeTest, AModulePackageIsImported) {
  CodeUnit code =
      unit({{"package.json", R"({"type":"module"})"},
            {"index.js", "import {n} from './n.js'; export const handler = async () => n;"},
            {"n.js", "export const n = 5;"}},
           "nodejs22.x", "index.handler");
  EXPECT_EQ(invoke(code).payload, "5");
}

TEST_F(NodeTest, ErrorsCarryTheirTypeMessageAndTrace) {
  struct {
    std::string code, handler, type, message;
  } const cases[] = {
      {"exports.handler = async () => { throw new TypeError('boom'); };", "index.handler",
       "TypeError", "boom"},
      {"exports.handler = () => { throw new Error('sync'); };", "index.handler", "Error", "sync"},
      {"exports.handler = (e, c, done) => done(new Error('called'));", "index.handler", "Error",
       "called"},
      {"exports.handler = async () => { throw 'text'; };", "index.handler", "string", "text"},
      {"exports.handler = async () => { const a = {}; a.a = a; return a; };", "index.handler",
       "TypeError", "Converting circular structure"},
      {"exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise(() => "
       "{}); };",
       "index.handler", "Runtime.UnhandledPromiseRejection", "Error: lost"},
      {"exports.other = 1;", "index.handler", "Runtime.HandlerNotFound",
       "index.handler is undefined or not exported"},
      {"exports.handler = 1;", "index.handler", "Runtime.HandlerNotFound",
       "index.handler is not a function"},
      {"", "missing.handler", "Runtime.ImportModuleError", "Error: Cannot find module"},
      {"require('not-there');", "index.handler", "Runtime.ImportModuleError",
       "Error: Cannot find module 'not-there'"},
      {"exports.handler = ;", "index.handler", "Runtime.UserCodeSyntaxError",
       "SyntaxError: Unexpected token"},
      {"throw new RangeError('at start');", "index.handler", "RangeError", "at start"},
      {"", "handler", "Runtime.MalformedHandlerName", "Bad handler"},
      {"", "../index.handler", "Runtime.MalformedHandlerName", "not a valid handler name"}};
  for (auto const& [code, handler, type, message] : cases) {
    CodeUnit each = node(code, "index.js", handler);
    each.key += handler;
    InvocationResult result = invoke(each);
    EXPECT_EQ(result.function_error, "Unhandled") << code;
    Result<json::Value> document = json::parse(result.payload);
    ASSERT_TRUE(document) << result.payload;
    EXPECT_EQ((*document)["errorType"].as_string(), type) << code;
    EXPECT_THAT((*document)["errorMessage"].as_string(), HasSubstr(message)) << code;
    EXPECT_TRUE((*document)["trace"].is_array()) << code;
  }
}

TEST_F(NodeTest, ExitInsideTheHandler) {
  CodeUnit code = node("exports.handler = async () => process.exit(4);");
  EXPECT_THAT(invoke(code).payload, HasSubstr("Runtime exited with error: exit status 4"));
}

TEST_F(NodeTest, TheContextTellsWhatIsRunning) {
  json::Value context =
      document(node("exports.handler = async (e, c) => ({...c, left: c.getRemainingTimeInMillis(),"
                    " trace: !!process.env._X_AMZN_TRACE_ID, cwd: process.cwd() === "
                    "process.env.LAMBDA_TASK_ROOT});"));
  EXPECT_EQ(context["functionName"].as_string(), "orders");
  EXPECT_EQ(context["functionVersion"].as_string(), "7");
  EXPECT_EQ(context["awsRequestId"].as_string(), "R-1");
  EXPECT_EQ(context["memoryLimitInMB"].as_string(), "128");
  EXPECT_EQ(context["logGroupName"].as_string(), "/aws/lambda/orders");
  EXPECT_THAT(context["invokedFunctionArn"].as_string(),
              testing::EndsWith(":function:orders:live"));
  EXPECT_GT(context["left"].as_int(), 20'000);
  EXPECT_LE(context["left"].as_int(), 30'001);
  EXPECT_TRUE(context["trace"].as_bool());
  EXPECT_TRUE(context["cwd"].as_bool());
}

TEST_F(NodeTest, TheClientContextArrives) {
  CodeUnit code = node("exports.handler = async (e, c) => c.clientContext.custom;");
  auto result =
      runner().invoke(code, {.request_id = "R", .client_context = "{\n\"custom\": \"ü\"}"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->payload, R"("ü")");
}

TEST_F(NodeTest, ModuleStateSurvivesButVersionsAreApart) {
  CodeUnit seven = node("let n = 0; exports.handler = async () => ++n;");
  CodeUnit eight = seven;
  eight.key += "/8";
  eight.version = "8";
  EXPECT_EQ(invoke(seven).payload, "1");
  EXPECT_EQ(invoke(seven).payload, "2");
  EXPECT_EQ(invoke(eight).payload, "1");
  EXPECT_EQ(invoke(seven).payload, "3");
}

TEST_F(NodeTest, WhatIsPrintedBelongsToItsRequest) {
  CodeUnit code = node(
      "console.log('init'); exports.handler = async (e) => { console.log('event', e);"
      " console.error('bad'); };");
  EXPECT_THAT(
      invoke(code, "1").log,
      StartsWith("init\nSTART RequestId: R-1 Version: 7\nevent 1\nbad\nEND RequestId: R-1\n"));
  EXPECT_THAT(invoke(code, "2").log,
              StartsWith("START RequestId: R-1 Version: 7\nevent 2\nbad\nEND"));
}

TEST_F(NodeTest, ParallelRequestsEachHaveAProcess) {
  // Each handler waits until all have come: with fewer processes than requests none would return.
  constexpr int callers = 3;
  CodeUnit code = node(R"(
    const fs = require('fs');
    exports.handler = async (e) => {
      fs.writeFileSync(`${process.env.BARRIER}/${process.pid}`, '');
      while (fs.readdirSync(process.env.BARRIER).length < 3) await new Promise(setImmediate);
      return process.pid;
    };)");
  std::filesystem::path barrier = folder.path() / "barrier";
  std::filesystem::create_directory(barrier);
  code.environment["BARRIER"] = barrier.string();
  std::array<std::string, callers> pids;
  {
    std::vector<std::jthread> threads;
    for (auto& pid : pids) threads.emplace_back([&] { pid = invoke(code).payload; });
  }
  EXPECT_EQ(std::set<std::string>(pids.begin(), pids.end()).size(), 3u);
  EXPECT_EQ(runner().processes(), 3u);
}

TEST_F(NodeTest, LargeEventsAndAnswersPassWhole) {
  CodeUnit code = node("exports.handler = async (e) => e;");
  std::string event = "\"" + std::string(5 << 20, 'x') + "ü\"";
  EXPECT_EQ(invoke(code, event).payload, event);
  EXPECT_EQ(invoke(code, "").payload, "{}");
}

TEST_F(NodeTest, LayersLieOverOneAnother) {
  CodeUnit code = node("exports.handler = async () => require('dep').name + require('dep').other;");
  auto layer = [&](std::string name, std::vector<test::ZipEntry> files) {
    code.layer_zips.push_back(folder.write(name, test::make_zip(files)));
  };
  std::string const dep = "nodejs/node_modules/dep/";
  layer("one.zip", {{dep + "index.js", "exports.name = 'one'; exports.other = require('./o');"},
                    {dep + "o.js", "module.exports = 1;"}});
  layer("two.zip", {{dep + "o.js", "module.exports = 2;"}});
  EXPECT_EQ(invoke(code).payload, R"("one2")");
}

}  // namespace
}  // namespace sluice::local
