#include "server/api_stage.hpp"

namespace sluice::server {
namespace {

/// Keeps what a feed was given.
class Kept final : public net::Feed {
 public:
  bool push(std::string chunk) override {
    std::lock_guard lock(mutex_);
    text_ += chunk;
    return true;
  }
  void close() override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  std::string wait_for_close() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return closed_; }));
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool closed_ = false;
};

class PagingTest : public ApiStage {
 protected:
  json::Value get(std::string path) {
    auto response = send("GET", std::move(path));
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).value_or(json::Value());
  }
};

TEST_F(PagingTest, ListsAreStableWhileRunsAreStarted) {
  std::vector<std::string> started;
  for (int i = 0; i < 5; ++i) started.insert(started.begin(), start());
  // Given the first page
  auto page = get("/api/v1/runs?limit=2&name=asks");
  std::vector<std::string> seen;
  for (int pages = 0; pages < 10; ++pages) {
    for (auto const& run : page["runs"].items()) seen.push_back(run["id"].as_string());
    if (!page.contains("next")) break;
    // When others are started between the pages
    start();
    page = get("/api/v1/runs?limit=2&name=asks&cursor=" + page["next"].as_string());
  }
  // Then those that were there come once each
  EXPECT_EQ(seen, started);
}

TEST_F(PagingTest, EventsComeInPages) {
  std::string run = start();
  auto whole = get("/api/v1/runs/" + run + "/events");
  ASSERT_GE(whole["events"].items().size(), 3u);
  EXPECT_FALSE(whole["more"].as_bool());
  EXPECT_TRUE(whole.contains("next")) << "the run goes on";
  json::Value events = json::Array{};
  std::string cursor;
  for (int pages = 0; pages < 20; ++pages) {
    auto page = get("/api/v1/runs/" + run + "/events?limit=1" + cursor);
    for (auto const& event : page["events"].items()) events.push(event);
    if (!page["more"].as_bool()) break;
    cursor = "&cursor=" + page["next"].as_string();
  }
  EXPECT_EQ(events, whole["events"]);
}

TEST_F(PagingTest, WhoWaitsGetsTheNextEvent) {
  std::string run = start();
  auto whole = get("/api/v1/runs/" + run + "/events");
  // Given somebody who waits behind the last event
  auto path = "/api/v1/runs/" + run + "/events?wait=30&cursor=" + whole["next"].as_string();
  auto response = send("GET", path);
  ASSERT_TRUE(response.feed);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  auto feed = std::make_shared<Kept>();
  response.feed(feed);
  EXPECT_TRUE(process_->streams.followed().empty()) << "who polls would not take the run over";
  // When something happens
  ASSERT_EQ(post("/api/v1/runs/" + run + "/signals", "k", json::Value{{"kind", "pause"}}).status,
            204);
  // Then they have it
  std::string text = feed->wait_for_close();
  auto page = json::parse(text);
  ASSERT_TRUE(page) << text;
  ASSERT_FALSE((*page)["events"].items().empty());
  EXPECT_EQ((*page)["events"].items()[0]["type"].as_string(), "signal");
  net::Response as_sent = response;
  as_sent.feed = nullptr;
  as_sent.body = text;
  expect_documented("GET", path, as_sent);
}

TEST_F(PagingTest, WhoWaitsInVainGetsAnEmptyPage) {
  std::string run = start();
  auto whole = get("/api/v1/runs/" + run + "/events");
  auto feed = std::make_shared<Kept>();
  send("GET", "/api/v1/runs/" + run + "/events?wait=1&cursor=" + whole["next"].as_string())
      .feed(feed);
  clock_.advance(std::chrono::seconds(1));
  auto page = json::parse(feed->wait_for_close());
  ASSERT_TRUE(page);
  EXPECT_TRUE((*page)["events"].items().empty());
  EXPECT_EQ((*page)["next"], whole["next"]);
  // What has ended is not waited for
  ASSERT_EQ(post("/api/v1/runs/" + run + "/signals", "k", json::Value{{"kind", "approve"}}).status,
            204);
  ASSERT_TRUE(process_->runs.follow(run, 0, [](store::EventRow const&) { return true; }, {}));
  auto last = get("/api/v1/runs/" + run + "/events?wait=30&after=1000");
  EXPECT_TRUE(last["events"].items().empty());
  EXPECT_FALSE(last.contains("next"));
}

TEST_F(PagingTest, AStreamEndsWithTheRightToFollowIt) {
  std::string run = start();
  auto stream = send("GET", "/api/v1/runs/" + run + "/events", {{"Accept", "text/event-stream"}});
  ASSERT_TRUE(stream.feed);
  EXPECT_EQ(stream.headers.get("X-Accel-Buffering"), "no");
  auto feed = std::make_shared<Kept>();
  stream.feed(feed);
  access_.revoked = true;
  clock_.advance(std::chrono::seconds(10));
  feed->wait_for_close();
}

TEST_F(PagingTest, AStreamThatWasOpenForLongIsTakenUpAnew) {
  std::string run = start();
  auto feed = std::make_shared<Kept>();
  send("GET", "/api/v1/runs/" + run + "/events", {{"Accept", "text/event-stream"}}).feed(feed);
  while (process_->streams.followed().empty()) std::this_thread::yield();
  clock_.advance(std::chrono::minutes(33));
  EXPECT_TRUE(feed->wait_for_close().ends_with("event: again\ndata: {}\n\n"));
}

}  // namespace
}  // namespace sluice::server
