#include <condition_variable>
#include <mutex>

#include "engine/core_play.hpp"
#include "engine/events.hpp"
#include "engine/thread_pool.hpp"

namespace sluice {
namespace {

using namespace engine;
using test::CorePlay;
using test::probe;

/// A scope with one step that is to be rolled back by another one; both change something.
plan::Node changes() {
  plan::Node scope = plan::sequence("scope", {probe("do")});
  scope.compensation = {probe("undo")};
  return plan::sequence("root", {std::move(scope)});
}

class Turn : public testing::Test {
 protected:
  Turn() {
    play.probe().on_next = [](StepContext& context) -> Move {
      if (context.happened("Change")) return Done{};
      return Effect{"Change", {}, json::Value{{"wanted", 1}}, {}};
    };
    play.probe().on_perform = [this](StepContext& context, Effect const&) -> Performed {
      done.push_back(context.path);
      return Happened{};
    };
    play.probe().on_settle = [this](StepContext& context, Effect const&) -> Settled {
      settled.push_back(context.path);
      return DidNotHappen{"not there"};
    };
  }

  CorePlay play;
  std::vector<std::string> done, settled;
};

TEST_F(Turn, ARollbackDoesNotWaitForAStepWhoseTurnHasNotCome) {
  // Given a step whose intent is journalled while others' work stands before it
  play.start(changes());
  play.workers().perform(0);
  play.workers().deliver(0);
  ASSERT_EQ(play.count(event::effect_intended), 1);
  ASSERT_EQ(play.workers().waiting(), 1u);
  // When the run is to go back
  ASSERT_TRUE(play.signal("rollback"));
  // Then what was not begun is void, and the rollback goes on beside the work that waits
  EXPECT_EQ(play.count(event::effect_void), 1);
  ASSERT_EQ(play.workers().waiting(), 2u);
  while (play.workers().waiting() > 1) {
    play.workers().perform(1);
    play.workers().deliver(0);
  }
  EXPECT_EQ(done, std::vector<std::string>{"scope/~undo"});
  EXPECT_TRUE(play.state().over());
  // And when its turn comes nothing is done any more
  play.run();
  EXPECT_EQ(done, std::vector<std::string>{"scope/~undo"});
  EXPECT_EQ(settled, std::vector<std::string>{});
}

TEST_F(Turn, ARollbackDoesNotWaitForALookWhoseTurnHasNotCome) {
  play.start(changes());
  ASSERT_EQ(play.workers().waiting(), 1u);
  ASSERT_TRUE(play.signal("rollback"));
  EXPECT_EQ(play.state().node("scope/do").status, NodeStatus::cancelled);
  play.run();
  EXPECT_TRUE(play.state().over());
  EXPECT_EQ(play.count(event::effect_void), 0);
}

/// Work that tells its name when it is done; the first waits until it is let go.
class OneThread : public testing::Test {
 protected:
  std::function<void()> work(std::string const& name) {
    return [this, name] {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return open; });
      order.push_back(name);
    };
  }
  std::vector<std::string> let_go() {
    {
      std::lock_guard lock(mutex);
      open = true;
      changed.notify_all();
    }
    pool.stop();
    return order;
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::vector<std::string> order;
  ThreadPool pool{1};
};

TEST_F(OneThread, NobodyWaitsBehindAllTheWorkOfAnother) {
  for (auto const* name : {"a1", "a2", "a3"}) pool.submit("a", work(name));
  for (auto const* name : {"b1", "b2"}) pool.submit("b", work(name));
  EXPECT_EQ(let_go(), (std::vector<std::string>{"a1", "b1", "a2", "b2", "a3"}));
}

TEST_F(OneThread, OnesOwnWorkIsTakenInItsOrder) {
  for (auto const* name : {"1", "2", "3"}) pool.submit("a", work(name));
  EXPECT_EQ(let_go(), (std::vector<std::string>{"1", "2", "3"}));
}

TEST(Threads, WhoHasFewerAtWorkComesFirst) {
  // Given two threads at work for one party, more of its work, and another's that comes later
  std::mutex mutex;
  std::condition_variable changed;
  int at_work = 0, open = 0;
  std::vector<std::string> order;
  auto held = [&](std::string const& name) {
    return [&, name] {
      std::unique_lock lock(mutex);
      order.push_back(name);
      ++at_work;
      changed.notify_all();
      changed.wait(lock, [&] { return open > 0; });
      --open;
    };
  };
  auto until = [&](int number) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return at_work >= number; });
  };
  auto let_one_go = [&] {
    std::lock_guard lock(mutex);
    ++open;
    changed.notify_all();
  };
  ThreadPool pool(2);
  pool.submit("a", held("a"));
  pool.submit("a", held("a"));
  until(2);
  pool.submit("a", held("a"));
  pool.submit("b", held("b"));
  pool.submit("b", held("b"));
  // When threads come free one after the other
  let_one_go(), until(3);
  let_one_go(), until(4);
  let_one_go(), until(5);
  // Then the other party gets the first of them; what is left is divided
  EXPECT_EQ(order[2], "b");
  EXPECT_EQ(order.size(), 5u);
  let_one_go(), let_one_go();
}

}  // namespace
}  // namespace sluice
