#include "net/server.hpp"
#include "server/api_stage.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

/// The API behind a real listener, where uploads come over the wire.
class PackagesTest : public ApiStage {
 protected:
  void SetUp() override {
    packages_ = store::open_packages(folder_.path() / "packages");
    restart();
    net::ServerOptions options;
    options.unix_socket = (folder_.path() / "socket").string();
    options.max_body = 1 << 20;
    options.uploads = process_->api.uploads(folder_.path() / "packages");
    auto listening = net::listen(
        options, [this](net::Incoming const& request) { return process_->api.handle(request); });
    ASSERT_TRUE(listening) << listening.error().text();
    server_ = std::move(*listening);
  }

  net::Response call(std::string method, std::string const& name, std::string body = {},
                     std::string role = "operator") {
    net::Request request;
    request.method = std::move(method);
    request.url = "http://sluice.test/api/v1/packages/" + name;
    request.headers = {{"Authorization", "Bearer ada/" + role}};
    request.body = std::move(body);
    net::SendOptions options;
    options.unix_socket = (folder_.path() / "socket").string();
    auto response = client_->send(request, options, {});
    EXPECT_TRUE(response) << response.error().error.text();
    if (response) expect_documented(request.method, "/api/v1/packages/" + name, *response);
    return response ? *response : net::Response{};
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

/// Over what is held in memory of other requests; not compressible.
std::string large_zip() {
  std::string noise;
  SeededRandom random(1);
  while (noise.size() < (3u << 20)) noise += hex(sha256(std::to_string(random.next())));
  return test::make_zip({{"app.py", "x = 1"}, {"noise.txt", noise}});
}

TEST_F(PackagesTest, APackageIsSentOnce) {
  std::string zip = large_zip();
  ASSERT_GT(zip.size(), 1u << 20);
  std::string name = hex(sha256(zip));
  EXPECT_EQ(call("HEAD", name).status, 404);
  auto sent = call("PUT", name, zip);
  EXPECT_EQ(sent.status, 201) << sent.body;
  EXPECT_EQ(member(sent, "sha256"), base64(sha256(zip)));
  auto again = call("PUT", name, zip);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(call("HEAD", name).status, 200);
  EXPECT_EQ(call("HEAD", net::percent_encode(base64(sha256(zip)))).status, 200);
  auto stored = packages_->open(base64(sha256(zip)));
  ASSERT_TRUE(stored) << stored.error().text();
  EXPECT_EQ((*stored)->size(), zip.size());
  EXPECT_EQ(call("GET", name).status, 405);
}

TEST_F(PackagesTest, OnlyWhatItsNameSaysIsKept) {
  std::string zip = test::make_zip({{"app.py", "x = 1"}});
  auto other = call("PUT", hex(sha256("other")), zip);
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, HasSubstr("another hash"));
  EXPECT_FALSE(packages_->open(base64(sha256(zip))));
  auto text = call("PUT", hex(sha256("no zip")), "no zip");
  EXPECT_EQ(text.status, 422);
  EXPECT_THAT(text.body, HasSubstr("the package"));
  EXPECT_FALSE(packages_->open(base64(sha256("no zip"))));
  EXPECT_EQ(call("PUT", "abc", zip).status, 400);
}

TEST_F(PackagesTest, WhoMayNotSendIsToldBeforeTheBody) {
  std::string zip = large_zip();
  EXPECT_EQ(call("PUT", hex(sha256(zip)), zip, "viewer").status, 403);
  access_.revoked = true;
  EXPECT_EQ(call("PUT", hex(sha256(zip)), zip).status, 401);
}

}  // namespace
}  // namespace sluice::server
