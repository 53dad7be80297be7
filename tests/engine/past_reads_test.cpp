#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/events.hpp"
#include "engine/rehearsal.hpp"

/// AWS answers reads with what was before the last write for a while: the run looks again, and
/// takes it for nobody's doing.
namespace sluice {
namespace {

std::string orders(std::string const& code, std::string const& more = "") {
  return R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )" +
         code + ".zip\n" + more;
}

test::Gate::Sent lost() {
  return std::unexpected(net::Failure{Error{ErrorCode::timeout, "no answer came", ""}, true});
}

json::Value release_of(engine::Snapshot const& snapshot) {
  return snapshot.state.releases.at("default/orders");
}

/// Answers what the alias was when this was made: to the first reads behind the write of that
/// number, whose answer is lost. `done`: whether that write takes effect all the same.
class PastAlias {
 public:
  PastAlias(test::Rehearsal& rehearsal, int write, bool done) : rehearsal_(rehearsal) {
    rehearsal.gate().before = [this, write, done](net::Request const& request) {
      return answer(request, write, done);
    };
    EXPECT_TRUE(rehearsal.lambda().get_alias("orders", "live"));
  }
  int answered() const { return answered_; }

 private:
  using Gate = test::Gate;

  static bool of_alias(net::Request const& request) {
    return request.url.ends_with("/aliases/live");
  }
  Gate::Sent pass(net::Request const& request) {
    passing_ = true;
    auto sent = rehearsal_.gate().send(request, {}, {});
    passing_ = false;
    return sent;
  }
  std::optional<Gate::Sent> answer(net::Request const& request, int write, bool done) {
    if (passing_ || !of_alias(request)) return std::nullopt;
    if (request.method == "GET" && !past_) return past_ = pass(request);
    if (request.method == "PUT" && ++writes_ == write) {
      if (done) {
        EXPECT_TRUE(pass(request));
      }
      return lost();
    }
    if (request.method != "GET" || writes_ < write || answered_ >= 3) return std::nullopt;
    ++answered_;
    return past_;
  }

  test::Rehearsal& rehearsal_;
  std::optional<Gate::Sent> past_;
  bool passing_ = false;
  int writes_ = 0, answered_ = 0;
};

// Where a change is taken for somebody else's, the run ends at once and in another place.
constexpr char two_steps[] =
    "strategy:\n  - shift: 10\n  - shift: 50\non_external_change: roll_back\n";

TEST(PastRead, OfAnAliasIsNotSomebodyElsesChange) {
  for (bool done : {true, false}) {
    test::Rehearsal rehearsal;
    rehearsal.run(orders("one"));
    PastAlias past(rehearsal, 2, done);
    auto end = rehearsal.run(orders("two", two_steps));
    EXPECT_EQ(end.state.end_state, "succeeded") << release_of(end).dump();
    EXPECT_EQ(past.answered(), 3);
    EXPECT_EQ(rehearsal.lambda().get_alias("orders", "live")->function_version, "2");
  }
}

TEST(PastRead, IsNotTakenForTheBaselineThatARollbackWants) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  // Given a rollback whose write never arrives, and reads that show the alias before the release
  PastAlias past(rehearsal, 2, false);
  auto end = rehearsal.run(orders("two", "strategy:\n  - shift: 10\n    watch: 1s\n"));
  EXPECT_EQ(end.state.end_state, "rolled_back") << release_of(end).dump();
  EXPECT_EQ(past.answered(), 3);
  auto alias = rehearsal.lambda().get_alias("orders", "live");
  EXPECT_EQ(alias->function_version, "1");
  EXPECT_TRUE(alias->weights.empty());
}

TEST(PastRead, OfAnAliasThatIsMadeHereIsNotItsDeletion) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  int writes = 0, hidden = 0;
  rehearsal.gate().before = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (!request.url.ends_with("/aliases/next")) return std::nullopt;
    if (request.method == "PUT" && ++writes == 1) return lost();
    if (request.method != "GET" || writes == 0 || hidden >= 2) return std::nullopt;
    ++hidden;
    net::Response missing;
    missing.status = 404;
    missing.headers.set("X-Amzn-ErrorType", "ResourceNotFoundException");
    missing.body = R"({"Message": "Cannot find alias"})";
    return missing;
  };
  std::string text = orders("two", two_steps);
  text.replace(text.find("alias: live"), 11, "alias: next");
  auto end = rehearsal.run(text);
  EXPECT_EQ(end.state.end_state, "succeeded") << release_of(end).dump();
  EXPECT_EQ(hidden, 2);
}

/// Stops the run while the creation is on its way, which arrives only when it has been looked for
/// that often.
class LateCreation {
 public:
  LateCreation(test::Rehearsal& rehearsal, std::string path, int looks)
      : rehearsal_(rehearsal), path_(std::move(path)), looks_(looks) {
    rehearsal.gate().before = [this](net::Request const& request) { return answer(request); };
  }
  void stop(std::string const& run) {
    std::unique_lock lock(mutex_);
    sent_.wait(lock, [&] { return late_.has_value(); });
    EXPECT_TRUE(rehearsal_.engine().signal(
        run, {.kind = "stop", .node = "", .by = "tester", .reason = "", .data = {}}));
    stopped_ = true;
    sent_.notify_all();
  }

 private:
  std::optional<test::Gate::Sent> answer(net::Request const& request) {
    std::unique_lock lock(mutex_);
    if (arrived_) return std::nullopt;
    if (request.method == "POST" && request.url.ends_with(path_)) {
      late_ = request;
      sent_.notify_all();
      sent_.wait(lock, [&] { return stopped_; });
      return lost();
    }
    if (request.method != "GET" || !stopped_ || !late_ || --looks_ > 0) return std::nullopt;
    arrived_ = true;
    lock.unlock();
    EXPECT_TRUE(rehearsal_.gate().send(*late_, {}, {}));
    return std::nullopt;
  }

  test::Rehearsal& rehearsal_;
  std::string path_;
  int looks_;
  std::mutex mutex_;
  std::condition_variable sent_;
  std::optional<net::Request> late_;
  bool stopped_ = false, arrived_ = false;
};

TEST(LateCreation, OfAFunctionIsWaitedForWhereTheRunIsStopped) {
  test::Rehearsal rehearsal;
  LateCreation creation(rehearsal, "/functions", 3);
  auto run = rehearsal.start(orders("one"));
  creation.stop(run);
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "stopped");
  EXPECT_EQ(release_of(end)["place"].as_string(), "on_candidate") << release_of(end).dump();
  EXPECT_TRUE(release_of(end)["place_note"].as_string().starts_with(
      "the function was created by this run and is kept"));
}

TEST(LateCreation, OfAnAliasIsWaitedForWhereTheRunIsStopped) {
  test::Rehearsal rehearsal;
  rehearsal.run(orders("one"));
  LateCreation creation(rehearsal, "/aliases", 3);
  std::string text = orders("two");
  text.replace(text.find("alias: live"), 11, "alias: next");
  auto run = rehearsal.start(text);
  creation.stop(run);
  auto end = rehearsal.wait(run);
  EXPECT_EQ(end.state.end_state, "stopped");
  EXPECT_TRUE(release_of(end)["created_alias"].as_bool()) << release_of(end).dump();
}

}  // namespace
}  // namespace sluice
