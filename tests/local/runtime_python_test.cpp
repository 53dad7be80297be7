#include "base/process.hpp"
#include "local/runtime_fixture.hpp"

namespace sluice::local {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class PythonTest : public RuntimeTest {
 protected:
  void SetUp() override {
    char const* path = std::getenv("PATH");
    if (!path || !find_program("python3", path)) GTEST_SKIP() << "python3 is not installed";
  }
  CodeUnit python(std::string code, std::string file = "app.py",
                  std::string handler = "app.handler") {
    return unit({{std::move(file), std::move(code)}}, "python3.11", std::move(handler));
  }
};

TEST_F(PythonTest, AnswersAndKeepsItsState) {
  CodeUnit code = python(
      "n = 0\ndef handler(event, context):\n  global n\n  n += 1\n  return {'n': n, 'é': event}");
  EXPECT_EQ(invoke(code, R"("ü")").payload, R"({"n": 1, "é": "ü"})");
  EXPECT_EQ(invoke(code, "null").payload, R"({"n": 2, "é": null})");
}

TEST_F(PythonTest, ModulesInFolders) {
  CodeUnit code = unit({{"pkg/__init__.py", ""},
                        {"pkg/mod.py", "from . import other\ndef run(e, c): return other.X"},
                        {"pkg/other.py", "X = 3"}},
                       "python3.11", "pkg/mod.run");
  EXPECT_EQ(invoke(code).payload, "3");
}

TEST_F(PythonTest, ErrorsCarryTheirTypeMessageAndTrace) {
  struct {
    std::string code, handler, type, message;
  } const cases[] = {
      {"def handler(e, c): raise ValueError('boom')", "app.handler", "ValueError", "boom"},
      {"def handler(e, c): return {1, 2}", "app.handler", "Runtime.MarshalError",
       "Unable to marshal response: Object of type set is not JSON serializable"},
      {"x = 1", "app.handler", "Runtime.HandlerNotFound",
       "Handler 'handler' missing on module 'app'"},
      {"", "gone.handler", "Runtime.ImportModuleError",
       "Unable to import module 'gone': No module named 'gone'"},
      {"import gone", "app.handler", "Runtime.ImportModuleError",
       "Unable to import module 'app': No module named 'gone'"},
      {"def handler(", "app.handler", "Runtime.UserCodeSyntaxError",
       "Syntax error in module 'app': "},
      {"1 / 0", "app.handler", "ZeroDivisionError", "division by zero"},
      {"", "app", "Runtime.MalformedHandlerName",
       "Bad handler 'app': not enough values to unpack"}};
  for (auto const& [code, handler, type, message] : cases) {
    CodeUnit each = python(code, "app.py", handler);
    each.key += handler;
    InvocationResult result = invoke(each);
    EXPECT_EQ(result.function_error, "Unhandled") << code;
    Result<json::Value> document = json::parse(result.payload);
    ASSERT_TRUE(document) << result.payload;
    EXPECT_EQ((*document)["errorType"].as_string(), type) << code;
    EXPECT_THAT((*document)["errorMessage"].as_string(), StartsWith(message)) << code;
    EXPECT_TRUE((*document)["stackTrace"].is_array()) << code;
    EXPECT_THAT(result.log, HasSubstr("[ERROR] " + type + ": ")) << code;
  }
}

TEST_F(PythonTest, TheTraceShowsTheUsersCodeOnly) {
  json::Value error =
      document(python("def deep(): raise KeyError('k')\ndef handler(e, c): deep()"));
  ASSERT_EQ(error["stackTrace"].items().size(), 2u);
  EXPECT_THAT(error["stackTrace"].items()[0].as_string(),
              HasSubstr("app.py\", line 2, in handler"));
  EXPECT_EQ(error["requestId"].as_string(), "R-1");
}

TEST_F(PythonTest, ExitInsideTheHandler) {
  EXPECT_THAT(invoke(python("import sys\ndef handler(e, c): sys.exit(0)")).payload,
              HasSubstr("Runtime exited without providing a reason"));
  EXPECT_THAT(
      invoke(python("import os\ndef handler(e, c):\n  print('last')\n  os._exit(2)")).payload,
      HasSubstr("exit status 2"));
}

TEST_F(PythonTest, TheContextTellsWhatIsRunning) {
  json::Value context = document(python(
      "def handler(e, c): return {'name': c.function_name, 'version': c.function_version,"
      " 'arn': c.invoked_function_arn, 'id': c.aws_request_id, 'memory': c.memory_limit_in_mb,"
      " 'group': c.log_group_name, 'left': c.get_remaining_time_in_millis()}"));
  EXPECT_EQ(context["name"].as_string(), "orders");
  EXPECT_EQ(context["version"].as_string(), "7");
  EXPECT_EQ(context["id"].as_string(), "R-1");
  EXPECT_EQ(context["memory"].as_string(), "128");
  EXPECT_EQ(context["group"].as_string(), "/aws/lambda/orders");
  EXPECT_THAT(context["arn"].as_string(), testing::EndsWith(":live"));
  EXPECT_GT(context["left"].as_int(), 20'000);
}

TEST_F(PythonTest, WhatIsPrintedBelongsToItsRequest) {
  CodeUnit code = python(
      "import sys\nprint('init')\ndef handler(e, c):\n  print('out')\n  print('err', "
      "file=sys.stderr)");
  EXPECT_THAT(invoke(code).log,
              StartsWith("init\nSTART RequestId: R-1 Version: 7\nout\nerr\nEND RequestId: R-1\n"));
  EXPECT_THAT(invoke(code).log,
              StartsWith("START RequestId: R-1 Version: 7\nout\nerr\nEND RequestId: R-1\n"));
}

TEST_F(PythonTest, LayersAreImported) {
  CodeUnit code = python("import dep\ndef handler(e, c): return dep.X");
  code.layer_zips.push_back(
      folder.write("layer.zip", test::make_zip({{"python/dep.py", "X = 9"}})));
  EXPECT_EQ(invoke(code).payload, "9");
}

}  // namespace
}  // namespace sluice::local
