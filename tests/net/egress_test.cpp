#include "net/egress.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "net/raw_socket.hpp"
#include "net/requests.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

bool allows(EgressRules const& rules, std::string const& text) {
  sockaddr_storage storage{};
  if (text.contains(':')) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
    std::memcpy(&storage, &six, sizeof six);
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &four.sin_addr), 1) << text;
    std::memcpy(&storage, &four, sizeof four);
  }
  sockaddr address{};
  std::memcpy(&address, &storage, sizeof address);
  return text.contains(':') ? rules.allows(reinterpret_cast<sockaddr const&>(storage))
                            : rules.allows(address);
}

TEST(Egress, AllowsPublicAddresses) {
  for (auto text :
       {"1.1.1.1", "8.8.8.8", "52.94.236.248", "172.15.255.255", "172.32.0.1", "100.63.255.255",
        "100.128.0.1", "192.167.255.255", "223.255.255.255", "2606:4700::1111", "2a05:d018::1",
        "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"})
    EXPECT_TRUE(allows({}, text)) << text;
}

TEST(Egress, RefusesAddressesInside) {
  for (auto text : {"0.0.0.0",
                    "0.1.2.3",
                    "10.0.0.1",
                    "10.255.255.255",
                    "100.64.0.1",
                    "100.100.100.200",
                    "127.0.0.1",
                    "127.255.255.254",
                    "169.254.169.254",
                    "169.254.170.2",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.0.0.1",
                    "192.168.0.1",
                    "198.18.0.1",
                    "198.19.255.255",
                    "224.0.0.1",
                    "239.255.255.255",
                    "240.0.0.1",
                    "255.255.255.255",
                    "::",
                    "::1",
                    "::127.0.0.1",
                    "::ffff:127.0.0.1",
                    "::ffff:169.254.169.254",
                    "::ffff:10.0.0.1",
                    "64:ff9b::7f00:1",
                    "64:ff9b::a9fe:a9fe",
                    "64:ff9b:1::1",
                    "2002:7f00:1::1",
                    "2002:a00:1::",
                    "fc00::1",
                    "fd00:ec2::254",
                    "fe80::1",
                    "fec0::1",
                    "ff02::1",
                    "2001:db8::1",
                    "100::1",
                    "2001:0:0:0:0:0:80ff:fffe"})
    EXPECT_FALSE(allows({}, text)) << text;
}

TEST(Egress, AllowsWhatTheOperatorNames) {
  EgressRules rules;
  ASSERT_TRUE(rules.allow("10.20.0.0/16"));
  ASSERT_TRUE(rules.allow(" 192.168.7.5 "));
  ASSERT_TRUE(rules.allow("fd00:1::/32"));
  EXPECT_TRUE(allows(rules, "10.20.255.1"));
  EXPECT_FALSE(allows(rules, "10.21.0.1"));
  EXPECT_TRUE(allows(rules, "192.168.7.5"));
  EXPECT_FALSE(allows(rules, "192.168.7.6"));
  EXPECT_TRUE(allows(rules, "fd00:1::9"));
  EXPECT_FALSE(allows(rules, "fd00:2::9"));
}

TEST(Egress, RefusesRangesItCannotRead) {
  EgressRules rules;
  for (auto text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0", "example.com",
                    "fd00::/129", "10.0.0.0/8x", "::/"})
    EXPECT_FALSE(rules.allow(text)) << text;
}

TEST(Egress, ConnectsToNothingInsideHoweverItIsWritten) {
  RawServer server([](RawSocket peer) { peer.read_until("\r\n\r\n"); });
  auto open = make_client({.use_proxies = false});
  auto guarded = under_rules(*open, {});
  std::string port = std::to_string(server.port());
  for (std::string host : {"127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433",
                           "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "localhost."}) {
    auto answer = guarded->send(request_of("GET", "http://" + host + ":" + port + "/"), {}, {});
    ASSERT_FALSE(answer) << host;
    EXPECT_FALSE(answer.error().may_have_arrived) << host;
    // Where the machine has no such name or family there was nothing to refuse.
    bool refused = answer.error().error.code == ErrorCode::denied;
    EXPECT_TRUE(refused || host.starts_with("localhost.")) << host << answer.error().error.text();
  }
}

TEST(Egress, ReachesWhatIsAllowedAndDoesNotReuseOtherConnections) {
  auto server = listen({}, [](Incoming const&) {
    Response response;
    response.status = 200;
    return response;
  });
  ASSERT_TRUE(server) << server.error().text();
  auto open = make_client({.use_proxies = false});
  auto request = request_of("GET", url_of((*server)->port()));
  ASSERT_TRUE(open->send(request, {}, {}));
  // The pool holds a connection to that address now; it must not be taken.
  auto denied = under_rules(*open, {})->send(request, {}, {});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().error.code, ErrorCode::denied) << denied.error().error.text();
  EgressRules rules;
  ASSERT_TRUE(rules.allow("127.0.0.0/8"));
  EXPECT_TRUE(under_rules(*open, rules)->send(request, {}, {}));
}

}  // namespace
}  // namespace sluice::net
