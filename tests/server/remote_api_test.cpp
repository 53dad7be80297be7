#include <mutex>

#include "net/server.hpp"
#include "server/api_stage.hpp"
#include "server/remote.hpp"
#include "server/remote_packages.hpp"
#include "server/wire.hpp"
#include "support/folder.hpp"
#include "support/zip.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// The client against the API itself, over TCP; the first answers to a POST may get lost.
class RemoteApi : public ApiStage {
 protected:
  RemoteApi() {
    net::ServerOptions options;
    options.uploads = process_->api.uploads(folder_.path());
    auto refusal = options.uploads->refusal;
    options.uploads->refusal = [refusal](net::Incoming head) {
      head.headers.set("Host", "sluice.test");
      return refusal(head);
    };
    server_ = *net::listen(options, [this](net::Incoming const& request) {
      net::Incoming named = request;
      named.headers.set("Host", "sluice.test");
      auto response = process_->api.handle(named);
      if (request.method == "POST" && lost_ > 0) {
        --lost_;
        response = {};
        response.drop = true;
      }
      return response;
    });
  }
  RemoteRuns runs(std::string const& token = "ada/admin") {
    RemoteOptions options;
    options.base_url = "http://127.0.0.1:" + std::to_string(server_->port());
    options.token = Secret(token);
    options.repeats = 4;
    options.patience = patience;
    return {*client_, options};
  }
  static NewRun asking() {
    auto run = new_run(asking_run());
    EXPECT_TRUE(run);
    return *run;
  }
  /// Follows until it asks.
  static void until_it_asks(Runs& runs, std::string const& run) {
    auto followed = runs.follow(
        run, 0,
        [](store::EventRow const& event) { return event.type != engine::event::node_parked; }, {});
    EXPECT_TRUE(followed) << followed.error().text();
  }

  std::atomic<int> lost_ = 0;
  test::TemporaryFolder folder_;
  std::unique_ptr<net::Client> client_ = net::make_client();
  std::unique_ptr<net::Server> server_;
};

TEST_F(RemoteApi, ARunIsStartedLedAndFollowedToItsEnd) {
  auto remote = runs();
  auto started = remote.start(asking());
  ASSERT_TRUE(started) << started.error().text();
  until_it_asks(remote, started->run);
  auto row = remote.get(started->run);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->requester, "ada");
  ASSERT_TRUE(remote.signal(started->run, {"approve", "", "somebody else", "fine", {}}));
  std::vector<std::int64_t> seen;
  auto followed = remote.follow(started->run, 0,
                                [&](store::EventRow const& event) {
                                  seen.push_back(event.seq);
                                  return true;
                                },
                                {});
  ASSERT_TRUE(followed) << followed.error().text();
  for (std::size_t i = 0; i < seen.size(); ++i)
    EXPECT_EQ(seen[i], static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(remote.get(started->run)->state, "succeeded");
  EXPECT_EQ(remote.list({})->size(), 1u);
  EXPECT_EQ(remote.plan(started->run)->name, "asks");
}

TEST_F(RemoteApi, WhatIsSentAgainAfterALostAnswerHappensOnce) {
  auto remote = runs();
  lost_ = 2;
  auto started = remote.start(asking());
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_EQ(rows().size(), 1u);
  until_it_asks(remote, started->run);
  lost_ = 1;
  ASSERT_TRUE(remote.signal(started->run, {"pause", "", "", "", {}}));
  EXPECT_EQ(count(started->run, engine::event::signal), 1u);
}

TEST_F(RemoteApi, WhoMayNotIsTold) {
  auto viewer = runs("eve/viewer");
  EXPECT_TRUE(viewer.list({}));
  auto refused = viewer.start(asking());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  auto nobody = runs("nonsense");
  auto unknown = nobody.list({});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().hint, HasSubstr("sluice login http://127.0.0.1"));
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(RemoteApi, PackagesAreSentOnceAndAreThereThen) {
  auto remote = runs();
  auto mine = store::memory_packages();
  auto stored = mine->add_bytes(test::make_zip({{"app.py", std::string(3 << 20, 'x')}}));
  ASSERT_TRUE(stored);
  plan::Plan plan;
  plan.releases.emplace_back();
  plan.releases[0].package.kind = plan::Package::Kind::stored;
  plan.releases[0].package.sha256 = stored->sha256;
  auto missing = missing_packages(remote.api(), plan, *mine);
  ASSERT_TRUE(missing) << missing.error().text();
  ASSERT_THAT(*missing, SizeIs(1));
  auto sent = send_package(remote.api(), missing->front(), {}, {});
  ASSERT_TRUE(sent) << sent.error().text();
  EXPECT_TRUE(packages_->open(stored->sha256));
  EXPECT_THAT(*missing_packages(remote.api(), plan, *mine), IsEmpty());
  auto forged = missing->front();
  forged.sha256 = mine->add_bytes("other")->sha256;
  EXPECT_FALSE(send_package(remote.api(), forged, {}, {}));
  auto viewer = runs("eve/viewer");
  auto refused = missing_packages(viewer.api(), plan, *mine);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
}

}  // namespace
}  // namespace sluice::server
