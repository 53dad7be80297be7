#include "local/endpoint_fixture.hpp"
#include "local/model/sns.hpp"
#include "local/wire/xml.hpp"

namespace sluice::local {
namespace {

class TopicWire : public test::EndpointTest {
 protected:
  net::Response call(net::Pairs form) {
    form.emplace_back("Version", "2010-03-31");
    return send({.method = "POST",
                 .body = net::format_query(form),
                 .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                 .service = "sns"});
  }
  net::Response publish(net::Pairs more) {
    more.emplace_back("Action", "Publish");
    more.emplace_back("TopicArn", ops);
    return call(std::move(more));
  }
  void make_topic() { ASSERT_EQ(call({{"Action", "CreateTopic"}, {"Name", "ops"}}).status, 200); }
  json::Value messages() { return (*json::parse(admin("GET", "messages").body))["messages"]; }

  static constexpr auto ops = "arn:aws:sns:eu-west-1:000000000000:ops";
};

TEST_F(TopicWire, IsMadeOnceAndListed) {
  for (int i = 0; i < 2; ++i) {
    auto const made = call({{"Action", "CreateTopic"}, {"Name", "ops"}});
    EXPECT_EQ(xml_text(made.body, "TopicArn"), ops) << made.body;
  }
  auto const listed = call({{"Action", "ListTopics"}});
  EXPECT_EQ(xml_elements(listed.body, "TopicArn", 10), std::vector<std::string>{ops});
  auto const shown = call({{"Action", "GetTopicAttributes"}, {"TopicArn", ops}});
  EXPECT_TRUE(shown.body.contains("<entry><key>Owner</key><value>000000000000</value></entry>"))
      << shown.body;
  ASSERT_EQ(call({{"Action", "DeleteTopic"}, {"TopicArn", ops}}).status, 200);
  auto const gone = call({{"Action", "GetTopicAttributes"}, {"TopicArn", ops}});
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(xml_text(gone.body, "Code"), "NotFound");
}

TEST_F(TopicWire, AreListedInPages) {
  for (int i = 0; i < 101; ++i)
    ASSERT_EQ(call({{"Action", "CreateTopic"}, {"Name", "t" + std::to_string(1000 + i)}}).status,
              200);
  auto const first = call({{"Action", "ListTopics"}}).body;
  EXPECT_EQ(xml_elements(first, "TopicArn", 200).size(), 100u);
  auto const second =
      call({{"Action", "ListTopics"}, {"NextToken", xml_text(first, "NextToken")}}).body;
  EXPECT_EQ(xml_elements(second, "TopicArn", 200).size(), 1u);
  EXPECT_EQ(xml_text(second, "NextToken"), "");
}

TEST_F(TopicWire, KeepsWhatIsPublished) {
  make_topic();
  auto const answer = publish({{"Subject", "started"},
                               {"Message", "{\"status\":\"STARTED\"}"},
                               {"MessageAttributes.entry.1.Name", "team"},
                               {"MessageAttributes.entry.1.Value.DataType", "String"},
                               {"MessageAttributes.entry.1.Value.StringValue", "tea"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  auto const kept = messages();
  ASSERT_EQ(kept.items().size(), 1u);
  auto const& message = kept.items().front();
  EXPECT_EQ(message["id"], json::Value(xml_text(answer.body, "MessageId")));
  EXPECT_EQ(message["topic"], json::Value(ops));
  EXPECT_EQ(message["subject"], json::Value("started"));
  EXPECT_EQ(message["text"], json::Value("{\"status\":\"STARTED\"}"));
  EXPECT_EQ(message["time"], json::Value("2026-01-02T03:04:05.000Z"));
  EXPECT_EQ(message["attributes"]["team"]["StringValue"], json::Value("tea"));
  ASSERT_EQ(admin("DELETE", "messages").status, 200);
  EXPECT_TRUE(messages().items().empty());
}

TEST_F(TopicWire, RefusesWhatIsWrongAndWhatItCannotDo) {
  make_topic();
  auto const code = [](net::Response const& answer) { return xml_text(answer.body, "Code"); };
  EXPECT_EQ(code(publish({})), "InvalidParameter");
  EXPECT_EQ(code(publish({{"Message", std::string(262'145, 'a')}})), "InvalidParameter");
  EXPECT_EQ(code(publish({{"Message", "a"}, {"Subject", std::string(100, 'a')}})),
            "InvalidParameter");
  EXPECT_EQ(code(publish({{"Message", "a"}, {"Subject", "two\nlines"}})), "InvalidParameter");
  EXPECT_EQ(code(publish({{"Message", "a"}, {"MessageStructure", "json"}})), "InvalidParameter");
  EXPECT_EQ(code(publish({{"Message", "a"}, {"PhoneNumber", "1"}})), "NotImplemented");
  EXPECT_EQ(code(call({{"Action", "Publish"}, {"TopicArn", "ops"}, {"Message", "a"}})),
            "InvalidParameter");
  EXPECT_EQ(code(call({{"Action", "Publish"},
                       {"TopicArn", "arn:aws:sns:eu-west-1:000000000000:none"},
                       {"Message", "a"}})),
            "NotFound");
  EXPECT_EQ(code(call({{"Action", "CreateTopic"}, {"Name", "a b"}})), "InvalidParameter");
  EXPECT_EQ(code(call({{"Action", "CreateTopic"}, {"Name", "a.fifo"}})), "NotImplemented");
  auto const subscribed = call({{"Action", "Subscribe"}, {"TopicArn", ops}, {"Protocol", "sqs"}});
  EXPECT_EQ(subscribed.status, 501);
  EXPECT_TRUE(subscribed.body.contains("sluice local messages")) << subscribed.body;
  EXPECT_TRUE(call({{"Action", "SetTopicAttributes"}}).body.contains("SetTopicAttributes"));
  EXPECT_TRUE(messages().items().empty());
}

TEST(Topics, SurviveARestartAndForgetOldMessages) {
  SeededRandom random{5};
  Time const now = from_millis(1'767'323'045'000);
  Sns sns;
  std::string const arn = *sns.create("000000000000", "eu-west-1", "ops", "Operations");
  for (std::size_t i = 0; i <= Sns::max_kept; ++i)
    ASSERT_TRUE(sns.publish({"", arn, "", "message " + std::to_string(i), {}, {}}, random, now));
  EXPECT_EQ(sns.messages().size(), Sns::max_kept);
  EXPECT_EQ(sns.messages().front().text, "message 1");
  Sns again;
  again.load(*json::parse(sns.save().dump()));
  EXPECT_EQ(again.save(), sns.save());
  EXPECT_EQ(again.topic(arn)->display_name, "Operations");
}

}  // namespace
}  // namespace sluice::local
