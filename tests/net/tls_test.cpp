#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <memory>

#include "net/client.hpp"
#include "net/identity.hpp"
#include "net/raw_socket.hpp"

namespace sluice::net {
namespace {

/// Answers every https request 200.
class TlsServer {
 public:
  TlsServer() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    SSL_CTX_use_certificate(context_.get(), identity_.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity_.key.get());
    char name[] = "/tmp/sluice-ca-XXXXXX";
    FILE* file = fdopen(mkstemp(name), "w");
    PEM_write_X509(file, identity_.certificate.get());
    fclose(file);
    file_ = name;
    server_ = std::make_unique<RawServer>([this](RawSocket peer) { serve(peer); });
  }
  ~TlsServer() {
    server_.reset();
    unlink(file_.c_str());
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(server_->port()) + "/"; }
  std::string const& certificate_file() const { return file_; }

 private:
  void serve(RawSocket const& peer) {
    static constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), peer.fd());
    char buffer[4096];
    if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), buffer, sizeof buffer) <= 0) return;
    SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
  }

  Identity identity_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::string file_;
  std::unique_ptr<RawServer> server_;
};

std::expected<Response, Failure> post(std::string url, ClientOptions options) {
  Request request;
  request.method = "POST";
  request.url = std::move(url);
  options.use_proxies = false;
  return make_client(std::move(options))->send(request, {}, {});
}

TEST(Tls, ACertificateNobodyVouchesForIsRefusedBeforeAnythingIsSent) {
  TlsServer server;
  auto response = post(server.url(), {});
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_have_arrived);
  EXPECT_TRUE(response.error().error.message.starts_with("the TLS certificate of 127.0.0.1:"));
  EXPECT_TRUE(response.error().error.hint.contains("AWS_CA_BUNDLE"));
}

TEST(Tls, ACertificateFileIsTrusted) {
  TlsServer server;
  auto response = post(server.url(), {.ca_file = server.certificate_file()});
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->status, 200);
}

TEST(Tls, CheckingCanBeSwitchedOff) {
  TlsServer server;
  EXPECT_TRUE(post(server.url(), {.verify_tls = false}));
}

TEST(Tls, AMissingCertificateFileIsNamed) {
  TlsServer server;
  auto response = post(server.url(), {.ca_file = "/nowhere/ca.pem"});
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_have_arrived);
  EXPECT_EQ(response.error().error.code, ErrorCode::invalid_input);
  EXPECT_TRUE(response.error().error.message.contains("/nowhere/ca.pem"));
}

TEST(Tls, APortThatSpeaksPlainHttpIsNoTls) {
  RawServer server([](RawSocket peer) { peer.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  auto response = post("https://127.0.0.1:" + std::to_string(server.port()) + "/", {});
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_have_arrived);
  EXPECT_EQ(response.error().error.hint, "check that this port speaks https");
}

}  // namespace
}  // namespace sluice::net
