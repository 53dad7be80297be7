#include "net/address.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

TEST(Address, RangesContainWhatTheirPrefixSays) {
  struct Case {
    char const* range;
    char const* address;
    bool inside;
  };
  for (auto const& [range, address, inside] :
       {Case{"10.1.0.0/16", "10.1.255.255", true}, Case{"10.1.0.0/16", "10.2.0.0", false},
        Case{"10.1.0.0/17", "10.1.127.255", true}, Case{"10.1.0.0/17", "10.1.128.0", false},
        Case{"192.0.2.7", "192.0.2.7", true}, Case{"192.0.2.7", "192.0.2.8", false},
        Case{"192.0.2.7", "::ffff:192.0.2.7", true}, Case{"0.0.0.0/0", "192.0.2.8", true},
        Case{"0.0.0.0/0", "2001:db8::1", false}, Case{"fd00::/8", "fdff::1", true},
        Case{"fd00::/8", "fe00::1", false}}) {
    auto parsed = parse_range(range);
    ASSERT_TRUE(parsed) << range;
    EXPECT_EQ(parsed->contains(*parse_address(address)), inside) << range << ' ' << address;
  }
}

TEST(Address, OtherTextsAreNoRange) {
  for (auto text : {"", "10", "10.1.0.0/33", "10.1.0.0/-1", "10.1.0.0/", "10.1.0.0/8x", "::/129",
                    "localhost", "10.1.0.0:80", "1.2.3.4, 5.6.7.8", "010.0.0.1", "[::1]"})
    EXPECT_FALSE(parse_range(text)) << text;
}

TEST(Address, KnowsItsOwnMachine) {
  for (auto text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(*parse_address(text))) << text;
  for (auto text : {"0.0.0.0", "::", "128.0.0.1", "192.0.2.1", "::2"})
    EXPECT_FALSE(is_loopback(*parse_address(text))) << text;
}

}  // namespace
}  // namespace sluice::net
