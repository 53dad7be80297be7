#include "local/wire/auth.hpp"

#include <gtest/gtest.h>

#include "local/support_request.hpp"

namespace sluice::local {
namespace {

using namespace std::chrono_literals;
using test::Sending;
using test::signed_request;

TEST(Hosts, AreLoopbackNamesOnly) {
  for (auto const* host : {"localhost", "localhost:4566", "LOCALHOST", "bucket.localhost:80",
                           "127.0.0.1", "127.9.8.7:1", "[::1]:4566", "[::1]", "localhost."})
    EXPECT_TRUE(check_origin({{"Host", host}})) << host;
  for (auto const* host :
       {"", "example.com", "localhost.example.com", "127.0.0.1.example.com", "evillocalhost",
        "128.0.0.1", "127.0.0.256", "[::2]", "0.0.0.0", "127.1", "192.168.0.1"})
    EXPECT_EQ(check_origin({{"Host", host}}).error().status, 403) << host;
}

TEST(Origins, AreRefusedWhateverTheySay) {
  for (auto const* origin : {"https://example.com", "null", "http://localhost:3000"})
    EXPECT_FALSE(check_origin({{"Host", "localhost"}, {"Origin", origin}})) << origin;
}

class Authentication : public testing::Test {
 protected:
  Outcome<Sender> ask(net::Incoming const& request) {
    auto const lookup = [&](std::string_view id) -> std::optional<AccessKey> {
      auto const* key = ring_.find(id);
      return key ? std::optional(*key) : std::nullopt;
    };
    return authenticate(request, lookup, now_);
  }
  void declare(std::string const& id) {
    auto key = parse_key(id + ":" + std::string(test::secret) + ":111111111111");
    ASSERT_TRUE(ring_.add(*key, now_));
  }

  KeyRing ring_;
  Time now_ = from_millis(1'767'323'045'000);
};

TEST_F(Authentication, AcceptsAnyUnknownKeyForTheDefaultAccount) {
  auto const sender = ask(signed_request({.service = "lambda", .secret = "whatever"}, now_));
  ASSERT_TRUE(sender);
  EXPECT_EQ(sender->principal.account, "000000000000");
  EXPECT_EQ(sender->region, "eu-west-1");
  EXPECT_EQ(sender->service, "lambda");
  EXPECT_FALSE(sender->chunks);
}

TEST_F(Authentication, VerifiesADeclaredKey) {
  declare("dev");
  auto const sender = ask(signed_request({.path = {"b", "k"}, .key = "dev"}, now_));
  ASSERT_TRUE(sender);
  EXPECT_EQ(sender->principal.account, "111111111111");
  auto const wrong = ask(signed_request({.path = {"b"}, .key = "dev", .secret = "other"}, now_));
  EXPECT_EQ(wrong.error().code, "SignatureDoesNotMatch");
  auto changed =
      signed_request({.method = "PUT", .path = {"b", "k"}, .body = "1", .key = "dev"}, now_);
  changed.body = "2";
  EXPECT_EQ(ask(changed).error().code, "XAmzContentSHA256Mismatch");
}

TEST_F(Authentication, RefusesADeclaredKeysOldRequest) {
  declare("dev");
  auto const lambda = signed_request({.service = "lambda", .key = "dev"}, now_);
  auto const s3 = signed_request({.key = "dev"}, now_);
  now_ += 15min;
  EXPECT_TRUE(ask(lambda));
  now_ += 1s;
  EXPECT_EQ(ask(lambda).error().code, "SignatureDoesNotMatch");
  EXPECT_EQ(ask(s3).error().code, "RequestTimeTooSkewed");
}

TEST_F(Authentication, WantsTheTokenOfATemporaryKeyUntilItExpires) {
  AccessKey key{"ASIATEST", std::string(test::secret), KeyRing::declared("222222222222"), "token",
                now_ + 1h};
  ASSERT_TRUE(ring_.add(key, now_));
  Sending sending{.service = "lambda", .key = "ASIATEST", .token = "token"};
  EXPECT_EQ(ask(signed_request(sending, now_))->principal.account, "222222222222");
  sending.token = "other";
  EXPECT_EQ(ask(signed_request(sending, now_)).error().code, "UnrecognizedClientException");
  sending.token = "token";
  now_ += 1h;
  EXPECT_EQ(ask(signed_request(sending, now_)).error().code, "ExpiredTokenException");
}

TEST_F(Authentication, RefusesATemporaryKeyItNeverGaveOut) {
  auto const sender =
      ask(signed_request({.service = "lambda", .key = "ASIAOLD", .token = "t"}, now_));
  ASSERT_FALSE(sender);
  EXPECT_EQ(sender.error().status, 403);
}

TEST_F(Authentication, RefusesUnsignedAndMalformedRequests) {
  net::Incoming plain{"GET", "/b/k", "", {{"Host", "localhost"}}, ""};
  EXPECT_EQ(ask(plain).error().code, "MissingAuthenticationToken");
  plain.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=nonsense");
  EXPECT_EQ(ask(plain).error().code, "IncompleteSignature");
}

TEST_F(Authentication, AcceptsPresignedUrlsUntilTheyExpire) {
  declare("dev");
  for (auto const* id : {"dev", "anybody"}) {
    auto const start = now_;
    auto const url = aws::presign({"GET", "localhost", {"b", "k"}, {}, {}, "UNSIGNED-PAYLOAD"},
                                  {now_, "eu-west-1", "s3"}, {id, test::secret, {}}, 60s);
    net::Incoming request{"GET", url.path, url.query, url.headers, ""};
    request.headers.set("Host", "localhost");
    auto const sender = ask(request);
    ASSERT_TRUE(sender) << sender.error().message;
    EXPECT_TRUE(sender->presigned);
    now_ += 60s;
    EXPECT_EQ(ask(request).error().message, "Request has expired");
    now_ = start;
  }
}

TEST_F(Authentication, AcceptsOldPresignedUrlsOfUndeclaredKeysOnly) {
  declare("dev");
  auto const url = [&](std::string const& id) {
    auto const expires = std::to_string(to_millis(now_) / 1000 + 60);
    return net::Incoming{"GET",
                         "/b/k",
                         "AWSAccessKeyId=" + id + "&Signature=x&Expires=" + expires,
                         {{"Host", "localhost"}},
                         ""};
  };
  auto const open = url("anybody");
  EXPECT_TRUE(ask(open));
  EXPECT_EQ(ask(url("dev")).error().code, "InvalidRequest");
  now_ += 60s;
  EXPECT_EQ(ask(open).error().message, "Request has expired");
}

}  // namespace
}  // namespace sluice::local
