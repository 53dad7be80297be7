#include <gtest/gtest.h>

#include "net/raw_socket.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::unique_ptr<Server> serve(Duration header_timeout) {
  ServerOptions options;
  options.header_timeout = header_timeout;
  options.idle_timeout = std::chrono::minutes(5);
  return listen(options,
                [](Incoming const&) {
                  Response response;
                  response.body = "here";
                  return response;
                })
      .value();
}

TEST(HeaderDeadline, AHeaderThatDoesNotEndIsCut) {
  auto server = serve(std::chrono::milliseconds(100));
  RawSocket socket(server->port());
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n");
  EXPECT_EQ(socket.read_all(), "") << "returns when the server has cut the connection";
}

TEST(HeaderDeadline, ASecondHeaderOfAConnectionTooAndBytesDoNotProlongIt) {
  auto server = serve(std::chrono::milliseconds(100));
  RawSocket socket(server->port());
  socket.write(get);
  EXPECT_TRUE(socket.read_until("here").ends_with("here"));
  std::jthread drip([&](std::stop_token const& stop) {
    while (!stop.stop_requested() && socket.write("G")) std::this_thread::yield();
  });
  socket.read_all();
}

TEST(HeaderDeadline, AConnectionThatIsQuietIsLeftAlone) {
  auto server = serve(std::chrono::milliseconds(50));
  RawSocket quiet(server->port());
  // By the time another one is cut, a second look has passed over this one.
  RawSocket slow(server->port());
  slow.write("GET");
  slow.read_all();
  quiet.write(get);
  EXPECT_TRUE(quiet.read_until("here").ends_with("here"));
}

}  // namespace
}  // namespace sluice::net
