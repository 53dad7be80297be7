#include "server/remote.hpp"

#include "net/server.hpp"
#include "server/event_stream.hpp"
#include "server/fixture.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RemoteTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    host_ = open_host();
    release_first_version(*host_);
  }
  RemoteRuns remote() {
    RemoteOptions options;
    options.unix_socket = host_->socket();
    return RemoteRuns(*client_, options);
  }

  std::unique_ptr<Host> host_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

TEST_F(RemoteTest, DoesOverTheSocketWhatTheHostDoes) {
  auto runs = remote();
  EXPECT_TRUE(runs.answers(patience));
  std::string run = start(runs, new_run(host_->packages(), "v2", canary()));
  auto before = follow(runs, run, is_pause);
  EXPECT_EQ(runs.list({.state = "active"})->size(), 1u);
  EXPECT_EQ(runs.get(run)->requester, "ada");
  EXPECT_EQ(runs.plan(run)->name, "shop");
  auto busy = runs.start(new_run(host_->packages(), "v3", {}));
  ASSERT_TRUE(busy) << busy.error().text();
  ASSERT_TRUE(busy->busy);
  EXPECT_EQ(busy->busy->run, run);
  auto waits = new_run(host_->packages(), "v3", {});
  for (auto& lock : waits.plan.locks) lock.busy = plan::Lock::Busy::queue;
  auto queued = runs.start(waits);
  ASSERT_TRUE(queued && queued->queued);
  EXPECT_EQ(queued->queued->run, run);
  EXPECT_EQ(runs.get(queued->run)->state, "queued");
  ASSERT_TRUE(runs.signal(queued->run, {"stop", "", "grace", "", {}}));
  follow(runs, queued->run);

  ASSERT_TRUE(runs.signal(run, {"skip", "", "grace", "", {}}));
  auto after = follow(runs, run, {}, before.back().seq);
  expect_gap_free(before);
  expect_gap_free(after, before.back().seq + 1);
  EXPECT_EQ(runs.get(run)->state, "succeeded");
  EXPECT_EQ(runs.events(run, 0)->size(), before.size() + after.size());
  EXPECT_EQ(runs.list({.function = "orders"})->size(), 3u);
}

TEST_F(RemoteTest, ErrorsComeBackAsTheyWereThere) {
  auto runs = remote();
  auto missing = runs.get("d-NOTHERE01");
  ASSERT_FALSE(missing);
  auto there = host_->runs().get("d-NOTHERE01");
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_EQ(missing.error().message, there.error().message);
  EXPECT_EQ(missing.error().hint, there.error().hint);

  std::string run = start(runs, new_run(host_->packages(), "v2", canary()));
  follow(runs, run, is_pause);
  auto twice = runs.signal(run, {"continue", "", "ada", "", {}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::conflict);
  EXPECT_THAT(twice.error().message, HasSubstr("is not paused"));
}

TEST_F(RemoteTest, AFollowerLearnsThatTheHostHandedOver) {
  auto runs = remote();
  std::string run = start(runs, new_run(host_->packages(), "v2", canary()));
  Result<void> followed;
  std::jthread follower;
  {
    std::mutex mutex;
    std::condition_variable reached;
    bool paused = false;
    follower = std::jthread([&] {
      followed = runs.follow(run, 0,
                             [&](auto const& event) {
                               if (!is_pause(event)) return true;
                               std::lock_guard lock(mutex);
                               paused = true;
                               reached.notify_one();
                               return true;
                             },
                             {});
    });
    std::unique_lock lock(mutex);
    ASSERT_TRUE(reached.wait_for(lock, patience, [&] { return paused; }));
  }
  host_.reset();
  follower.join();
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().code, ErrorCode::unavailable);
}

TEST_F(RemoteTest, LingeringEndsOnceAClientFollows) {
  auto runs = remote();
  std::string run = start(runs, new_run(host_->packages(), "v2", canary()));
  follow(host_->runs(), run, is_pause);
  std::stop_source stop;
  std::jthread follower(
      [&] { (void)runs.follow(run, 0, [](auto const&) { return true; }, stop.get_token()); });
  EXPECT_THAT(host_->linger({}), IsEmpty());
  EXPECT_EQ(state_of(host_->runs(), run), "running");
  stop.request_stop();
}

/// A server that cuts its streams, told what to send on each connection.
class CuttingServer {
 public:
  explicit CuttingServer(std::vector<std::string> streams) : streams_(std::move(streams)) {
    net::ServerOptions options;
    server_ =
        *net::listen(options, [this](net::Incoming const& request) { return answer(request); });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<std::string> resumed_from() {
    std::lock_guard lock(mutex_);
    return resumed_from_;
  }

 private:
  net::Response answer(net::Incoming const& request) {
    net::Response response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = R"({"events": [], "more": false})";
    if (request.headers.get("Accept") != "text/event-stream") return response;
    std::lock_guard lock(mutex_);
    std::size_t number = resumed_from_.size();
    resumed_from_.push_back(request.headers.get("Last-Event-ID"));
    response.headers = {{"Content-Type", "text/event-stream"}};
    response.body = number < streams_.size() ? streams_[number] : "";
    return response;
  }

  std::mutex mutex_;
  std::vector<std::string> streams_;
  std::vector<std::string> resumed_from_;
  std::unique_ptr<net::Server> server_;
};

std::string event_text(std::int64_t seq) {
  return stream_text({seq, from_millis(seq), "note", json::Value{{"text", "a\nb"}}, 1});
}

TEST(CutStreamTest, IsTakenUpBehindTheLastWholeEvent) {
  std::string half = event_text(3);
  half.resize(half.size() / 2);
  CuttingServer server({event_text(1) + event_text(2) + half,
                        event_text(2) + event_text(3) + stream_heartbeat(),
                        event_text(4) + stream_mark(stream_end)});
  auto client = net::make_client();
  RemoteRuns runs(*client, {.base_url = server.url()});
  std::vector<std::int64_t> seen;
  auto followed = runs.follow("d-A", 0,
                              [&](store::EventRow const& event) {
                                seen.push_back(event.seq);
                                EXPECT_EQ(event.body["text"].as_string(), "a\nb");
                                return true;
                              },
                              {});
  EXPECT_TRUE(followed) << followed.error().text();
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(server.resumed_from(), ElementsAre("0", "2", "3"));
}

TEST(CutStreamTest, OneThatWasOpenForLongIsTakenUpHoweverOften) {
  std::string again = stream_mark(stream_again);
  CuttingServer server(
      {event_text(1) + again, again, again, again, again, event_text(2) + stream_mark(stream_end)});
  auto client = net::make_client();
  RemoteRuns runs(*client, {.base_url = server.url()});
  std::vector<std::int64_t> seen;
  auto followed = runs.follow("d-A", 0,
                              [&](store::EventRow const& event) {
                                seen.push_back(event.seq);
                                return true;
                              },
                              {});
  ASSERT_TRUE(followed) << followed.error().text();
  EXPECT_THAT(seen, testing::ElementsAre(1, 2));
}

TEST(CutStreamTest, IsGivenUpWhenNothingMoreComes) {
  CuttingServer server({event_text(1)});
  auto client = net::make_client();
  RemoteRuns runs(*client, {.base_url = server.url()});
  auto followed = runs.follow("d-A", 0, [](auto const&) { return true; }, {});
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().code, ErrorCode::unavailable);
}

TEST(CutStreamTest, ARunThatNobodyExecutesIsNotWaitedFor) {
  CuttingServer server({event_text(1) + stream_mark(stream_unowned)});
  auto client = net::make_client();
  RemoteRuns runs(*client, {.base_url = server.url()});
  auto followed = runs.follow("d-A", 0, [](auto const&) { return true; }, {});
  ASSERT_FALSE(followed);
  EXPECT_THAT(followed.error().hint, HasSubstr("sluice resume d-A"));
}

}  // namespace
}  // namespace sluice::server
