#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "local/endpoint.hpp"
#include "local/support_request.hpp"

namespace sluice::local::test {

/// Answers the payload; fails where it holds "fail".
class EchoRunner final : public Runner {
 public:
  Result<InvocationResult> invoke(CodeUnit const& unit, Invocation const& invocation) override {
    InvocationResult result;
    result.payload = invocation.payload;
    if (invocation.payload.contains("fail")) result.function_error = "Unhandled";
    result.log = "START " + unit.version + "\n";
    result.duration = std::chrono::milliseconds(5);
    result.duration_ms = 5;
    return result;
  }
  void retire(std::string_view) override {}
  void close() override {}
  std::size_t processes() const override { return 0; }
};

/// An endpoint in memory that is driven without sockets.
class EndpointTest : public testing::Test {
 protected:
  void open(EndpointSettings settings = {}) {
    settings.runner = [](RunnerOptions, Clock&) -> Result<std::unique_ptr<Runner>> {
      return std::make_unique<EchoRunner>();
    };
    settings.lambda.settle_delay = Duration::zero();
    auto opened = Endpoint::open(std::move(settings), clock_, random_);
    ASSERT_TRUE(opened) << opened.error().text();
    endpoint_ = std::move(*opened);
    ASSERT_TRUE(endpoint_->start_runner());
  }
  void SetUp() override { open(); }

  net::Response send(Sending const& sending) {
    return endpoint_->handle(signed_request(sending, clock_.now()));
  }
  net::Response lambda(std::string method, std::vector<std::string> path, std::string body = {},
                       net::Headers headers = {}) {
    path.insert(path.begin(), "2015-03-31");
    return send({.method = std::move(method),
                 .path = std::move(path),
                 .body = std::move(body),
                 .headers = std::move(headers),
                 .service = "lambda"});
  }
  net::Response put(std::string const& key, std::string const& body, net::Headers headers = {}) {
    return send(
        {.method = "PUT", .path = {"artifacts", key}, .body = body, .headers = std::move(headers)});
  }
  net::Response get(std::string const& key, net::Headers headers = {}) {
    return send({.path = {"artifacts", key}, .headers = std::move(headers)});
  }
  void make_bucket() {
    auto const made = send({.method = "PUT",
                            .path = {"artifacts"},
                            .body = "<CreateBucketConfiguration><LocationConstraint>eu-west-1"
                                    "</LocationConstraint></CreateBucketConfiguration>"});
    ASSERT_EQ(made.status, 200) << made.body;
  }
  /// The smallest archive: a file `a` without content.
  static std::string zip() {
    return *decode_base64(
        "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAYVBLAQIUAxQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAAAAAAA"
        "AA"
        "AACAAQAAAABhUEsFBgAAAAABAAEALwAAAB8AAAAAAA==");
  }
  void make_function() {
    json::Value const request{
        {"FunctionName", "orders"}, {"Runtime", "python3.12"},
        {"Handler", "app.handler"}, {"Role", "arn:aws:iam::000000000000:role/orders"},
        {"Publish", true},          {"Code", json::Value{{"ZipFile", base64(zip())}}}};
    auto const made = lambda("POST", {"functions"}, request.dump());
    ASSERT_EQ(made.status, 201) << made.body;
  }
  net::Response invoke(std::string const& payload, net::Headers headers = {}) {
    return lambda("POST", {"functions", "orders", "invocations"}, payload, std::move(headers));
  }
  net::Response admin(std::string method, std::string path, std::string body = {}) {
    net::Incoming request{std::move(method),
                          "/_sluice/" + path,
                          "",
                          {{"Host", "localhost"}, {"X-Sluice-Local", "1"}},
                          std::move(body)};
    if (auto const mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    return endpoint_->handle(request);
  }
  json::Value calls() { return (*json::parse(admin("GET", "calls").body))["calls"]; }

  TestClock clock_;
  SeededRandom random_{11};
  std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace sluice::local::test
