#include "engine/secrets.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <map>

#include "base/strings.hpp"
#include "engine/events.hpp"
#include "engine/rehearsal.hpp"
#include "engine/secret_targets.hpp"

/// Where the values of secrets get to, and where they do not.
namespace sluice {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char canary[] = "canary-7f3a\"b c";

class HeldSecrets final : public engine::SecretValues {
 public:
  std::map<std::string, std::string> values;

  Result<Secret> open(std::string const& name) override {
    auto found = values.find(name);
    if (found == values.end())
      return fail(ErrorCode::not_found, "there is no secret " + name, "Store it.");
    return Secret(found->second);
  }
  Result<std::string> keyed_hash(std::string_view text) override {
    return "key:" + std::to_string(std::hash<std::string_view>{}(text));
  }
  std::string hide(std::string text) const override {
    for (auto const& [name, value] : values) text = replace_all(text, value, "***");
    return text;
  }
};

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() {
    secrets_.values = {{"KEY", canary}, {"HOOK", "https://hooks.test/canary-hook"}};
    rehearsal_.services()->secrets = &secrets_;
    rehearsal_.gate().before = [this](net::Request const& request) { return answer(request); };
  }

  /// Requests to the hooks are kept and answered; the others go on to the endpoint.
  std::optional<test::Gate::Sent> answer(net::Request const& request) {
    if (!request.url.contains("hooks.test")) return aws ? aws(request) : std::nullopt;
    sent_.push_back(request);
    if (hook) return hook(request);
    return net::Response{};
  }

  static std::string orders(std::string const& code, std::string const& more = "") {
    return R"(function: orders
region: eu-west-1
alias: live
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/orders
package: )" +
           code + ".zip\n" + more;
  }
  static std::string with_key(std::string const& code) {
    return orders(code, "environment: {API_KEY: 'v1 ${secret:KEY}', PLAIN: text}\n");
  }
  static std::string with_hook(std::string const& hook) {
    return orders("one", "strategy: [{webhook: {" + hook + "}}]\n");
  }

  /// Everything that is kept of a run.
  std::string journal(engine::Snapshot const& run) {
    std::string text;
    auto events = rehearsal_.engine().with_store(
        [&](store::Store& store) { return store.events(run.state.id); });
    for (auto const& event : *events) text += event.type + " " + event.body.dump() + "\n";
    auto row = rehearsal_.engine().with_store(
        [&](store::Store& store) { return store.run(run.state.id); });
    return text + (*row)->summary.dump() + plan::to_json(*run.plan).dump();
  }
  std::string variable(std::string const& name) {
    auto live = rehearsal_.lambda().get_function("orders");
    if (!live) return live.error().error().text();
    return live->record.configuration["Environment"]["Variables"][name].as_string();
  }

  test::Rehearsal rehearsal_;
  HeldSecrets secrets_;
  std::vector<net::Request> sent_;
  std::function<std::optional<test::Gate::Sent>(net::Request const&)> aws;
  std::function<test::Gate::Sent(net::Request const&)> hook;
};

TEST_F(SecretsTest, AFunctionGetsTheValueAndTheJournalTheReference) {
  for (auto code : {"one", "two"}) {
    auto end = rehearsal_.run(with_key(code));
    ASSERT_EQ(end.state.end_state, "succeeded") << journal(end);
    EXPECT_EQ(variable("API_KEY"), std::string("v1 ") + canary);
    EXPECT_EQ(variable("PLAIN"), "text");
    EXPECT_THAT(journal(end), Not(HasSubstr("canary")));
    EXPECT_THAT(journal(end), HasSubstr("${secret:KEY}"));
  }
}

TEST_F(SecretsTest, AnotherValueIsANewVersionAndTheSameOneIsNothingToDo) {
  rehearsal_.run(with_key("one"));
  auto same = rehearsal_.run(with_key("one"));
  EXPECT_EQ(same.state.releases.begin()->second["unchanged"].as_bool(), true) << journal(same);
  secrets_.values["KEY"] = "canary-other";
  auto other = rehearsal_.run(with_key("one"));
  EXPECT_FALSE(other.state.releases.begin()->second["unchanged"].as_bool());
  EXPECT_EQ(variable("API_KEY"), "v1 canary-other");
  EXPECT_THAT(journal(other), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, AWriteWhoseAnswerWasLostIsKnownByItsHash) {
  rehearsal_.run(with_key("one"));
  secrets_.values["KEY"] = "canary-other";
  bool lost = false;
  aws = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (lost || request.method != "PUT" || !request.url.ends_with("/configuration"))
      return std::nullopt;
    lost = true;
    auto sent = rehearsal_.gate().send(request, {}, {});
    // Whoever stores another value meanwhile must not make the write look like somebody else's.
    secrets_.values["KEY"] = "canary-later";
    return std::unexpected(
        net::Failure{Error{ErrorCode::unavailable, "the connection was cut", ""}, true});
  };
  auto end = rehearsal_.run(with_key("one"));
  EXPECT_TRUE(lost);
  EXPECT_EQ(end.state.end_state, "succeeded") << journal(end);
  EXPECT_EQ(variable("API_KEY"), "v1 canary-other");
}

TEST_F(SecretsTest, WhatAwsSaysOfAValueIsHidden) {
  rehearsal_.run(orders("one"));
  aws = [&](net::Request const& request) -> std::optional<test::Gate::Sent> {
    if (request.method != "PUT" || !request.url.ends_with("/configuration")) return std::nullopt;
    net::Response refused;
    refused.status = 400;
    refused.headers.set("x-amzn-ErrorType", "InvalidParameterValueException");
    refused.body =
        json::Value{{"Type", "User"}, {"message", std::string("API_KEY cannot be ") + canary}}
            .dump();
    return refused;
  };
  auto end = rehearsal_.run(with_key("two"));
  EXPECT_NE(end.state.end_state, "succeeded");
  EXPECT_THAT(journal(end), HasSubstr("API_KEY cannot be ***"));
  EXPECT_THAT(journal(end), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, AWebhookGetsEachValueAsItsPlaceWritesIt) {
  auto end = rehearsal_.run(with_hook(
      R"(url: 'https://hooks.test/?t=${secret:KEY}', headers: {X-Key: 'k ${secret:KEY}'}, )"
      R"(body: {key: '${secret:KEY}', plain: '$${secret:KEY}'})"));
  ASSERT_EQ(end.state.end_state, "succeeded") << journal(end);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].url, "https://hooks.test/?t=canary-7f3a%22b%20c");
  EXPECT_EQ(sent_[0].headers.get("X-Key"), std::string("k ") + canary);
  EXPECT_EQ((*json::parse(sent_[0].body))["key"].as_string(), canary);
  EXPECT_EQ((*json::parse(sent_[0].body))["plain"].as_string(), "${secret:KEY}");
  EXPECT_THAT(journal(end), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, AWholeAddressCanBeASecret) {
  auto end = rehearsal_.run(with_hook("url: '${secret:HOOK}?x=1', body: 'plain ${secret:KEY}'"));
  ASSERT_EQ(end.state.end_state, "succeeded") << journal(end);
  EXPECT_EQ(sent_[0].url, "https://hooks.test/canary-hook?x=1");
  EXPECT_EQ(sent_[0].body, std::string("plain ") + canary);
  EXPECT_THAT(journal(end), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, AWebhookThatFailsTellsNoValue) {
  hook = [](net::Request const& request) -> test::Gate::Sent {
    return std::unexpected(net::Failure{
        Error{ErrorCode::unavailable, "cannot connect to " + request.url, "Look at " + request.url},
        false});
  };
  auto end = rehearsal_.run(with_hook("url: '${secret:HOOK}'"));
  EXPECT_NE(end.state.end_state, "succeeded");
  EXPECT_THAT(journal(end), HasSubstr("cannot connect to ***"));
  EXPECT_THAT(journal(end), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, ALineBreakDoesNotGetIntoAHeader) {
  secrets_.values["KEY"] = "canary\r\nX-Other: 1";
  auto end =
      rehearsal_.run(with_hook("url: 'https://hooks.test/', headers: {X-Key: '${secret:KEY}'}"));
  EXPECT_NE(end.state.end_state, "succeeded");
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_THAT(journal(end), HasSubstr("cannot stand in a header"));
}

TEST_F(SecretsTest, ASecretThatIsGoneFailsTheStepThatNeedsIt) {
  secrets_.values.erase("KEY");
  auto end = rehearsal_.run(with_key("one"));
  EXPECT_EQ(end.state.end_state, "failed");
  EXPECT_THAT(journal(end), HasSubstr("there is no secret KEY"));
  EXPECT_FALSE(rehearsal_.lambda().get_function("orders"));
}

/// A step before wrote a reference into its outputs: it must not be opened for that.
TEST_F(SecretsTest, OnlyThePlansOwnReferencesAreOpened) {
  plan::WebhookStep step;
  step.name = "hook";
  step.url = "https://hooks.test/";
  step.body = "a ${secret:KEY} b ${secret:HOOK}";
  plan::Plan declared;
  declared.root = plan::sequence("", {plan::leaf("tell", step)});
  declared.root.children[0].step->input.set("body", "a ${secret:KEY}");
  engine::NodeState record;
  record.input = plan::to_json(step);
  engine::StepContext context{.services = *rehearsal_.services(),
                              .plan = std::make_shared<plan::Plan const>(declared),
                              .run = "d-AAAAAAAAA",
                              .path = "tell",
                              .record = record,
                              .now = {},
                              .promoting = false,
                              .releases = {},
                              .stop = {},
                              .release_id = {},
                              .release = std::nullopt,
                              .notes = {}};
  auto opened = engine::opened_webhook(context);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->body, std::string("a ") + canary + " b ${secret:HOOK}");
}

class SeenTargets final : public engine::AwsAccess {
 public:
  explicit SeenTargets(std::vector<std::string>& seen) : seen_(seen) {}
  Result<engine::TargetAws> open(plan::Target const& target, std::stop_token) override {
    seen_.push_back(target.external_id);
    return engine::TargetAws{};
  }
  Duration metric_lag() const override { return {}; }

 private:
  std::vector<std::string>& seen_;
};

TEST_F(SecretsTest, AnExternalIdIsOpenedForTheRoleAlone) {
  std::vector<std::string> seen;
  engine::SecretTargets targets(std::make_unique<SeenTargets>(seen), secrets_);
  plan::Target target;
  target.name = "prod";
  target.external_id = "id-${secret:KEY}";
  EXPECT_TRUE(targets.open(target, {}));
  EXPECT_THAT(seen, Contains(std::string("id-") + canary));
  target.external_id = "${secret:OTHER}";
  auto missing = targets.open(target, {});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("target 'prod'"));
}

}  // namespace
}  // namespace sluice
