#include <gmock/gmock.h>

#include <deque>
#include <mutex>

#include "base/hash.hpp"
#include "net/server.hpp"
#include "server/event_stream.hpp"
#include "server/problem.hpp"
#include "server/remote.hpp"
#include "server/remote_login.hpp"
#include "server/remote_packages.hpp"

namespace sluice::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// Sleeps without waiting, and notes for how long it was asked to.
class QuickClock final : public Clock {
 public:
  Time now() override { return system_clock().now(); }
  Duration monotonic() override { return system_clock().monotonic(); }
  void sleep(Duration time, std::stop_token) override {
    std::lock_guard lock(mutex_);
    slept_.push_back(time);
  }
  std::vector<Duration> slept() {
    std::lock_guard lock(mutex_);
    return slept_;
  }

 private:
  std::mutex mutex_;
  std::vector<Duration> slept_;
};

net::Response response_of(int status, std::string const& body,
                          std::string const& type = "application/json") {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", type}};
  response.body = body;
  return response;
}

net::Response cut_off() {
  net::Response response;
  response.drop = true;
  return response;
}

/// Answers from a list, then always with the last one; remembers what it was asked.
class ListedServer {
 public:
  explicit ListedServer(std::deque<net::Response> answers) : answers_(std::move(answers)) {
    server_ = *net::listen({}, [this](net::Incoming const& request) {
      std::lock_guard lock(mutex_);
      asked_.push_back(request);
      auto answer = answers_.front();
      if (answers_.size() > 1) answers_.pop_front();
      return answer;
    });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<net::Incoming> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<std::string> fields(std::string_view name) {
    std::vector<std::string> out;
    for (auto const& one : asked()) out.push_back(one.headers.get(name));
    return out;
  }

 private:
  std::mutex mutex_;
  std::deque<net::Response> answers_;
  std::vector<net::Incoming> asked_;
  std::unique_ptr<net::Server> server_;
};

class ServerLink : public testing::Test {
 protected:
  RemoteOptions options(ListedServer const& server) {
    RemoteOptions options;
    options.base_url = server.url();
    options.token = Secret("sluice_api_x");
    options.repeats = 4;
    options.patience = std::chrono::seconds(30);
    options.clock = &clock_;
    return options;
  }
  RemoteRuns runs(ListedServer const& server) { return {*client_, options(server)}; }

  QuickClock clock_;
  std::unique_ptr<net::Client> client_ = net::make_client();
};

TEST_F(ServerLink, ASignalIsRepeatedUnderOneKeyAndTheNextHasAnother) {
  ListedServer server({cut_off(), cut_off(), response_of(204, "")});
  auto remote = runs(server);
  ASSERT_TRUE(remote.signal("d-A", {"pause", "", "ada", "", {}}));
  ASSERT_TRUE(remote.signal("d-A", {"continue", "", "ada", "", {}}));
  auto keys = server.fields("Idempotency-Key");
  ASSERT_THAT(keys, SizeIs(4));
  EXPECT_THAT(keys[0], SizeIs(36));
  EXPECT_EQ(keys[1], keys[0]);
  EXPECT_EQ(keys[2], keys[0]);
  EXPECT_NE(keys[3], keys[0]);
  EXPECT_EQ(server.fields("Authorization")[3], "Bearer sluice_api_x");
}

TEST_F(ServerLink, RepetitionsEnd) {
  ListedServer server({cut_off()});
  auto remote = runs(server);
  auto refused = remote.get("d-A");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("ask the server " + server.url()));
  EXPECT_THAT(clock_.slept(), SizeIs(4));
}

TEST_F(ServerLink, AnAnswerThatSaysWhenIsAskedForAgainThen) {
  auto busy = problem({ErrorCode::conflict, "being carried out", ""});
  busy.headers.set("Retry-After", "2");
  ListedServer server({busy, response_of(502, "bad gateway", "text/html"), response_of(204, "")});
  auto remote = runs(server);
  ASSERT_TRUE(remote.signal("d-A", {"pause", "", "ada", "", {}}));
  ASSERT_THAT(clock_.slept(), SizeIs(2));
  EXPECT_EQ(clock_.slept().front(), std::chrono::seconds(2));
}

TEST_F(ServerLink, ARefusalIsNotRepeated) {
  ListedServer server({problem({ErrorCode::unavailable, "the disk is full", ""})});
  auto remote = runs(server);
  auto refused = remote.signal("d-A", {"pause", "", "ada", "", {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the disk is full");
  EXPECT_THAT(server.asked(), SizeIs(1));
}

TEST_F(ServerLink, WhoIsNotLetInLearnsHowToLogIn) {
  auto unknown = problem({ErrorCode::denied, "the token has expired", ""});
  unknown.status = 401;
  ListedServer server({unknown, problem({ErrorCode::denied, "'ada' may not do this", "Ask."}),
                       response_of(403, "")});
  auto remote = runs(server);
  auto expired = remote.get("d-A");
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, ErrorCode::denied);
  EXPECT_THAT(expired.error().hint, HasSubstr("sluice login " + server.url()));
  auto forbidden = remote.get("d-A");
  EXPECT_EQ(forbidden.error().code, ErrorCode::denied);
  EXPECT_THAT(forbidden.error().hint, HasSubstr("Ask. sluice login " + server.url()));
  EXPECT_THAT(remote.get("d-A").error().message, HasSubstr("you may not do this on"));
}

TEST_F(ServerLink, SomethingElseThanASluiceServerIsRecognised) {
  ListedServer server({response_of(404, "<html>", "text/html"), response_of(200, "<html>"),
                       problem({ErrorCode::not_found, "there is no resource /api/v1/runs", ""}),
                       problem({ErrorCode::not_found, "there is no run d-A", ""})});
  auto remote = runs(server);
  EXPECT_THAT(remote.get("d-A").error().message, HasSubstr("it is no Sluice server"));
  EXPECT_THAT(remote.get("d-A").error().message, HasSubstr("something else than JSON"));
  EXPECT_THAT(remote.get("d-A").error().message, HasSubstr("is too old for this"));
  EXPECT_EQ(remote.get("d-A").error().message, "there is no run d-A");
}

TEST_F(ServerLink, AFollowerOutlivesARestartAndATakeOver) {
  std::string type = "text/event-stream";
  auto event = [](std::int64_t seq) {
    return stream_text({seq, from_millis(seq), "note", json::Value{{"text", "x"}}, 1});
  };
  ListedServer server({response_of(200, R"({"events": [], "more": false})"),
                       response_of(200, event(1), type), cut_off(),
                       response_of(503, "this server is stopping\n", "text/plain"),
                       response_of(200, stream_mark(stream_unowned), type),
                       response_of(200, stream_mark(stream_again), type),
                       response_of(200, event(2) + stream_mark(stream_end), type)});
  auto remote = runs(server);
  std::vector<std::int64_t> seen;
  auto followed = remote.follow("d-A", 0,
                                [&](store::EventRow const& row) {
                                  seen.push_back(row.seq);
                                  return true;
                                },
                                {});
  ASSERT_TRUE(followed) << followed.error().text();
  EXPECT_THAT(seen, ElementsAre(1, 2));
  EXPECT_EQ(server.fields("Last-Event-ID").back(), "1");
}

TEST_F(ServerLink, AFollowerGivesUpOnAServerThatStaysAway) {
  ListedServer server({response_of(200, R"({"events": [], "more": false})"), cut_off()});
  auto patient = options(server);
  patient.patience = std::chrono::milliseconds(300);
  RemoteRuns remote(*client_, patient);
  auto followed = remote.follow("d-A", 0, [](auto const&) { return true; }, {});
  ASSERT_FALSE(followed);
  EXPECT_THAT(followed.error().message, HasSubstr("nothing has been heard of run d-A"));
}

TEST_F(ServerLink, OnlyPackagesThatTheServerLacksAreSent) {
  auto packages = store::memory_packages();
  auto known = packages->add_bytes("known"), fresh = packages->add_bytes("fresh");
  plan::Plan plan;
  for (auto const& one : {*known, *fresh, *fresh}) {
    plan::Release release;
    release.function = "orders";
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = one.sha256;
    plan.releases.push_back(release);
  }
  ListedServer server({response_of(200, ""), response_of(404, ""), response_of(201, "{}")});
  ApiClient api(*client_, options(server));
  auto missing = missing_packages(api, plan, *packages);
  ASSERT_TRUE(missing) << missing.error().text();
  ASSERT_THAT(*missing, SizeIs(1));
  std::uint64_t most = 0;
  auto sent = send_package(api, missing->front(), [&](std::uint64_t now) { most = now; }, {});
  ASSERT_TRUE(sent) << sent.error().text();
  auto last = server.asked().back();
  EXPECT_EQ(last.method, "PUT");
  EXPECT_EQ(last.path, "/api/v1/packages/" + hex(sha256("fresh")));
  EXPECT_EQ(last.body, "fresh");
  EXPECT_EQ(last.headers.get("Content-Type"), "application/zip");
  EXPECT_EQ(most, 5u);
}

TEST_F(ServerLink, ASetUpTokenIsNotSentTwice) {
  ListedServer server({cut_off()});
  ApiClient api(*client_, options(server));
  auto refused = log_in(api, Secret("sluice_setup_x"), "");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().hint, HasSubstr("works once"));
  EXPECT_THAT(server.asked(), SizeIs(1));
}

}  // namespace
}  // namespace sluice::server
