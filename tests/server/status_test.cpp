#include "server/api_stage.hpp"
#include "server/page.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatusTest : public ApiStage {
 protected:
  std::string text_of_metrics() { return send("GET", "/metrics").body; }
};

TEST_F(StatusTest, IsReadyWhileTheJournalCanBeWritten) {
  std::string run = start();
  auto ready = send("GET", "/readyz", {{"Authorization", ""}});
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(member(ready, "status"), "ready");
  // Given a journal that cannot be written
  break_writes({"append"}, true);
  post("/api/v1/runs/" + run + "/signals", "k", json::Value{{"kind", "pause"}});
  auto frozen = send("GET", "/readyz", {{"Authorization", ""}});
  // Then it says so, to anyone, and not why
  EXPECT_EQ(frozen.status, 503);
  EXPECT_EQ(member(frozen, "status"), "not_ready");
  EXPECT_THAT(frozen.body, Not(HasSubstr("disk")));
  EXPECT_THAT(text_of_metrics(), HasSubstr("\nsluice_journal_frozen 1\n"));
}

TEST_F(StatusTest, CountsWhatWasCommitted) {
  std::string run = start();
  ASSERT_EQ(post("/api/v1/runs/" + run + "/signals", "k", json::Value{{"kind", "approve"}}).status,
            204);
  auto events = process_->runs.follow(run, 0, [](store::EventRow const&) { return true; }, {});
  ASSERT_TRUE(events) << events.error().text();
  auto text = text_of_metrics();
  for (auto const* line :
       {"# TYPE sluice_rollouts_total counter\n",
        "sluice_rollouts_total{strategy=\"none\",result=\"succeeded\"} 1\n",
        "# TYPE sluice_step_seconds histogram\n",
        "sluice_step_seconds_count{step=\"approval\",result=\"succeeded\"} 1\n",
        "sluice_step_seconds_bucket{step=\"approval\",result=\"succeeded\",le=\"+Inf\"} 1\n",
        "sluice_rollout_manual_pause_seconds_count{result=\"succeeded\"} 1\n",
        "sluice_build_info{version=\"1.2.3\"} 1\n", "sluice_lease_takeovers_total 0\n",
        "sluice_runs_active 0\n", "sluice_journal_frozen 0\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_EQ(send("GET", "/metrics", {{"Authorization", ""}}).status, 401);
}

TEST_F(StatusTest, CountsATakeOver) {
  std::string run = start();
  restart();
  ASSERT_EQ(
      post("/api/v1/runs/" + run + "/resume", "k", json::Value{{"aws", json::Object{}}}).status,
      204);
  EXPECT_THAT(text_of_metrics(), HasSubstr("sluice_lease_takeovers_total 1\n"));
}

TEST(MetricsTest, CountsCallsByWhatCameOfThem) {
  Metrics metrics("1");
  aws::Attempt attempt{};
  attempt.operation = "UpdateAlias";
  attempt.status = 200;
  metrics.called(attempt);
  attempt.status = 429;
  attempt.code = "TooManyRequestsException";
  metrics.called(attempt);
  metrics.called({});
  metrics.committed_in(std::chrono::milliseconds(3));
  auto text = metrics.text({.fenced_writes = 2});
  EXPECT_THAT(text, HasSubstr("\nsluice_fenced_writes_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nsluice_db_commit_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_aws_requests_total{api=\"UpdateAlias\",code=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("code=\"TooManyRequestsException\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{api=\"\",code=\"no_answer\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nsluice_aws_throttled_total 1\n"));
}

TEST(ExpositionTest, BoundsWhatTheOutsideCanMakeUp) {
  Counter counter({"x_total", "X.", {"code"}});
  for (std::size_t i = 0; i < most_series + 10; ++i) counter.add({std::to_string(i)});
  counter.add({"0"});
  std::string text;
  counter.write(text);
  EXPECT_THAT(text, HasSubstr("x_total{code=\"other\"} 10\n"));
  EXPECT_THAT(text, HasSubstr("x_total{code=\"0\"} 2\n"));
  Counter odd({"y_total", "Y.", {"code"}});
  odd.add({"a\"b\\c\nd"});
  text.clear();
  odd.write(text);
  EXPECT_THAT(text, HasSubstr(R"(y_total{code="a\"b\\c\nd"} 1)"));
}

TEST(ExpositionTest, BucketsAddUp) {
  Histogram histogram({"t_seconds", "T.", {}});
  for (double seconds : {0.0005, 0.02, 2.0, 200'000.0}) histogram.observe({}, seconds);
  std::string text;
  histogram.write(text);
  for (auto const* line :
       {"t_seconds_bucket{le=\"0.001\"} 1\n", "t_seconds_bucket{le=\"0.05\"} 2\n",
        "t_seconds_bucket{le=\"5\"} 3\n", "t_seconds_bucket{le=\"86400\"} 3\n",
        "t_seconds_bucket{le=\"+Inf\"} 4\n", "t_seconds_count 4\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(StatusTest, ABrowserWithoutATokenLearnsHowToGoOnAndNothingElse) {
  start("<b>shop</b>");
  auto page = send("GET", "/", {{"Authorization", ""}, {"Sec-Fetch-Site", "none"}});
  EXPECT_EQ(page.status, 401);
  EXPECT_THAT(page.body, HasSubstr("sluice login"));
  EXPECT_THAT(page.body, Not(HasSubstr("shop")));
}

TEST_F(StatusTest, ThePageListsRunsAndTrustsNoName) {
  std::string run = start("<script>alert(1)</script>&\"'\x1b[31m");
  auto page = send("GET", "/", {{"Authorization", "Bearer ada/viewer"}});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");
  auto const& policy = page.headers.get("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(page.body, HasSubstr(run));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  EXPECT_THAT(page.body, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
  EXPECT_THAT(page.body, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page.body, Not(HasSubstr("Older runs")));
}

TEST_F(StatusTest, ThePageLeadsToOlderRuns) {
  for (int i = 0; i < 3; ++i) start("run " + std::to_string(i));
  auto page = send("GET", "/?limit=2").body;
  EXPECT_THAT(page, HasSubstr("run 2"));
  EXPECT_THAT(page, Not(HasSubstr("run 0")));
  auto from = page.find("/?cursor=");
  ASSERT_NE(from, std::string::npos);
  auto older = send("GET", page.substr(from, page.find('"', from) - from),
                    {{"Sec-Fetch-Site", "same-origin"}})
                   .body;
  EXPECT_THAT(older, HasSubstr("run 0"));
  EXPECT_THAT(older, Not(HasSubstr("run 1")));
}

}  // namespace
}  // namespace sluice::server
