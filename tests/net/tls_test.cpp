#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>

#include "net/client.hpp"
#include "net/raw_socket.hpp"

namespace sluice::net {
namespace {

/// A certificate for 127.0.0.1 that signs itself, and its key.
struct Identity {
  Identity() : key(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate(X509_new(), X509_free) {
    X509* x = certificate.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key.get());
    X509_NAME* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>("test"), -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_EXTENSION* place =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x, place, -1);
    X509_EXTENSION_free(place);
    X509_sign(x, key.get(), EVP_sha256());
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key;
  std::unique_ptr<X509, decltype(&X509_free)> certificate;
};

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
