#pragma once

#include <string>

#include "aws/sigv4.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "net/server.hpp"

namespace sluice::local::test {

inline constexpr std::string_view secret = "s3cr3t";

/// A request as a client with that key sends it, signed for that service in eu-west-1.
struct Sending {
  std::string method = "GET";
  std::vector<std::string> path;
  net::Pairs query;
  std::string body;
  net::Headers headers;
  std::string service = "s3";
  std::string key = "anybody";
  std::string token;
  std::string secret{test::secret};
  std::string host = "localhost:4566";
  std::string region = "eu-west-1";
};

inline net::Incoming signed_request(Sending const& sending, Time now) {
  auto const hash = sending.headers.get("x-amz-content-sha256");
  aws::Unsigned const plain{sending.method,  sending.host,
                            sending.path,    sending.query,
                            sending.headers, hash.empty() ? hex(sha256(sending.body)) : hash};
  auto const made = aws::sign(plain, {now, sending.region, sending.service},
                              {sending.key, sending.secret, sending.token});
  net::Incoming request{sending.method, made.path, made.query, made.headers,
                        sending.body,   {},        "test"};
  request.headers.set("Host", sending.host);
  return request;
}

/// A clock that stands still until it is moved.
class TestClock final : public Clock {
 public:
  Time now() override { return time; }
  Duration monotonic() override { return time.time_since_epoch(); }
  void sleep(Duration duration, std::stop_token) override {
    slept += duration;
    time += duration;
  }

  Time time = from_millis(1'767'323'045'000);  // 2026-01-02T03:04:05Z
  Duration slept{};
};

}  // namespace sluice::local::test
