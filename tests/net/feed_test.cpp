#include <gtest/gtest.h>

#include <future>

#include "base/guarded.hpp"
#include "net/client.hpp"
#include "net/raw_socket.hpp"
#include "net/server.hpp"

namespace sluice::net {
namespace {

std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server whose answers are feeds, which `next` hands out as they open.
class FeedTest : public testing::Test {
 protected:
  FeedTest() {
    server_ = listen({}, [this](Incoming const&) {
                Response response;
                response.headers.add("Content-Type", "text/event-stream");
                response.body = first_;
                response.feed = [this](std::shared_ptr<Feed> feed) {
                  std::lock_guard lock(mutex_);
                  opened_.push_back(std::move(feed));
                  changed_.notify_all();
                };
                return response;
              }).value();
  }

  std::shared_ptr<Feed> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !opened_.empty(); });
    auto feed = opened_.back();
    opened_.pop_back();
    return feed;
  }

  std::string first_ = ": hello\n\n";
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Feed>> opened_;
  std::unique_ptr<Server> server_;
};

TEST_F(FeedTest, SendsTheHeadAtOnceEvenWithoutABody) {
  first_.clear();
  RawSocket socket(server_->port());
  socket.write(get);
  std::string head = socket.read_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK")) << head;
  EXPECT_TRUE(head.contains("Content-Type: text/event-stream")) << head;
}

TEST_F(FeedTest, DeliversEachChunkWhenItIsPushed) {
  RawSocket socket(server_->port());
  socket.write(get);
  EXPECT_TRUE(socket.read_until(": hello\n\n").contains(": hello\n\n"));
  auto feed = next();
  for (int i = 0; i < 100; ++i) {
    std::string chunk = "data: " + std::to_string(i) + "\n\n";
    ASSERT_TRUE(feed->push(chunk));
    ASSERT_TRUE(socket.read_until(chunk).contains(chunk));
  }
  feed->close();
  EXPECT_FALSE(feed->push("late"));
  EXPECT_TRUE(socket.read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
}

TEST_F(FeedTest, ManyClientsGetEverythingInOrder) {
  auto client = make_client();
  std::vector<std::future<std::string>> bodies;
  std::vector<std::shared_ptr<Feed>> feeds;
  for (int i = 0; i < 20; ++i) {
    bodies.push_back(std::async(std::launch::async, [&] {
      Request request;
      request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/";
      return client->send(request, {}, {}).value().body;
    }));
    feeds.push_back(next());
  }
  std::string expected = first_;
  for (int i = 0; i < 200; ++i) {
    std::string chunk = std::to_string(i) + ";";
    expected += chunk;
    for (auto const& feed : feeds) EXPECT_TRUE(feed->push(chunk));
  }
  for (auto const& feed : feeds) feed->close();
  for (auto& body : bodies) EXPECT_EQ(body.get(), expected);
}

TEST_F(FeedTest, PushTellsThatTheClientHasGone) {
  {
    RawSocket socket(server_->port());
    socket.write(get);
    socket.read_until(": hello\n\n");
  }
  auto feed = next();
  RawSocket stays(server_->port());
  stays.write(get);
  stays.read_until(": hello\n\n");
  // The first writings may still be taken by the operating system; the bound ends a broken test.
  int pushes = 0;
  while (pushes < 1'000'000 && feed->push("x")) ++pushes;
  EXPECT_LT(pushes, 1'000'000);
  EXPECT_TRUE(next()->push("y"));
  EXPECT_TRUE(stays.read_until("y").contains("y"));
}

TEST_F(FeedTest, AClientThatDoesNotReadIsDropped) {
  RawSocket socket(server_->port());
  socket.write(get);
  auto feed = next();
  std::string chunk(64 << 10, 'x');
  int pushes = 0;
  while (pushes < 10'000 && feed->push(chunk)) ++pushes;
  EXPECT_LT(pushes, 10'000);
  EXPECT_FALSE(feed->push("more"));
  // Its connection ends without the last chunk that would mark a complete answer.
  EXPECT_FALSE(socket.read_all().ends_with("\r\n0\r\n\r\n"));
}

TEST_F(FeedTest, StopEndsParkedFeeds) {
  std::vector<RawSocket> sockets;
  std::vector<std::shared_ptr<Feed>> feeds;
  for (int i = 0; i < 10; ++i) {
    sockets.emplace_back(server_->port());
    sockets.back().write(get);
    sockets.back().read_until(": hello\n\n");
    feeds.push_back(next());
  }
  server_->stop();
  for (auto& socket : sockets) EXPECT_TRUE(socket.read_all().ends_with("0\r\n\r\n"));
  for (auto& feed : feeds) EXPECT_FALSE(feed->push("late"));
  server_.reset();
  EXPECT_FALSE(feeds.front()->push("later"));
}

TEST_F(FeedTest, HeadOpensNoFeed) {
  Request request;
  request.method = "HEAD";
  request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/";
  EXPECT_TRUE(make_client()->send(request, {}, {}));
  server_->stop();
  EXPECT_TRUE(opened_.empty());
}

}  // namespace
}  // namespace sluice::net
