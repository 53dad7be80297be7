#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "net/client.hpp"
#include "net/identity.hpp"
#include "net/raw_socket.hpp"
#include "net/server.hpp"
#include "support/folder.hpp"

namespace sluice::net {
namespace {

class TlsServerTest : public testing::Test {
 protected:
  std::string file(std::string const& name) const { return (folder_.path() / name).string(); }

  std::unique_ptr<Server> serve(Identity const& identity, int socket = -1) {
    identity.write(file("cert.pem"), file("key.pem"));
    auto loaded = load_identity(file("cert.pem"), file("key.pem"));
    EXPECT_TRUE(loaded) << loaded.error().text();
    ServerOptions options;
    options.tls = std::move(*loaded);
    options.listening_socket = socket;
    auto server = listen(std::move(options), [this](Incoming const& in) {
      Response response;
      if (in.path == "/feed")
        response.feed = [this](std::shared_ptr<Feed> feed) { feed_.set_value(std::move(feed)); };
      response.body = in.body.empty() ? "hello" : in.body;
      return response;
    });
    EXPECT_TRUE(server) << server.error().text();
    return std::move(*server);
  }

  std::expected<Response, Failure> send(Server const& server, std::string const& path,
                                        std::string body = {}, SendOptions const& options = {}) {
    Request request;
    request.method = body.empty() ? "GET" : "POST";
    request.url = "https://127.0.0.1:" + std::to_string(server.port()) + path;
    request.body = std::move(body);
    return make_client({.ca_file = file("cert.pem"), .use_proxies = false})
        ->send(request, options, {});
  }

  test::TemporaryFolder folder_;
  std::promise<std::shared_ptr<Feed>> feed_;
};

TEST_F(TlsServerTest, SpeaksTlsAndNothingElse) {
  auto server = serve(Identity());
  auto response = send(*server, "/");
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->body, "hello");
  RawSocket plain(server->port());
  plain.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(plain.read_all().contains("hello"));
}

TEST_F(TlsServerTest, TakesAndGivesLargeBodies) {
  auto server = serve(Identity());
  std::string const body(900'000, 'x');
  auto response = send(*server, "/", body);
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->body, body);
}

TEST_F(TlsServerTest, FeedsGoOverItToo) {
  auto server = serve(Identity());
  std::jthread pusher([&] {
    auto feed = feed_.get_future().get();
    for (int i = 0; i < 100; ++i) feed->push("piece " + std::to_string(i) + "\n");
    feed->close();
  });
  auto response = send(*server, "/feed");
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_TRUE(response->body.starts_with("hello"));
  EXPECT_TRUE(response->body.ends_with("piece 99\n"));
}

TEST_F(TlsServerTest, OldVersionsAreRefused) {
  auto server = serve(Identity());
  for (int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    RawSocket socket(server->port());
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), socket.fd());
    EXPECT_EQ(SSL_connect(tls.get()) == 1, version >= TLS1_2_VERSION) << version;
  }
}

TEST_F(TlsServerTest, AnotherServerGoesOnWithTheSocketAndItsOwnCertificate) {
  auto first = serve(Identity());
  ASSERT_TRUE(send(*first, "/"));
  int const socket = first->duplicate_socket();
  ASSERT_GE(socket, 0);
  auto second = serve(Identity(), socket);
  EXPECT_EQ(second->port(), first->port());
  first->stop();
  auto response = send(*second, "/");
  EXPECT_TRUE(response) << response.error().error.text();
}

TEST_F(TlsServerTest, FilesThatCannotServeAreNamed) {
  Identity().write(file("cert.pem"), file("key.pem"));
  Identity().write(file("other.pem"), file("other-key.pem"));
  Identity(-60).write(file("old.pem"), file("old-key.pem"));
  std::ofstream(file("text")) << "no PEM";
  struct Case {
    std::string certificate, key, message;
  };
  for (auto const& [certificate, key, message] :
       {Case{"nowhere", "key.pem", "cannot be read"}, Case{"cert.pem", "nowhere", "cannot be read"},
        Case{"text", "key.pem", "holds no certificate"},
        Case{"cert.pem", "text", "holds no private key"},
        Case{"cert.pem", "other-key.pem", "is not the key"},
        Case{"old.pem", "old-key.pem", "has expired"}}) {
    auto loaded = load_identity(file(certificate), file(key));
    ASSERT_FALSE(loaded) << message;
    EXPECT_EQ(loaded.error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(loaded.error().message.contains(message)) << loaded.error().message;
  }
}

}  // namespace
}  // namespace sluice::net
