#include "server/proxies.hpp"

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

Proxies two_proxies() {
  return Proxies({*net::parse_range("10.0.0.0/30"), *net::parse_range("fd00::1")});
}

Result<std::string> source(std::string peer, net::Headers headers) {
  net::Incoming request;
  request.peer = std::move(peer);
  request.headers = std::move(headers);
  return two_proxies().source_of(request);
}

TEST(Proxies, AreBelievedAndNobodyElseIs) {
  net::Headers const forwarded{{"X-Forwarded-For", "192.0.2.7"}};
  EXPECT_EQ(source("10.0.0.1", forwarded), "192.0.2.7");
  EXPECT_EQ(source("fd00::1", forwarded), "192.0.2.7");
  EXPECT_EQ(source("10.0.0.9", forwarded), "10.0.0.9");
  EXPECT_EQ(source("unix", forwarded), "unix");
  EXPECT_EQ(source("10.0.0.1", {}), "10.0.0.1");
}

TEST(Proxies, OnlyTheHopBeforeTheLastProxyCounts) {
  // What a client claims of itself stands further left.
  EXPECT_EQ(source("10.0.0.1", {{"X-Forwarded-For", "127.0.0.1, 192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(source("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.7 ,10.0.0.2"}}), "192.0.2.7");
  EXPECT_EQ(source("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "2.2.2.2"}}),
            "2.2.2.2");
  EXPECT_EQ(source("10.0.0.1", {{"X-Forwarded-For", "10.0.0.3"}}), "10.0.0.3");
  EXPECT_EQ(source("10.0.0.1", {{"Forwarded", "for=192.0.2.7"}}), "10.0.0.1");
}

TEST(Proxies, WhatIsNoListOfAddressesIsRefused) {
  for (auto text : {"", "unknown", "192.0.2.7:1234", "192.0.2.7,", "a\"b", "192.0.2.7 1.1.1.1"}) {
    auto read = source("10.0.0.1", {{"X-Forwarded-For", text}});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_input);
  }
  std::string many = "192.0.2.7";
  for (int i = 0; i < 32; ++i) many += ",192.0.2.7";
  EXPECT_FALSE(source("10.0.0.1", {{"X-Forwarded-For", many}}));
}

}  // namespace
}  // namespace sluice::server
