#include "plan/secrets.hpp"

#include <gmock/gmock.h>

#include "plan/sample.hpp"
#include "plan/steps.hpp"

namespace sluice::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string filled(std::string_view text) {
  auto out = fill_secrets(text, [](std::string const& name, std::size_t at) -> Result<std::string> {
    return "<" + name + "@" + std::to_string(at) + ">";
  });
  return out ? *out : out.error().text();
}

TEST(PlanSecrets, ReferencesAreFilledAndOtherTextStays) {
  struct Case {
    std::string_view text, filled;
  };
  for (auto const& one : {
           Case{"", ""},
           Case{"plain $ ${x} $$ {secret:A}", "plain $ ${x} $$ {secret:A}"},
           Case{"${secret:A}", "<A@0>"},
           Case{"Bearer ${secret:a.b-C_1}!", "Bearer <a.b-C_1@7>!"},
           Case{"${secret:A}${secret:B}", "<A@0><B@11>"},
           Case{"$${secret:A}", "${secret:A}"},
           Case{"$$${secret:A}", "$${secret:A}"},
           Case{"${secret:A", "${secret:A"},
           Case{"${secret:}", "<@0>"},
       })
    EXPECT_EQ(filled(one.text), one.filled) << one.text;
}

TEST(PlanSecrets, ATextThatStandsForItselfComesThrough) {
  for (std::string text : {"${secret:A}", "a ${secret:B} $${secret:C}", "$", "none"})
    EXPECT_EQ(filled(without_references(text)), text);
}

TEST(PlanSecrets, Names) {
  for (auto name : {"A", "_x", "hook-token", "a.b", "0"}) EXPECT_TRUE(is_secret_name(name)) << name;
  for (auto name : {"", "-a", ".a", "a b", "a/b", "ä"}) EXPECT_FALSE(is_secret_name(name)) << name;
  EXPECT_FALSE(is_secret_name(std::string(101, 'a')));
}

Plan secretive() {
  Plan plan = test::full_plan();
  plan.targets[0].external_id = "${secret:EXTERNAL}";
  plan.releases[0].configuration.set(
      "Environment", json::Value{{"Variables", json::Value{{"KEY", "k=${secret:KEY}"}}}});
  WebhookStep hook;
  hook.name = "hook";
  hook.url = "https://example.com/?t=${secret:URL}";
  hook.headers = {{"Authorization", "Bearer ${secret:HEADER}"}};
  hook.body = "${secret:BODY}";
  plan.root.children.push_back(leaf("tell", hook));
  plan.root.children.push_back(leaf("publish", PublishStep{"prod/orders"}));
  return plan;
}

TEST(PlanSecrets, EveryPlaceThatNeedsOneIsFound) {
  std::vector<std::string> found;
  for (auto const& use : secret_uses(secretive())) found.push_back(use.name + ": " + use.where);
  EXPECT_THAT(found, ElementsAre("EXTERNAL: the external id of target 'prod'",
                                 "KEY: the environment variable KEY of prod/orders",
                                 "URL: the URL of webhook step 'tell'",
                                 "HEADER: a header of webhook step 'tell'",
                                 "BODY: the body of webhook step 'tell'"));
}

TEST(PlanSecrets, TheyMayStandWhereTheyAreOpenedAndNowhereElse) {
  EXPECT_THAT(misplaced_secrets(secretive()), IsEmpty());
  EXPECT_THAT(problems_of(secretive()), IsEmpty());
  auto refuses = [](std::function<void(Plan&)> const& change) {
    Plan plan = secretive();
    change(plan);
    EXPECT_THAT(problems_of(plan), ElementsAre(HasSubstr("${secret:X}")));
  };
  refuses([](Plan& plan) { plan.releases[0].function = "${secret:X}"; });
  refuses([](Plan& plan) { plan.releases[0].configuration.set("Description", "${secret:X}"); });
  refuses([](Plan& plan) { plan.releases[0].tags->insert({"t", "${secret:X}"}); });
  refuses(
      [](Plan& plan) { plan.root.children.push_back(leaf("ask", ApprovalStep{"${secret:X}"})); });
  refuses([](Plan& plan) {
    InvokeStep invoke;
    invoke.payload = "{\"a\":\"${secret:X}\"}";
    plan.root.children.push_back(leaf("smoke", invoke));
  });
  refuses([](Plan& plan) { plan.root.children[2].step->input.set("name", "${secret:X}"); });
}

TEST(PlanSecrets, ARollbackThatStandsAloneNeedsNoEnvironment) {
  Plan plan = secretive();
  plan.root = sequence("", {leaf("restore", RestoreStep{"prod/orders"})});
  ASSERT_EQ(secret_uses(plan).size(), 1u);
  EXPECT_EQ(secret_uses(plan)[0].name, "EXTERNAL");
}

TEST(PlanSecrets, AnUnusableNameIsRefusedWithItsPlace) {
  Plan plan = secretive();
  plan.targets[0].external_id = "${secret:no name}";
  EXPECT_THAT(problems_of(plan), ElementsAre(HasSubstr("target 'prod'")));
}

}  // namespace
}  // namespace sluice::plan
