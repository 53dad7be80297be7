#include "server/streams.hpp"

#include "server/event_stream.hpp"
#include "server/fixture.hpp"
#include "store/memory.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Keeps what was sent; `leave` makes it a client that has gone.
class KeepingFeed final : public net::Feed {
 public:
  bool push(std::string chunk) override {
    std::lock_guard lock(mutex_);
    if (gone_) return false;
    sent_ += chunk;
    changed_.notify_all();
    return true;
  }
  void close() override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  void leave() {
    std::lock_guard lock(mutex_);
    gone_ = true;
  }
  bool wait_for(std::string_view text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return sent_.contains(text); });
  }
  bool wait_for_close() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return closed_; });
  }
  std::string sent() {
    std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string sent_;
  bool closed_ = false, gone_ = false;
};

/// An engine whose only run waits in a pause.
class StreamsTest : public testing::Test {
 protected:
  StreamsTest() {
    AwsSettings settings;
    settings.environment = {{"AWS_REGION", "eu-west-1"},
                            {"AWS_ACCESS_KEY_ID", "id"},
                            {"AWS_SECRET_ACCESS_KEY", "secret"}};
    engine::StartRequest request;
    request.plan.name = "waits";
    request.plan.root =
        plan::sequence("", {plan::leaf("pause", plan::PauseStep{std::chrono::hours(24)})});
    auto started = engine_.start(std::move(request), factory_.open(settings)->services);
    EXPECT_TRUE(started) << started.error().text();
    run_ = started->run;
  }
  ~StreamsTest() override { engine_.shutdown(); }

  std::unique_ptr<store::Store> store_ = store::open_memory(store::make_memory(), system_clock());
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  ServicesFactory factory_{system_clock(), system_random(), *packages_};
  engine::Executors executors_ = engine::standard_executors();
  plan::Evaluators evaluators_;
  engine::Engine engine_{*store_,    system_clock(), system_random(),
                         executors_, evaluators_,    {.owner = "test"}};
  std::string run_;
};

TEST_F(StreamsTest, SendsWhatIsThereWhatComesAndTheEnd) {
  Streams streams(engine_, system_clock());
  auto feed = std::make_shared<KeepingFeed>();
  streams.add(run_, 0, feed);
  ASSERT_TRUE(feed->wait_for("event: node_parked"));
  EXPECT_THAT(streams.followed(), testing::ElementsAre(run_));
  ASSERT_TRUE(engine_.signal(run_, {"skip", "", "ada", "", {}}));
  ASSERT_TRUE(feed->wait_for_close());
  EXPECT_THAT(feed->sent(), HasSubstr("event: run_ended"));
  EXPECT_TRUE(feed->sent().ends_with(stream_mark(stream_end)));
}

TEST_F(StreamsTest, SaysNowAndThenThatItIsStillThere) {
  Streams streams(engine_, system_clock(), {.heartbeat = std::chrono::milliseconds(1)});
  auto feed = std::make_shared<KeepingFeed>();
  streams.add(run_, 1000, feed);
  ASSERT_TRUE(feed->wait_for(stream_heartbeat() + stream_heartbeat()));
  EXPECT_THAT(feed->sent(), Not(HasSubstr("id:")));
}

TEST_F(StreamsTest, ForgetsAClientThatHasLeft) {
  Streams streams(engine_, system_clock(), {.heartbeat = std::chrono::milliseconds(1)});
  auto feed = std::make_shared<KeepingFeed>();
  streams.add(run_, 1000, feed);
  ASSERT_TRUE(feed->wait_for(stream_heartbeat()));
  feed->leave();
  while (!streams.followed().empty()) std::this_thread::yield();
}

TEST_F(StreamsTest, StoppingClosesWithoutAnEnd) {
  Streams streams(engine_, system_clock());
  auto feed = std::make_shared<KeepingFeed>();
  streams.add(run_, 0, feed);
  ASSERT_TRUE(feed->wait_for("event: node_parked"));
  streams.stop();
  EXPECT_TRUE(feed->wait_for_close());
  EXPECT_THAT(feed->sent(), Not(HasSubstr("event: end")));
  auto late = std::make_shared<KeepingFeed>();
  streams.add(run_, 0, late);
  EXPECT_TRUE(late->wait_for_close());
  EXPECT_THAT(late->sent(), IsEmpty());
}

}  // namespace
}  // namespace sluice::server
