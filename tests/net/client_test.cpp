#include "net/client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>

#include "net/raw_socket.hpp"
#include "net/requests.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

using std::chrono::milliseconds;

std::string const empty_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

TEST(Client, ARefusedConnectionSurelyDidNotArrive) {
  std::uint16_t port = unused_port();
  auto response = make_client()->send(request_of("POST", url_of(port), "x"), {}, {});
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_have_arrived);
  EXPECT_EQ(response.error().error.code, ErrorCode::unavailable);
  EXPECT_EQ(response.error().error.message,
            "127.0.0.1:" + std::to_string(port) + " refused the connection");
}

TEST(Client, AnUnknownNameSurelyDidNotArrive) {
  auto response = make_client({.use_proxies = false})
                      ->send(request_of("GET", "http://nothing.invalid/"), {}, {});
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_have_arrived);
  EXPECT_EQ(response.error().error.message, "the host name 'nothing.invalid' was not found");
}

TEST(Client, ARequestThatWasReadAndThenDroppedMayHaveArrived) {
  RawServer server([](RawSocket peer) { peer.read_until("\r\n\r\n"); });
  for (char const* method : {"GET", "POST"}) {
    SCOPED_TRACE(method);
    auto response = make_client()->send(request_of(method, url_of(server.port())), {}, {});
    ASSERT_FALSE(response);
    EXPECT_TRUE(response.error().may_have_arrived);
    EXPECT_TRUE(response.error().error.message.contains("closed the connection before"));
  }
}

TEST(Client, AnAnswerThatBreaksOffMayHaveArrived) {
  RawServer server([](RawSocket peer) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  auto response = make_client()->send(request_of("GET", url_of(server.port())), {}, {});
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().may_have_arrived);
}

/// Sends GET, then `method` over the same connection, which ends without an answer. Returns how
/// often the second request was written.
int writings_after_a_dropped_connection(std::string const& method, bool& answered) {
  std::atomic<int> writings = 0;
  RawServer server([&](RawSocket peer) {
    if (writings == 0) {
      peer.read_until("\r\n\r\n");
      peer.write(empty_answer);
    }
    if (peer.read_until("\r\n\r\n").empty()) return;
    if (++writings == 2) peer.write(empty_answer);
  });
  auto client = make_client();
  EXPECT_TRUE(client->send(request_of("GET", url_of(server.port())), {}, {}));
  auto second = client->send(request_of(method, url_of(server.port()), ""), {}, {});
  answered = second.has_value();
  EXPECT_TRUE(answered || second.error().may_have_arrived);
  client.reset();
  server.stop();
  return writings;
}

TEST(Client, WritesNoRequestWithAnEffectTwice) {
  for (char const* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    SCOPED_TRACE(method);
    bool answered = true;
    EXPECT_EQ(writings_after_a_dropped_connection(method, answered), 1);
    EXPECT_FALSE(answered);
  }
}

TEST(Client, MayWriteARequestWithoutEffectAgainOnAFreshConnection) {
  bool answered = false;
  EXPECT_EQ(writings_after_a_dropped_connection("GET", answered), 2);
  EXPECT_TRUE(answered);
}

TEST(Client, TimesOutWhereNoAnswerComes) {
  RawServer server([](RawSocket peer) { peer.read_all(); });
  auto response = make_client()->send(request_of("GET", url_of(server.port())),
                                      {.total_timeout = milliseconds(50)}, {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().error.code, ErrorCode::timeout);
  EXPECT_TRUE(response.error().may_have_arrived);
  EXPECT_TRUE(response.error().error.message.ends_with("did not answer completely within 50ms"));
}

TEST(Client, CancellationReturnsAtOnce) {
  std::promise<void> arrived;
  RawServer server([&](RawSocket peer) {
    peer.read_until("\r\n\r\n");
    arrived.set_value();
    peer.read_all();
  });
  auto client = make_client();
  std::stop_source stop;
  auto sending = std::async(std::launch::async, [&] {
    return client->send(request_of("POST", url_of(server.port())),
                        {.total_timeout = milliseconds(0)}, stop.get_token());
  });
  arrived.get_future().wait();
  stop.request_stop();
  auto response = sending.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().error.code, ErrorCode::cancelled);
  EXPECT_TRUE(response.error().may_have_arrived);
}

TEST(Client, SendsNothingWhereItIsAlreadyCancelled) {
  std::stop_source stop;
  stop.request_stop();
  auto response =
      make_client()->send(request_of("POST", url_of(unused_port())), {}, stop.get_token());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().error.code, ErrorCode::cancelled);
  EXPECT_FALSE(response.error().may_have_arrived);
}

TEST(Client, HoldsNoMoreOfAnAnswerThanAllowed) {
  auto server =
      listen({}, [](Incoming const&) { return Response{.body = std::string(1001, 'x')}; });
  ASSERT_TRUE(server);
  auto client = make_client();
  Request request = request_of("GET", url_of((*server)->port()));
  EXPECT_TRUE(client->send(request, {.max_response = 1001}, {}));
  auto response = client->send(request, {.max_response = 1000}, {});
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().error.message.contains("larger than 1000 bytes"));
}

TEST(Client, AnErrorOfTheSinkEndsTheRequest) {
  auto server = listen({}, [](Incoming const&) { return Response{.body = "some"}; });
  SendOptions options;
  options.sink = [](std::string_view) -> Result<void> {
    return fail(ErrorCode::unavailable, "no space left");
  };
  auto response = make_client()->send(request_of("GET", url_of((*server)->port())), options, {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().error.message, "no space left");
}

TEST(Client, KeepsAnErrorsBodyFromTheSink) {
  auto server = listen({}, [](Incoming const&) { return Response{.status = 404, .body = "none"}; });
  SendOptions options;
  int pieces = 0;
  options.sink = [&](std::string_view) -> Result<void> {
    ++pieces;
    return {};
  };
  auto response = make_client()->send(request_of("GET", url_of((*server)->port())), options, {});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "none");
  EXPECT_EQ(pieces, 0);
}

TEST(Client, RefusesWhatMustNotGoOut) {
  auto client = make_client();
  Request request = request_of("GET", url_of(1));
  request.headers.add("X", "a\r\nY: b");
  EXPECT_EQ(client->send(request, {}, {}).error().error.code, ErrorCode::invalid_input);
  EXPECT_FALSE(client->send(request_of("GET /", url_of(1)), {}, {}));
  EXPECT_EQ(client->send(request_of("GET", "ftp://a/"), {}, {}).error().error.code,
            ErrorCode::invalid_input);
}

TEST(Client, SendsTheHeaderItWasGivenAndNothingOfItsOwnAboutTheBody) {
  std::promise<std::string> seen;
  RawServer server([&](RawSocket peer) {
    seen.set_value(peer.read_until("\r\n\r\n"));
    peer.write(empty_answer);
  });
  Request request = request_of("POST", url_of(server.port(), "/a/../b%2F"), "12");
  request.headers = {{"Host", "other"}, {"X-Empty", ""}, {"Content-Length", "7"}};
  EXPECT_TRUE(make_client({.user_agent = "test/1"})->send(request, {}, {}));
  std::string head = seen.get_future().get();
  EXPECT_TRUE(head.starts_with("POST /a/../b%2F HTTP/1.1\r\nHost: other\r\n")) << head;
  EXPECT_TRUE(head.contains("X-Empty:\r\n")) << head;
  EXPECT_TRUE(head.contains("User-Agent: test/1\r\n")) << head;
  EXPECT_TRUE(head.contains("Content-Length: 2\r\n")) << head;
  EXPECT_FALSE(head.contains("Content-Type")) << head;
  EXPECT_FALSE(head.contains("Expect")) << head;
  EXPECT_FALSE(head.contains("Content-Length: 7")) << head;
}

/// One environment variable, put back at the end.
class Variable {
 public:
  Variable(char const* name, std::string const& value) : name_(name) {
    if (char const* before = getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  char const* name_;
  std::optional<std::string> before_;
};

TEST(Client, FollowsTheProxyVariablesForLoopbackToo) {
  auto proxy = std::make_unique<RawServer>([](RawSocket peer) {
    peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 299 By Proxy\r\nContent-Length: 0\r\n\r\n");
  });
  auto server = listen({}, [](Incoming const&) { return Response{}; });
  std::string place = url_of(proxy->port());
  Request request = request_of("GET", url_of((*server)->port()));
  Variable http("http_proxy", place);
  {
    Variable none("no_proxy", "");
    Variable upper("NO_PROXY", "");
    EXPECT_EQ(make_client()->send(request, {}, {})->status, 299);
    EXPECT_EQ(make_client({.use_proxies = false})->send(request, {}, {})->status, 200);
  }
  Variable none("no_proxy", "127.0.0.1");
  EXPECT_EQ(make_client()->send(request, {}, {})->status, 200);
}

}  // namespace
}  // namespace sluice::net
