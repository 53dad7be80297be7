#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "net/client.hpp"
#include "net/raw_socket.hpp"
#include "net/requests.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
  auto server = listen(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << server.error().text();
  return std::move(*server);
}

TEST(ServerThreads, HandlersRunAtTheSameTimeUpToTheirNumber) {
  // Each handler ends only when all four have begun.
  std::atomic<int> begun = 0;
  std::promise<void> all;
  std::shared_future<void> met = all.get_future();
  auto server = serve(
      [&](Incoming const&) {
        if (++begun == 4) all.set_value();
        met.wait();
        return Response{};
      },
      {.workers = 4});
  auto client = make_client();
  std::vector<std::future<bool>> requests;
  for (int i = 0; i < 4; ++i)
    requests.push_back(std::async(std::launch::async, [&] {
      return client->send(request_of("GET", url_of(*server)), {}, {}).has_value();
    }));
  for (auto& request : requests) EXPECT_TRUE(request.get());
}

TEST(ServerThreads, SurvivesAClientThatLeavesWhileItsHandlerRuns) {
  std::promise<void> begun, go_on;
  std::atomic<int> handled = 0;
  auto server = serve([&](Incoming const& in) {
    if (in.path == "/slow") {
      begun.set_value();
      go_on.get_future().wait();
    }
    ++handled;
    return Response{.body = std::string(100'000, 'x')};
  });
  {
    RawSocket socket(server->port());
    socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    begun.get_future().wait();
  }
  go_on.set_value();
  EXPECT_TRUE(make_client()->send(request_of("GET", url_of(*server)), {}, {}));
  server->stop();
  EXPECT_EQ(handled, 2);
}

TEST(ServerThreads, StopLetsTheRunningRequestEndAndAnswersTheWaitingOne503) {
  std::promise<void> begun, go_on;
  auto server = serve(
      [&](Incoming const&) {
        begun.set_value();
        go_on.get_future().wait();
        return Response{};
      },
      {.workers = 1});
  RawSocket running(server->port());
  running.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  begun.get_future().wait();
  // Connections are accepted in their order: once the marker is answered, the one before it is in.
  RawSocket waiting(server->port());
  waiting.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket marker(server->port());
  marker.write("GET / HTTP/1.1\r\n\r\n");
  marker.read_all();
  auto stopping = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_TRUE(waiting.read_all().starts_with("HTTP/1.1 503"));
  go_on.set_value();
  stopping.get();
  EXPECT_TRUE(running.read_all().starts_with("HTTP/1.1 200"));
  server->stop();
}

TEST(ServerThreads, ServesManyThreads) {
  auto server = serve([](Incoming const& in) { return Response{.body = in.body + in.path}; });
  auto client = make_client();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 32; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        std::string path = "/" + std::to_string(thread) + "/" + std::to_string(i);
        auto response = client->send(request_of("POST", url_of(*server, path), "b"), {}, {});
        if (response && response->body == "b" + path) ++right;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 3200);
}

}  // namespace
}  // namespace sluice::net
