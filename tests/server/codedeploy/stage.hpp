#pragma once

#include <gmock/gmock.h>

#include "aws/sigv4.hpp"
#include "base/hash.hpp"
#include "server/codedeploy/face.hpp"
#include "server/set_clock.hpp"
#include "store/memory.hpp"
#include "support/folder.hpp"

namespace sluice::server::codedeploy {

/// What clients say to sign with; tests change a part of it.
struct Signing {
  std::string key = "AKIDEXAMPLE00001";
  std::string secret = "secret-of-the-maintainer";
  std::string region = "eu-west-1";
  std::string service = "codedeploy";
  std::string session_token = {};
  Duration clock_ahead{};  ///< of the client's clock
};

/// The face on a store in memory, whose clock stands still.
class FaceStage : public testing::Test {
 protected:
  struct Process {
    explicit Process(FaceStage& stage)
        : store(store::open_memory(stage.memory_, stage.clock_)),
          tokens(with_store(), stage.clock_, stage.random_,
                 {.pepper_file = stage.folder_.path() / "pepper"}),
          secrets(with_store(), stage.clock_, stage.random_,
                  {.key_file = stage.folder_.path() / "key"}),
          failures(stage.clock_),
          keys(tokens, secrets, stage.random_, declared()),
          registry(with_store(), stage.clock_, stage.random_),
          signatures(keys, failures, stage.clock_),
          face(registry, signatures, stage.clock_, stage.options_) {}

    Registry::WithStore with_store() {
      return [this](std::function<void(store::Store&)> const& use) { use(*store); };
    }
    static std::vector<DeclaredKey> declared() {
      return {
          {"AKIDEXAMPLE00001", Secret("secret-of-the-maintainer"), {"mary", {Role::maintainer}}},
          {"AKIDEXAMPLE00002", Secret("secret-of-the-operator00"), {"olga", {Role::operator_}}},
          {"AKIDEXAMPLE00003", Secret("secret-of-the-viewer0000"), {"vera", {Role::viewer}}}};
    }

    std::unique_ptr<store::Store> store;
    Tokens tokens;
    Secrets secrets;
    Failures failures;
    AccessKeys keys;
    Registry registry;
    Signatures signatures;
    Face face;
  };

  Process& process() {
    if (!process_) process_ = std::make_unique<Process>(*this);
    return *process_;
  }
  void restart() { process_.reset(); }

  net::Incoming signed_request(std::string const& operation, std::string const& body,
                               Signing const& signing = {}) {
    aws::Unsigned request;
    request.method = "POST";
    request.authority = "sluice.test";
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                       {"X-Amz-Target", "CodeDeploy_20141006." + operation}};
    request.payload_hash = hex(sha256(body));
    auto out =
        aws::sign(request, {clock_.now() + signing.clock_ahead, signing.region, signing.service},
                  {signing.key, signing.secret, signing.session_token});
    net::Incoming incoming;
    incoming.method = "POST";
    incoming.path = "/";
    incoming.headers = out.headers;
    incoming.headers.set("Host", "sluice.test");
    incoming.body = body;
    incoming.peer = "192.0.2.7";
    return incoming;
  }

  net::Response send(std::string const& operation, std::string const& body,
                     Signing const& signing = {}) {
    return process().face.answer(signed_request(operation, body, signing));
  }

  /// The answer of what has to succeed.
  json::Value ask(std::string const& operation, std::string const& body,
                  Signing const& signing = {}) {
    auto response = send(operation, body, signing);
    EXPECT_EQ(response.status, 200) << operation << " " << body << ": " << response.body;
    EXPECT_EQ(response.headers.get("Content-Type"), "application/x-amz-json-1.1");
    EXPECT_EQ(response.headers.get("x-amzn-RequestId").size(), 36u);
    if (response.body.empty()) return {};
    return json::parse(response.body).value_or(json::Value());
  }

  /// "Type: message" of a refusal; the answer where it is none.
  std::string refusal(std::string const& operation, std::string const& body,
                      Signing const& signing = {}) {
    return told(send(operation, body, signing));
  }
  static std::string told(net::Response const& response) {
    if (response.status == 200) return "200 " + response.body;
    auto body = json::parse(response.body).value_or(json::Value());
    EXPECT_EQ(response.headers.get("x-amzn-ErrorType"), body["__type"].as_string());
    std::string const status = response.status == 400 ? "" : std::to_string(response.status) + " ";
    return status + body["__type"].as_string() + ": " + body["message"].as_string();
  }

  /// A row of a golden table: what is asked, and what it is told.
  struct Row {
    std::string operation, body, told;
  };
  void expect_rows(std::vector<Row> const& rows) {
    for (auto const& row : rows)
      EXPECT_EQ(refusal(row.operation, row.body), row.told) << row.operation << " " << row.body;
  }

  void create_application(std::string const& name = "shop") {
    ask("CreateApplication", R"({"applicationName":")" + name + R"(","computePlatform":"Lambda"})");
  }
  /// `more` begins with a comma where there is any.
  void create_group(std::string const& name = "live", std::string const& more = {},
                    std::string const& application = "shop") {
    ask("CreateDeploymentGroup", group_body(name, more, application));
  }
  static std::string group_body(std::string const& name, std::string const& more = {},
                                std::string const& application = "shop") {
    return R"({"applicationName":")" + application + R"(","deploymentGroupName":")" + name +
           R"(","serviceRoleArn":"arn:aws:iam::123456789012:role/deploy","deploymentStyle":)"
           R"({"deploymentType":"BLUE_GREEN","deploymentOption":"WITH_TRAFFIC_CONTROL"})" +
           more + "}";
  }
  json::Value group(std::string const& name = "live") {
    return ask("GetDeploymentGroup", R"({"applicationName":"shop","deploymentGroupName":")" + name +
                                         R"("})")["deploymentGroupInfo"];
  }

  SetClock clock_;
  SeededRandom random_{11};
  test::TemporaryFolder folder_;
  Options options_;
  std::shared_ptr<store::Memory> memory_ = store::make_memory();

 private:
  std::unique_ptr<Process> process_;
};

}  // namespace sluice::server::codedeploy
