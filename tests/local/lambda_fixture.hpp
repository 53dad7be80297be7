#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "local/model/lambda.hpp"

namespace sluice::local {

inline constexpr char role[] = "arn:aws:iam::000000000000:role/worker";
inline constexpr char arn_start[] = "arn:aws:lambda:eu-west-1:000000000000:function:";

/// JSON text as a value; a typing error in a test ends it.
inline json::Value operator""_json(char const* text, std::size_t size) {
  auto value = json::parse({text, size});
  ENSURE(value);
  return *value;
}

inline LambdaSettings unthrottled() {
  LambdaSettings settings;
  settings.rates = {.all = 0, .get_function = 0, .get_policy = 0};
  return settings;
}

/// One service with everything it needs, at a time the test moves.
struct LambdaWorld {
  explicit LambdaWorld(LambdaSettings settings = unthrottled(),
                       MemoryCodeStore::Check check = MemoryCodeStore::Check::none)
      : code(check), service("000000000000", "eu-west-1", {code, objects, images}, settings) {}

  MemoryCodeStore code;
  MemoryObjects objects;
  AnyImage images;
  SeededRandom random{7};
  Time now = from_millis(1'767'323'045'678);  // 2026-01-02T03:04:05.678Z
  LambdaService service;

  Outcome<json::Value> call(std::string_view operation, json::Value const& request) {
    return service.call(operation, request, now, random);
  }
  /// The answer of a call that must succeed.
  json::Value ok(std::string_view operation, json::Value const& request) {
    auto answer = call(operation, request);
    if (answer) return *answer;
    ADD_FAILURE() << operation << ": " << answer.error().code << ": " << answer.error().message;
    return {};
  }
  /// The fault of a call that must not succeed.
  Fault fault(std::string_view operation, json::Value const& request) {
    auto answer = call(operation, request);
    if (!answer) return answer.error();
    ADD_FAILURE() << operation << " answered " << answer->dump();
    return {};
  }
  void wait(Duration time = std::chrono::milliseconds(200)) { now += time; }

  static json::Value code_of(std::string_view text) {
    return json::Value{{"ZipFile", base64(text)}};
  }
  static json::Value create_request(std::string_view name, std::string_view text = "one") {
    return {{"FunctionName", name},
            {"Role", role},
            {"Runtime", "nodejs22.x"},
            {"Handler", "index.handler"},
            {"Code", code_of(text)}};
  }
  /// Creates and waits until it is Active.
  void create(std::string_view name, std::string_view text = "one") {
    ok("CreateFunction", create_request(name, text));
    wait();
  }
  /// Uploads other code and publishes it; the number.
  std::string release(std::string_view name, std::string_view text) {
    ok("UpdateFunctionCode", {{"FunctionName", name}, {"ZipFile", base64(text)}});
    wait();
    return ok("PublishVersion", json::Value{{"FunctionName", name}})["Version"].as_string();
  }
  /// A function with versions 1 and 2, Active.
  void create_two_versions(std::string_view name) {
    auto request = create_request(name, "one");
    request.set("Publish", true);
    ok("CreateFunction", request);
    wait();
    release(name, "two");
  }
  json::Value configuration(std::string_view name, std::string_view qualifier = {}) {
    json::Value request{{"FunctionName", name}};
    if (!qualifier.empty()) request.set("Qualifier", qualifier);
    return ok("GetFunctionConfiguration", request);
  }
  std::string revision(std::string_view name, std::string_view qualifier = {}) {
    return configuration(name, qualifier)["RevisionId"].as_string();
  }
  std::string alias_revision(std::string_view name, std::string_view alias) {
    return ok("GetAlias", {{"FunctionName", name}, {"Name", alias}})["RevisionId"].as_string();
  }
};

/// What a table row expects of a fault.
struct Expected {
  int status = 400;
  std::string_view code;
  std::string_view message;  ///< its beginning
};

inline void expect_fault(Fault const& fault, Expected const& expected) {
  EXPECT_EQ(fault.status, expected.status) << fault.message;
  EXPECT_EQ(fault.code, expected.code) << fault.message;
  EXPECT_EQ(fault.message.substr(0, expected.message.size()), expected.message);
}

}  // namespace sluice::local
