#include "server/wire.hpp"

#include "server/event_stream.hpp"
#include "server/fixture.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;

TEST(WireTest, ARowSurvivesItsJson) {
  store::RunRow row{.id = "d-A",
                    .name = "shop",
                    .plan_digest = "ab",
                    .dialect = "native",
                    .state = "running",
                    .requester = "ada",
                    .world = json::Value{{"region", "eu-west-1"}},
                    .summary = json::Value{{"releases", json::Array{}}},
                    .created = from_millis(1),
                    .updated = from_millis(2),
                    .ended = from_millis(3),
                    .next_due = from_millis(4),
                    .owner = "host:1:x",
                    .epoch = 5,
                    .last_seq = 6};
  auto read = run_row(to_json(row));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(to_json(*read), to_json(row));
  row.ended.reset();
  row.next_due.reset();
  EXPECT_EQ(to_json(*run_row(to_json(row))), to_json(row));
}

TEST(WireTest, SettingsSurviveTheirJson) {
  AwsSettings settings{{{"AWS_REGION", "eu-west-1"}}, "prod", "us-east-1", "http://x", "/state"};
  auto read = aws_settings(to_json(settings));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(to_json(*read), to_json(settings));
  EXPECT_EQ(to_json(*aws_settings(to_json(AwsSettings{}))), to_json(AwsSettings{}));
}

TEST(WireTest, AnUnknownMemberIsRefusedWithTheNearestKnownOne) {
  auto signal = signal_of(json::Value{{"kind", "stop"}, {"reson", "typo"}});
  ASSERT_FALSE(signal);
  EXPECT_THAT(signal.error().message, HasSubstr("'reson'"));
  EXPECT_EQ(signal.error().hint, "Did you mean 'reason'?");
  EXPECT_FALSE(aws_settings(json::Value{{"regoin", "x"}}));
  EXPECT_FALSE(resume_settings(json::Value{{"aws", json::Object{}}, {"force", true}}));
  EXPECT_FALSE(new_run(json::Value{{"palns", 1}}));
}

TEST(WireTest, WhatIsWrongIsPointedAt) {
  auto signal = signal_of(json::Value{{"kind", "stop"}, {"a/b~", 1}});
  EXPECT_EQ(signal.error().pointer, "/a~1b~0");
  EXPECT_EQ(signal_of(json::Value(json::Object{})).error().pointer, "/kind");
  EXPECT_EQ(signal_of(json::Value(1)).error().pointer, "");
  EXPECT_EQ(new_run(json::Value{{"plan", 1}}).error().pointer, "/plan");
  EXPECT_EQ(new_run(json::Value{{"plan", 1}}).error().code, ErrorCode::invalid_input);
  json::Value aws{{"environment", json::Value{{"AWS_REGION", 1}}}};
  EXPECT_EQ(resume_settings(json::Value{{"aws", aws}}).error().pointer,
            "/aws/environment/AWS_REGION");
}

TEST(ProblemTest, EveryErrorComesBackAsItWas) {
  using enum ErrorCode;
  for (auto code : {invalid_input, not_found, conflict, denied, throttled, unavailable, timeout,
                    corrupt, cancelled, internal}) {
    Error error{code, "what failed", "what to do"};
    net::Response response = problem(error);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    EXPECT_GE(response.status, 400);
    Error back = error_of(response);
    EXPECT_EQ(back.code, code);
    EXPECT_EQ(back.message, error.message);
    EXPECT_EQ(back.hint, error.hint);
  }
}

TEST(ProblemTest, HoldsWhatRfc9457Names) {
  auto body = json::parse(problem({ErrorCode::not_found, "there is no run", ""}).body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["type"].as_string(), "about:blank");
  EXPECT_EQ((*body)["title"].as_string(), "Not found");
  EXPECT_EQ((*body)["status"].as_int(), 404);
  EXPECT_EQ((*body)["code"].as_string(), "not_found");
  EXPECT_EQ((*body)["detail"].as_string(), "there is no run");
  EXPECT_FALSE(body->contains("hint"));
}

TEST(ProblemTest, AnotherServersPageIsAnErrorToo) {
  net::Response page;
  page.status = 502;
  page.body = "<html>\x1b[2J bad gateway";
  Error error = error_of(page);
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, HasSubstr("502"));
  EXPECT_THAT(error.message, testing::Not(HasSubstr("\x1b")));
}

TEST(EventStreamTest, IsReadWhateverPiecesItComesIn) {
  std::string text = ": hello\r\n\r\nid: 1\r\nevent: a\r\ndata: x\r\n\r\n" + stream_heartbeat() +
                     "event:b\ndata:y\ndata: z\nignored: q\n\n" + stream_mark(stream_end);
  for (std::size_t size : {1, 2, 3, 7, 1000}) {
    StreamReader reader;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < text.size(); at += size) {
      auto taken =
          reader.take(std::string_view(text).substr(at, size),
                      [&](StreamMessage const& message) -> Result<void> {
                        seen.push_back(message.id + "|" + message.event + "|" + message.data);
                        return {};
                      });
      ASSERT_TRUE(taken);
    }
    EXPECT_THAT(seen, testing::ElementsAre("1|a|x", "|b|y\nz", "|end|{}")) << size;
  }
}

}  // namespace
}  // namespace sluice::server
