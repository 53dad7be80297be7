#include <gtest/gtest.h>

#include <atomic>

#include "net/raw_socket.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

std::string const line = "GET / HTTP/1.1\r\n";
std::string const host = "Host: a\r\n";
std::string const post = "POST / HTTP/1.1\r\nHost: a\r\n";

class Malformed : public testing::Test {
 protected:
  Malformed() {
    server_ = listen({.max_body = 1000}, [this](Incoming const&) {
                ++handled_;
                return Response{};
              }).value();
  }

  /// Sends it and reads to the end: this returns only because the server closes.
  std::string answer_to(std::string_view request) {
    RawSocket socket(server_->port());
    socket.write(request);
    return socket.read_all();
  }

  std::atomic<int> handled_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(Malformed, RequestsAreAnswered400AndClosed) {
  std::string const nul(1, '\0');
  std::pair<char const*, std::string> const cases[] = {
      {"no host", line + "\r\n"},
      {"no host in 1.0", "GET / HTTP/1.0\r\n\r\n"},
      {"two hosts", line + host + host + "\r\n"},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
      {"length list", post + "Content-Length: 1, 1\r\n\r\nx"},
      {"length and coding",
       post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"signed length", post + "Content-Length: +1\r\n\r\nx"},
      {"negative length", post + "Content-Length: -1\r\n\r\nx"},
      {"hexadecimal length", post + "Content-Length: 0x1\r\n\r\nx"},
      {"empty length", post + "Content-Length:\r\n\r\n"},
      {"other coding", post + "Transfer-Encoding: gzip\r\n\r\n"},
      {"coding list", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n"},
      {"two codings",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"coding in 1.0",
       "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"blank before colon", line + host + "X : 1\r\n\r\n"},
      {"blank in name", line + host + "X Y: 1\r\n\r\n"},
      {"name no token", line + host + "X(: 1\r\n\r\n"},
      {"empty name", line + host + ": 1\r\n\r\n"},
      {"no colon", line + host + "nothing\r\n\r\n"},
      {"control character", line + host + "X: a\x01z\r\n\r\n"},
      {"delete character", line + host + "X: a\x7F\r\n\r\n"},
      {"NUL", line + host + "X: a" + nul + "b\r\nY: 1\r\n\r\n"},
      {"bare CR", line + host + "X: a\rY: 1\r\n\r\n"},
      {"bare LF behind the request line", "GET / HTTP/1.1\n" + host + "\r\n"},
      {"bare LF at the end", line + "Host: a\n\r\n"},
      {"bare LF for the empty line", line + host + "\n"},
      {"NUL in target", "GET /a" + nul + "b HTTP/1.1\r\n" + host + "\r\n"},
      {"two blanks before target", "GET  / HTTP/1.1\r\n" + host + "\r\n"},
      {"two blanks behind target", "GET /  HTTP/1.1\r\n" + host + "\r\n"},
      {"bare LF", line + host + "X: a\nY: 1\r\n\r\n"},
      {"folded", line + host + "X: a\r\n b\r\nY: 1\r\n\r\n"},
      {"folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
      {"folded by tab, last", line + host + "X: a\r\n\tb\r\n\r\n"},
      {"folded first", line + " X: a\r\n" + host + "\r\n"},
      {"absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"blank in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"raw byte in target", "GET /\xC3\xBC HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"control in target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"star without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"method no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
  };
  for (auto const& [name, request] : cases) {
    SCOPED_TRACE(name);
    std::string answer = answer_to(request);
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400") << answer;
  }
  EXPECT_EQ(handled_, 0);
}

TEST_F(Malformed, WhatIsTooLargeIsRefusedWithItsOwnStatus) {
  std::string fields;
  for (int i = 0; i < 100; ++i) fields += "X" + std::to_string(i) + ": 1\r\n";
  std::string wide;
  for (int i = 0; i < 3; ++i) wide += "X: " + std::string(6000, 'x') + "\r\n";
  std::tuple<char const*, std::string, std::string> const cases[] = {
      {"101 fields", line + host + fields + "\r\n", "431"},
      {"long line", line + host + "X: " + std::string(8192, 'x') + "\r\n\r\n", "431"},
      {"large block", line + host + wide + "\r\n", "431"},
      {"long target", "GET /" + std::string(8192, 'x') + " HTTP/1.1\r\n" + host + "\r\n", "414"},
      {"large body announced", post + "Content-Length: 1001\r\n\r\n", "413"},
      {"huge body announced", post + "Content-Length: 99999999999999999999\r\n\r\n", "413"},
      {"large body in chunks",
       post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
           "\r\n0\r\n\r\n",
       "413"},
      {"other version", "GET / HTTP/2.0\r\n" + host + "\r\n", "505"},
  };
  for (auto const& [name, request, status] : cases) {
    SCOPED_TRACE(name);
    EXPECT_EQ(answer_to(request).substr(0, 12), "HTTP/1.1 " + status);
  }
  EXPECT_EQ(handled_, 0);
}

TEST_F(Malformed, EndlessBodyIsCut) {
  RawSocket socket(server_->port());
  socket.write(post + "Transfer-Encoding: chunked\r\n\r\n");
  std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  int sent = 0;
  while (sent < 1000 && socket.write(chunk)) ++sent;
  EXPECT_LT(sent, 1000);
  EXPECT_EQ(handled_, 0);
}

TEST_F(Malformed, WhatIsJustAllowedIsServed) {
  std::string fields;
  for (int i = 0; i < 98; ++i) fields += "X" + std::to_string(i) + ": 1\r\n";
  std::string const end = "Connection: close\r\n\r\n";
  std::pair<char const*, std::string> const cases[] = {
      {"100 fields", line + host + fields + end},
      {"long line", line + host + "X: " + std::string(8000, 'x') + "\r\n" + end},
      {"long target", "GET /" + std::string(8000, 'x') + " HTTP/1.1\r\n" + host + end},
      {"full body", post + "Content-Length: 1000\r\n" + end + std::string(1000, 'x')},
      {"chunks", post + "Transfer-Encoding: Chunked\r\n" + end + "3\r\nabc\r\n0\r\n\r\n"},
      {"blanks around values", line + "Host:a \r\nX: \t b\t \r\nY:\r\n" + end},
      {"version 1.0", "GET / HTTP/1.0\r\n" + host + "\r\n"},
      {"star", "OPTIONS * HTTP/1.1\r\n" + host + end},
  };
  for (auto const& [name, request] : cases) {
    SCOPED_TRACE(name);
    EXPECT_EQ(answer_to(request).substr(0, 12), "HTTP/1.1 200");
  }
  EXPECT_EQ(handled_, static_cast<int>(std::size(cases)));
}

}  // namespace
}  // namespace sluice::net
