#include "net/server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>

#include "net/bodies.hpp"
#include "net/client.hpp"
#include "net/raw_socket.hpp"
#include "net/requests.hpp"

namespace sluice::net {
namespace {

std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
  auto server = listen(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << server.error().text();
  return std::move(*server);
}

TEST(Server, HandsOverTheRequestAsItStoodOnTheWire) {
  Incoming seen;
  auto server = serve([&](Incoming const& in) {
    seen = in;
    Response response;
    response.status = 201;
    response.headers = {{"X-One", "1"}, {"X-Empty", ""}};
    response.body = "answer";
    return response;
  });
  Request request = request_of("PUT", url_of(*server, "/a%2Fb/../c?x=%20&y"), "hello");
  request.headers = {{"B", "1"}, {"a", "2"}, {"B", "3"}};
  auto response = make_client()->send(request, {}, {});
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->headers.get("x-one"), "1");
  EXPECT_EQ(response->body, "answer");
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.path, "/a%2Fb/../c");
  EXPECT_EQ(seen.query, "x=%20&y");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  std::string order;
  for (auto const& [name, value] : seen.headers.all())
    if (name.size() == 1) order += name + value;
  EXPECT_EQ(order, "B1a2B3");
}

TEST(Server, AnswersHeadWithTheLengthAndWithoutTheBody) {
  auto server = serve([](Incoming const&) {
    Response response;
    response.stream = std::make_shared<PatternBody>(123456789);
    return response;
  });
  auto client = make_client();
  for (int i = 0; i < 2; ++i) {
    auto response = client->send(request_of("HEAD", url_of(*server)), {}, {});
    ASSERT_TRUE(response) << response.error().error.text();
    EXPECT_EQ(response->headers.get("content-length"), "123456789");
    EXPECT_EQ(response->body, "");
  }
}

TEST(Server, DecodesChunks) {
  auto server = serve([](Incoming const& in) { return Response{.body = in.body}; });
  RawSocket socket(server->port());
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  socket.write("3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\n");
  EXPECT_TRUE(socket.read_until("cdef").ends_with("\r\n\r\nabc0123456789abcdef"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  auto server = serve([](Incoming const& in) { return Response{.body = "<" + in.path + ">"}; });
  RawSocket socket(server->port());
  socket.write("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string answers = socket.read_until("</2>");
  EXPECT_LT(answers.find("</1>"), answers.find("</2>"));
}

TEST(Server, LargeBodiesPassInPiecesBothWays) {
  constexpr std::uint64_t size = 32 << 20;
  auto down = std::make_shared<PatternBody>(size);
  auto server = serve(
      [&](Incoming const& in) {
        PatternCheck check;
        check.take(in.body);
        Response response;
        response.status = check.matches() && check.size() == size ? 200 : 400;
        response.stream = down;
        return response;
      },
      {.max_body = size});
  auto up = std::make_shared<PatternBody>(size);
  Request request = request_of("PUT", url_of(*server));
  request.stream = up;
  PatternCheck check;
  SendOptions options;
  options.max_response = 1000;  // Does not bound what goes into the sink.
  std::size_t largest_piece = 0;
  options.sink = [&](std::string_view piece) -> Result<void> {
    largest_piece = std::max(largest_piece, piece.size());
    check.take(piece);
    return {};
  };
  auto response = make_client()->send(request, options, {});
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(check.matches());
  EXPECT_EQ(check.size(), size);
  EXPECT_LE(largest_piece, 2u << 20);
  EXPECT_LE(up->largest_read(), 1u << 20);
  EXPECT_LE(down->largest_read(), 1u << 20);
}

TEST(Server, RefusesALargeBodyBeforeItComes) {
  std::atomic<int> handled = 0;
  auto server = serve([&](Incoming const&) {
    ++handled;
    return Response{};
  });
  RawSocket socket(server->port());
  socket.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
  std::string answer = socket.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
  EXPECT_TRUE(answer.contains("Connection: close")) << answer;
  EXPECT_TRUE(answer.ends_with("the body is over 1048576 bytes\n")) << answer;
  EXPECT_EQ(handled, 0);
}

TEST(Server, ABoundOfOneRequestHoldsBesideThatOfAll) {
  ServerOptions options;
  options.max_body = 1000;
  options.body_limit = [](Incoming const& head) -> std::size_t {
    return head.path == "/large" ? 5000 : 10;
  };
  auto server = listen(options, [](Incoming const& request) {
    return Response{.status = 200, .headers = {}, .body = std::to_string(request.body.size())};
  });
  ASSERT_TRUE(server) << server.error().text();
  auto client = make_client();
  auto status = [&](std::string const& path, std::size_t size) {
    Request request = request_of("PUT", url_of(**server, path));
    request.body = std::string(size, 'x');
    auto response = client->send(request, {}, {});
    EXPECT_TRUE(response) << response.error().error.text();
    return response ? response->status : 0;
  };
  EXPECT_EQ(status("/small", 10), 200);
  EXPECT_EQ(status("/small", 11), 413);
  EXPECT_EQ(status("/large", 1000), 200);
  EXPECT_EQ(status("/large", 1001), 413);
}

TEST(Server, AClientLearnsThatItsBodyIsTooLarge) {
  auto server = serve([](Incoming const&) { return Response{}; });
  auto client = make_client();
  for (int i = 0; i < 20; ++i) {
    Request request = request_of("PUT", url_of(*server));
    request.stream = std::make_shared<PatternBody>(2 << 20);
    auto response = client->send(request, {}, {});
    ASSERT_TRUE(response) << i << response.error().error.text();
    EXPECT_EQ(response->status, 413);
  }
}

TEST(Server, AHeaderThatCannotBeSentIsAnswered500) {
  auto server = serve([](Incoming const&) { return Response{.headers = {{"X", "a\r\nY: b"}}}; });
  auto response = make_client()->send(request_of("GET", url_of(*server)), {}, {});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 500);
  EXPECT_FALSE(response->headers.contains("Y"));
}

/// A folder of its own for socket files, gone at the end.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/sluice-net-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(char const* file) const { return path_ + "/" + file; }

 private:
  std::string path_;
};

TEST(Server, ListensOnASocketFileOfItsUserOnly) {
  Folder folder;
  std::string file = folder / "s";
  auto server =
      serve([](Incoming const& in) { return Response{.body = in.peer}; }, {.unix_socket = file});
  struct stat status{};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  auto response =
      make_client()->send(request_of("GET", "http://local/"), {.unix_socket = file}, {});
  ASSERT_TRUE(response) << response.error().error.text();
  EXPECT_EQ(response->body, "unix");
  auto second = listen({.unix_socket = file}, [](Incoming const&) { return Response{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  server->stop();
  EXPECT_FALSE(std::filesystem::exists(file));
  auto gone = make_client()->send(request_of("GET", "http://local/"), {.unix_socket = file}, {});
  ASSERT_FALSE(gone);
  EXPECT_FALSE(gone.error().may_have_arrived);
  EXPECT_TRUE(gone.error().error.message.contains(file)) << gone.error().error.message;
}

TEST(Server, SaysWhyItCannotListen) {
  auto server = serve([](Incoming const&) { return Response{}; });
  auto none = [](Incoming const&) { return Response{}; };
  auto taken = listen({.port = server->port()}, none);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::conflict);
  EXPECT_EQ(taken.error().message, "cannot listen on 127.0.0.1 port " +
                                       std::to_string(server->port()) +
                                       ": another program already listens there");
  EXPECT_EQ(listen({.address = "here"}, none).error().code, ErrorCode::invalid_input);
  EXPECT_EQ(listen({.unix_socket = "/" + std::string(200, 'x')}, none).error().code,
            ErrorCode::invalid_input);
}

}  // namespace
}  // namespace sluice::net
