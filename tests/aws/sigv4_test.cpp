#include "aws/sigv4.hpp"

#include <gtest/gtest.h>

#include "aws/sigv4_verify.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr SigningKeys keys{"AKIAIOSFODNN7EXAMPLE", secret, ""};

SigningScope scope_for(std::string service) {
  return {parse_rfc3339("2026-01-02T03:04:05Z").value(), "eu-west-1", std::move(service)};
}

Unsigned lambda_request() {
  Unsigned request;
  request.authority = "lambda.eu-west-1.amazonaws.com";
  request.path = {"2015-03-31", "functions",
                  "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"};
  request.payload_hash = hex(sha256(""));
  return request;
}

Unsigned s3_request() {
  Unsigned request;
  request.authority = "artifacts.s3.eu-west-1.amazonaws.com";
  request.path = {"app", "build 7+a%b.zip"};
  request.query = {{"versionId", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"}};
  request.payload_hash = unsigned_payload;
  return request;
}

struct OnTheWire {
  Signed sent;
  net::Headers headers;
  std::string body_hash;
  SignedRequest request(std::string_view method) const {
    return {method, sent.path, sent.query, headers, body_hash};
  }
};

OnTheWire wire(Unsigned const& request, Signed sent, std::string body_hash) {
  net::Headers headers = sent.headers;
  headers.set("Host", request.authority);
  return {std::move(sent), std::move(headers), std::move(body_hash)};
}

TEST(SigV4, AnArnInTheLambdaPathIsEscapedTwice) {
  Signed out = sign(lambda_request(), scope_for("lambda"), keys);
  EXPECT_EQ(out.path,
            "/2015-03-31/functions/"
            "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders%3Alive");
  EXPECT_EQ(out.signature, "564c5e9fec22ee0e62e29ae6a1743d762c25842a3ed2cab2e70b47d6354499fd");
  EXPECT_EQ(out.headers.get("authorization"),
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20260102/eu-west-1/lambda/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=" +
                out.signature);
}

TEST(SigV4, AFormForSts) {
  Unsigned request;
  request.method = "POST";
  request.authority = "sts.eu-west-1.amazonaws.com";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.payload_hash = hex(sha256("Action=GetCallerIdentity&Version=2011-06-15"));
  Signed out = sign(request, scope_for("sts"), keys);
  EXPECT_EQ(out.path, "/");
  EXPECT_EQ(out.signature, "2e875e83166e69aad9270369213b77602b6bae8cbccf873e2be48aed66792282");
}

TEST(SigV4, AnS3KeyIsEscapedOnceAndItsPayloadMayBeUnsigned) {
  Signed out = sign(s3_request(), scope_for("s3"), keys);
  EXPECT_EQ(out.path, "/app/build%207%2Ba%25b.zip");
  EXPECT_EQ(out.query, "versionId=3%2FL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY");
  EXPECT_EQ(out.headers.get("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
  EXPECT_EQ(out.signature, "d62fd8a136684eec743c6b96691676247be3f59a49de28f4ba6825d8a1852cf1");
}

TEST(SigV4, HeadersThatChangeOnTheWayAreNotSigned) {
  Unsigned request = lambda_request();
  request.headers = {{"User-Agent", "a"},
                     {"Expect", ""},
                     {"X-Amzn-Trace-Id", "Root=1"},
                     {"Connection", "close"},
                     {"Transfer-Encoding", "chunked"}};
  EXPECT_EQ(sign(request, scope_for("lambda"), keys).signature,
            "564c5e9fec22ee0e62e29ae6a1743d762c25842a3ed2cab2e70b47d6354499fd");
}

TEST(SigV4, QueryIsSortedByItsEscapedForm) {
  EXPECT_EQ(canonical_query({{"b", "2"}, {"a", "z"}, {"a", ""}, {"A", "1"}, {"ä", "&"}}),
            "%C3%A4=%26&A=1&a=&a=z&b=2");
}

TEST(SigV4, PathsKeepTheirSlashes) {
  Unsigned request = lambda_request();
  request.path = {"2015-03-31", "functions", ""};
  EXPECT_EQ(sign(request, scope_for("lambda"), keys).path, "/2015-03-31/functions/");
  request.path = {"a", "", "b"};
  EXPECT_EQ(sign(request, scope_for("s3"), keys).path, "/a//b");
}

TEST(SigV4Verify, WhatWasSignedIsAccepted) {
  Unsigned request = lambda_request();
  request.method = "PUT";
  request.query = {{"Qualifier", "$LATEST"}, {"empty", ""}};
  request.headers = {{"X-Amz-Target", "  two   blanks "}};
  SigningKeys session{keys.access_key_id, secret, "a session/token=="};
  OnTheWire sent = wire(request, sign(request, scope_for("lambda"), session), request.payload_hash);
  auto claim = read_claim(sent.request("PUT"));
  ASSERT_TRUE(claim) << claim.error().text();
  EXPECT_EQ(claim->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(claim->region, "eu-west-1");
  EXPECT_EQ(claim->service, "lambda");
  EXPECT_EQ(claim->session_token, "a session/token==");
  EXPECT_EQ(claim->time, scope_for("").time);
  EXPECT_FALSE(claim->presigned());
  EXPECT_TRUE(signature_matches(*claim, sent.request("PUT"), secret));
  EXPECT_FALSE(signature_matches(*claim, sent.request("POST"), secret));
  EXPECT_FALSE(signature_matches(*claim, sent.request("PUT"), "another secret"));
  sent.headers.set("X-Amz-Security-Token", "other");
  EXPECT_FALSE(signature_matches(*claim, sent.request("PUT"), secret));
}

TEST(SigV4Verify, AChangedBodyBreaksTheSignatureOrDiffers) {
  Unsigned request = lambda_request();
  OnTheWire sent = wire(request, sign(request, scope_for("lambda"), keys), hex(sha256("other")));
  auto claim = read_claim(sent.request("GET"));
  ASSERT_TRUE(claim);
  EXPECT_FALSE(signature_matches(*claim, sent.request("GET"), secret));

  Unsigned put = s3_request();
  put.payload_hash = hex(sha256("mine"));
  OnTheWire s3 = wire(put, sign(put, scope_for("s3"), keys), hex(sha256("other")));
  claim = read_claim(s3.request("GET"));
  ASSERT_TRUE(claim);
  EXPECT_TRUE(signature_matches(*claim, s3.request("GET"), secret));
  EXPECT_TRUE(payload_differs(*claim, s3.body_hash));
  EXPECT_FALSE(payload_differs(*claim, hex(sha256("mine"))));
}

TEST(SigV4Verify, APresignedUrlIsAccepted) {
  SigningKeys session{keys.access_key_id, secret, "token"};
  Signed out = presign(s3_request(), scope_for("s3"), session, std::chrono::seconds(600));
  OnTheWire sent = wire(s3_request(), out, hex(sha256("")));
  EXPECT_TRUE(is_signed(sent.request("GET")));
  auto claim = read_claim(sent.request("GET"));
  ASSERT_TRUE(claim) << claim.error().text();
  EXPECT_EQ(claim->lifetime, std::chrono::seconds(600));
  EXPECT_EQ(claim->session_token, "token");
  EXPECT_TRUE(signature_matches(*claim, sent.request("GET"), secret));
  sent.sent.query = replace_all(sent.sent.query, "X-Amz-Expires=600", "X-Amz-Expires=601");
  claim = read_claim(sent.request("GET"));
  ASSERT_TRUE(claim);
  EXPECT_FALSE(signature_matches(*claim, sent.request("GET"), secret));
}

TEST(SigV4Verify, MalformedClaimsAreRefused) {
  std::string good =
      "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/lambda/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=ab";
  struct Case {
    std::string what, authorization, date;
  };
  Case cases[] = {
      {"another algorithm", "Basic YTpi", "20260102T030405Z"},
      {"no scope", replace_all(good, "AKID/20260102/eu-west-1/", ""), "20260102T030405Z"},
      {"Host left out", replace_all(good, "host;", ""), "20260102T030405Z"},
      {"no signature", replace_all(good, "Signature=ab", "Signature="), "20260102T030405Z"},
      {"dates differ", good, "20260103T030405Z"},
      {"no date", good, ""},
      {"a date of letters", good, "20260102Txx0405Z"},
  };
  for (Case const& each : cases) {
    net::Headers headers{
        {"Host", "h"}, {"X-Amz-Date", each.date}, {"Authorization", each.authorization}};
    EXPECT_FALSE(read_claim({"GET", "/", "", headers, ""})) << each.what;
  }
  net::Headers headers{{"Host", "h"}, {"X-Amz-Date", "20260102T030405Z"}, {"Authorization", good}};
  EXPECT_TRUE(read_claim({"GET", "/", "", headers, ""}));
  net::Headers none{{"Host", "h"}};
  EXPECT_FALSE(is_signed({"GET", "/", "a=b", none, ""}));
}

// AWS's published example of a chunked upload.
TEST(SigV4Verify, ChunksOfAPublishedUpload) {
  net::Headers headers{
      {"Host", "s3.amazonaws.com"},
      {"x-amz-date", "20130524T000000Z"},
      {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
      {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
      {"Content-Encoding", "aws-chunked"},
      {"x-amz-decoded-content-length", "66560"},
      {"Content-Length", "66824"},
      {"Authorization",
       "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
       "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
       "x-amz-decoded-content-length;x-amz-storage-class, Signature="
       "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"}};
  SignedRequest request{"PUT", "/examplebucket/chunkObject.txt", "", headers, ""};
  auto claim = read_claim(request);
  ASSERT_TRUE(claim);
  EXPECT_TRUE(signature_matches(*claim, request, secret));

  std::string key = signing_key(secret, claim->date, claim->region, claim->service);
  std::string scope = scope_text(claim->date, claim->region, claim->service);
  std::string previous = claim->signature;
  std::pair<std::size_t, std::string> chunks[] = {
      {65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"},
      {1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"},
      {0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"}};
  for (auto const& [size, expected] : chunks) {
    previous = chunk_signature(key, claim->time_text, scope, previous, std::string(size, 'a'));
    EXPECT_EQ(previous, expected) << size;
  }
}

}  // namespace
}  // namespace sluice::aws
