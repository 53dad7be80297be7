#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <latch>

#include "net/bodies.hpp"
#include "net/client.hpp"
#include "net/raw_socket.hpp"
#include "net/requests.hpp"
#include "net/server.hpp"
#include "support/folder.hpp"

namespace sluice::net {
namespace {

/// Takes bodies of /up on disk, at most 4 MiB each; others in memory, at most 1 KiB.
class Upload : public testing::Test {
 protected:
  void serve(Handler handler, std::function<std::optional<Response>(Incoming const&)> refusal = {},
             std::size_t at_once = 16) {
    ServerOptions options;
    options.max_body = 1024;
    options.uploads = UploadOptions{
        folder_.path() / "uploads", 4 << 20, at_once,
        [](Incoming const& in) { return in.method == "PUT" && in.path.starts_with("/up"); },
        refusal ? refusal : [](Incoming const&) { return std::optional<Response>(); }};
    auto server = listen(std::move(options), std::move(handler));
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(*server);
  }

  Response put(std::string const& path, std::uint64_t size) {
    Request request = request_of("PUT", url_of(*server_, path));
    request.stream = std::make_shared<PatternBody>(size);
    auto response = client_->send(request, {}, {});
    EXPECT_TRUE(response) << response.error().error.text();
    return response ? *response : Response{};
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Client> client_ = make_client();
  std::unique_ptr<Server> server_;
};

bool is_whole(Incoming const& in, std::uint64_t size) {
  if (!in.upload || in.upload->size() != size || !in.body.empty()) return false;
  PatternCheck check;
  std::vector<char> piece(100'000);
  for (std::uint64_t offset = 0; offset < size;) {
    auto got = in.upload->read(offset, piece);
    if (!got || *got == 0) return false;
    check.take({piece.data(), *got});
    offset += *got;
  }
  return check.matches() && check.size() == size;
}

TEST_F(Upload, IsPutOnDiskAndLeavesNothingBehind) {
  constexpr std::uint64_t size = 3 << 20;
  serve([&](Incoming const& in) {
    Response response;
    response.status = is_whole(in, size) ? 201 : 400;
    // It has no name even now
    if (!std::filesystem::is_empty(folder_.path() / "uploads")) response.status = 500;
    return response;
  });
  EXPECT_EQ(put("/up/1", size).status, 201);
  EXPECT_EQ(put("/up/2", size).status, 201);
}

TEST_F(Upload, AnEmptyAndAChunkedOneWorkAsWell) {
  serve([](Incoming const& in) {
    return Response{.body = in.upload ? std::to_string(in.upload->size()) : "none"};
  });
  RawSocket socket(server_->port());
  socket.write("PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(socket.read_until("\r\n\r\n0").ends_with("\r\n\r\n0"));
  socket.write(
      "PUT /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_TRUE(socket.read_until("\r\n\r\n3").ends_with("\r\n\r\n3"));
  socket.write("PUT /other HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(socket.read_until("none").ends_with("none"));
}

TEST_F(Upload, WhoIsRefusedSendsNoBody) {
  std::atomic<int> handled = 0;
  serve(
      [&](Incoming const&) {
        ++handled;
        return Response{};
      },
      [](Incoming const& head) -> std::optional<Response> {
        if (head.headers.get("Key") == "right") return std::nullopt;
        return Response{.status = 401, .headers = {}, .body = "who are you?"};
      });
  RawSocket socket(server_->port());
  socket.write("PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  std::string answer = socket.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
  EXPECT_TRUE(answer.ends_with("who are you?")) << answer;
  EXPECT_EQ(handled, 0);
  // A client that sends all the same sees the answer
  for (int i = 0; i < 10; ++i) EXPECT_EQ(put("/up", 2 << 20).status, 401);
  RawSocket right(server_->port());
  right.write("PUT /up HTTP/1.1\r\nHost: a\r\nKey: right\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(right.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(handled, 1);
}

TEST_F(Upload, HasALimitOfItsOwn) {
  serve([](Incoming const&) { return Response{}; });
  EXPECT_EQ(put("/up", 4 << 20).status, 200);
  EXPECT_EQ(put("/up", (4 << 20) + 1).status, 413);
  EXPECT_EQ(put("/other", 1025).status, 413);
}

TEST_F(Upload, OnlySoManyComeAtOnce) {
  serve([](Incoming const&) { return Response{}; }, {}, 1);
  // Given one whose body is on its way
  RawSocket slow(server_->port());
  slow.write("PUT /up HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(slow.read_until("100 Continue\r\n\r\n").starts_with("HTTP/1.1 100"));
  // When a second comes, Then it is sent away until the first is over
  EXPECT_EQ(put("/up", 10).status, 503);
  slow.write("abc");
  EXPECT_TRUE(slow.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  slow.close();
  EXPECT_EQ(put("/up", 10).status, 200);
}

TEST_F(Upload, StoppingTheServerWaitsForTheQuestion) {
  // Given an upload that is being asked about
  std::latch asked(1), go_on(1);
  serve([](Incoming const&) { return Response{}; },
        [&](Incoming const&) -> std::optional<Response> {
          asked.count_down();
          go_on.wait();
          return std::nullopt;
        });
  RawSocket socket(server_->port());
  socket.write("PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  asked.wait();
  // When the server stops meanwhile, Then it ends in order
  std::jthread stopper([&] { server_->stop(); });
  go_on.count_down();
  stopper.join();
  socket.close();
}

}  // namespace
}  // namespace sluice::net
