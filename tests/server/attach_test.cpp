#include "server/attach.hpp"

#include <poll.h>

#include "base/process.hpp"
#include "server/fixture.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

using AttachTest = ServerTest;

/// Follows a run on a thread of its own and says when it came to its pause.
class Follower {
 public:
  Follower(Runs& runs, std::string run) : runs_(runs), run_(std::move(run)) {
    thread_ = std::jthread([this](std::stop_token stop) {
      auto followed =
          runs_.follow(run_, 0, [this](auto const& event) { return take(event); }, stop);
      std::lock_guard lock(mutex_);
      result_ = std::move(followed);
    });
  }

  bool wait_for_pause() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return paused_; });
  }
  /// A process claimed the run, the first one not counted.
  bool wait_for_claim() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return claims_ > 0; });
  }
  Result<void> join() {
    thread_.join();
    return result_;
  }
  std::vector<store::EventRow> events() {
    std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  bool take(store::EventRow const& event) {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
    paused_ |= event.type == engine::event::node_parked;
    claims_ += event.type == engine::event::run_claimed;
    changed_.notify_all();
    return true;
  }

  Runs& runs_;
  std::string run_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<store::EventRow> events_;
  bool paused_ = false;
  int claims_ = 0;
  Result<void> result_;
  std::jthread thread_;
};

TEST_F(AttachTest, TheSecondCommandWorksThroughTheFirst) {
  auto first = attach("sluice deploy a.yaml");
  auto second = attach("sluice list");
  EXPECT_TRUE(first->hosting());
  EXPECT_FALSE(second->hosting());
  std::string run = start(*second, new_run(second->packages(), "v1", {}));
  expect_gap_free(follow(*second, run));
  EXPECT_EQ(state_of(*first, run), "succeeded");
}

TEST_F(AttachTest, AClientGoesOnWithItsRunWhenTheHolderHandsOver) {
  auto holder = attach("sluice deploy a.yaml");
  std::string mine = start(*holder, new_run(holder->packages(), "v1", {}));
  follow(*holder, mine);
  auto client = attach("sluice deploy b.yaml");
  std::string run = start(*client, new_run(client->packages(), "v2", canary()));
  Follower follower(*client, run);
  ASSERT_TRUE(follower.wait_for_pause());

  EXPECT_THAT(holder->linger({}), IsEmpty());
  holder.reset();
  ASSERT_TRUE(follower.wait_for_claim());
  EXPECT_TRUE(client->hosting());
  auto skipped = client->signal(run, {"skip", "", "ada", "", {}});
  ASSERT_TRUE(skipped) << skipped.error().text();
  auto followed = follower.join();
  EXPECT_TRUE(followed) << followed.error().text();
  expect_gap_free(follower.events());
  EXPECT_EQ(state_of(*client, run), "succeeded");
  EXPECT_EQ(live_alias().function_version, "2");
}

TEST_F(AttachTest, OnlyARunThatIsTakenOverIsWorthARemark) {
  auto holder = attach("sluice deploy a.yaml");
  AttachOptions options;
  options.host = host_options("sluice rollback");
  std::vector<std::string> told;
  options.tell = [&](std::string const& text) { told.push_back(text); };
  auto client = *Attached::open(std::move(options));
  std::string run = start(*client, new_run(client->packages(), "v1", {}));
  follow(*client, run);
  holder.reset();
  EXPECT_EQ(state_of(*client, run), "succeeded");
  EXPECT_TRUE(client->hosting());
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(AttachTest, AClientTakesOverFromAHolderThatWasKilled) {
  {
    auto host = open_host();
    release_first_version(*host);
  }
  ProcessOptions options;
  options.program = SLUICE_TEST_HOLDER;
  options.arguments = {(folder_.path() / "state").string()};
  auto holder = Process::start(options);
  ASSERT_TRUE(holder) << holder.error().text();
  char byte = 0;
  pollfd ready{holder->output(), POLLIN, 0};
  ASSERT_EQ(poll(&ready, 1, static_cast<int>(patience.count())), 1);
  ASSERT_EQ(read(holder->output(), &byte, 1), 1) << "the holder did not come up";

  AttachOptions client_options;
  client_options.host = host_options("sluice deploy b.yaml");
  std::string told;
  client_options.tell = [&](std::string const& text) { told = text; };
  auto client = *Attached::open(std::move(client_options));
  ASSERT_FALSE(client->hosting());
  std::string run = start(*client, new_run(client->packages(), "v2", canary()));
  Follower follower(*client, run);
  ASSERT_TRUE(follower.wait_for_pause());
  holder->signal_group(SIGKILL);
  holder->wait();

  ASSERT_TRUE(follower.wait_for_claim());
  auto stopped = client->signal(run, {"rollback", "", "ada", "", {}});
  ASSERT_TRUE(stopped) << stopped.error().text();
  auto followed = follower.join();
  EXPECT_TRUE(followed) << followed.error().text();
  expect_gap_free(follower.events());
  EXPECT_THAT(told, HasSubstr(run + " is gone; this one goes on with it"));
  EXPECT_EQ(state_of(*client, run), "rolled_back");
  EXPECT_EQ(live_alias().function_version, "1");
  EXPECT_THAT(live_alias().weights, IsEmpty());
}

TEST_F(AttachTest, AHolderThatDoesNotAnswerIsNamed) {
  auto state = folder_.path() / "state";
  auto held = store::Holder::acquire({state, {}, "sluice deploy a.yaml"}, system_clock());
  ASSERT_TRUE(held) << held.error().text();
  AttachOptions options;
  options.host = host_options("sluice list");
  options.patience = std::chrono::milliseconds(50);
  auto attached = Attached::open(std::move(options));
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code, ErrorCode::unavailable);
  EXPECT_THAT(attached.error().message, HasSubstr("sluice deploy a.yaml (process "));
  EXPECT_THAT(attached.error().message, HasSubstr("does not answer"));
}

TEST_F(AttachTest, SomebodyElsesRunIsNotTakenOver) {
  auto holder = attach("sluice deploy a.yaml");
  std::string first = start(*holder, new_run(holder->packages(), "v1", {}));
  follow(*holder, first);
  std::string run = start(*holder, new_run(holder->packages(), "v2", canary()));
  AttachOptions options;
  options.host = host_options("sluice watch");
  options.patience = std::chrono::milliseconds(300);
  auto watcher = *Attached::open(std::move(options));
  Follower follower(*watcher, run);
  ASSERT_TRUE(follower.wait_for_pause());
  holder.reset();
  auto followed = follower.join();
  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(watcher->get(run)->owner, "");
}

}  // namespace
}  // namespace sluice::server
