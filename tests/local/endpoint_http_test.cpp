#include "local/endpoint_fixture.hpp"
#include "local/serving.hpp"
#include "net/client.hpp"

namespace sluice::local {
namespace {

/// The endpoint on a port of its own, with a folder, spoken to over HTTP.
class EndpointOverHttp : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-local-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    start();
  }
  void TearDown() override {
    endpoint_.reset();
    std::filesystem::remove_all(folder_);
  }
  void start() {
    EndpointSettings settings;
    settings.folder = folder_;
    auto opened = Endpoint::open(std::move(settings), system_clock(), system_random());
    ASSERT_TRUE(opened) << opened.error().text();
    endpoint_ = std::move(*opened);
    ASSERT_TRUE(endpoint_->start());
  }
  std::expected<net::Response, net::Failure> send(std::string const& method,
                                                  std::vector<std::string> path,
                                                  std::string body = {}) {
    auto const url = net::Url::parse(endpoint_->url());
    auto const wire = test::signed_request({.method = method,
                                            .path = std::move(path),
                                            .body = body,
                                            .host = url->authority(),
                                            .region = "us-east-1"},
                                           system_clock().now());
    auto headers = wire.headers;
    headers.erase("Host");
    net::Request const request{method, endpoint_->url() + wire.path, headers, body, {}};
    return client_->send(request, {}, {});
  }

  std::filesystem::path folder_;
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

TEST_F(EndpointOverHttp, KeepsObjectsAcrossARestart) {
  ASSERT_EQ(send("PUT", {"artifacts"})->status, 200);
  ASSERT_EQ(send("PUT", {"artifacts", "k"}, "bytes")->status, 200);
  endpoint_.reset();
  start();
  EXPECT_EQ(send("GET", {"artifacts", "k"})->body, "bytes");
  EXPECT_EQ(send("HEAD", {"artifacts", "k"})->headers.get("Content-Length"), "5");
}

TEST_F(EndpointOverHttp, CutsTheConnectionOfADroppedCall) {
  ASSERT_EQ(send("PUT", {"artifacts"})->status, 200);
  FaultRule rule;
  rule.call = "PutObject";
  rule.when = FaultRule::When::after_effect;
  ASSERT_TRUE(endpoint_->faults().add(rule));
  auto const lost = send("PUT", {"artifacts", "k"}, "bytes");
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().may_have_arrived);
  EXPECT_EQ(send("GET", {"artifacts", "k"})->body, "bytes");
}

TEST_F(EndpointOverHttp, LetsOneProcessUseAFolder) {
  EndpointSettings settings;
  settings.folder = folder_;
  auto const second = Endpoint::open(std::move(settings), system_clock(), system_random());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_TRUE(second.error().message.contains(endpoint_->url())) << second.error().text();
}

TEST_F(EndpointOverHttp, SaysInItsFolderWhereItListensWhileItDoes) {
  auto const serving = read_serving(folder_);
  ASSERT_TRUE(serving);
  EXPECT_EQ(serving->url, endpoint_->url());
  EXPECT_EQ(serving->pid, ::getpid());
  endpoint_.reset();
  EXPECT_FALSE(read_serving(folder_));
}

TEST_F(EndpointOverHttp, RefusesAStateItCannotRead) {
  ASSERT_EQ(send("PUT", {"artifacts"})->status, 200);
  endpoint_.reset();
  std::filesystem::resize_file(folder_ / "state.json", 5);
  EndpointSettings settings;
  settings.folder = folder_;
  auto const opened = Endpoint::open(std::move(settings), system_clock(), system_random());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().message.contains("state.json")) << opened.error().text();
}

}  // namespace
}  // namespace sluice::local
