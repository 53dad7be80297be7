#include "dialect/armory/templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dialect/armory/armory.hpp"

namespace sluice::dialect::armory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TemplateScope usual_scope() {
  TemplateScope scope;
  scope.known = {{"context.team", "billing & co <eu>"},
                 {"context.braces", "a {{armory.deploymentId}} b"},
                 {"context.hook", "{{ secrets.hook }}/path"},
                 {"armory.namespace", ""}};
  scope.late = {"armory.deploymentId", "armory.callbackUri"};
  scope.version_pointer = "/releases/prod~1mailer/candidate_version";
  return scope;
}

plan::Scope run_scope() {
  json::Value releases = json::Object{};
  releases.set("prod/mailer", json::Value{{"candidate_version", "7"}});
  return json::Value{
      {"run", json::Value{{"id", "d-ABCDEFGHI"}, {"name", "mailer"}}},
      {"armory", json::Value{{"callbackUri", "https://sluice/cb"}, {"intervalSeconds", 60}}},
      {"context", json::Value{{"application", "mailer"}}},
      {"releases", releases}};
}

std::string evaluated(std::string const& text) {
  auto value = evaluate_armory(text, run_scope());
  EXPECT_TRUE(value);
  return value ? value->as_string() : "";
}

struct Case {
  char const* name;
  std::string text;
  std::string at_once;   ///< what the template is when compiled; empty: not known yet
  std::string in_a_run;  ///< what it becomes in the end
};

std::ostream& operator<<(std::ostream& out, Case const& it) { return out << it.name; }

class Template : public testing::TestWithParam<Case> {};

TEST_P(Template, BecomesItsText) {
  Rendered rendered = render(GetParam().text, usual_scope());
  EXPECT_EQ(rendered.late, GetParam().at_once.empty());
  if (!rendered.late) {
    EXPECT_EQ(rendered.text, GetParam().at_once);
    EXPECT_EQ(to_json(rendered), json::Value(GetParam().at_once));
  } else {
    EXPECT_EQ(evaluated(rendered.text), GetParam().in_a_run);
    EXPECT_TRUE(plan::is_expression(to_json(rendered)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Template,
    testing::Values(
        Case{"plain", "no braces", "no braces", ""},
        Case{"single_braces", R"({"a":{"b":1}})", R"({"a":{"b":1}})", ""},
        Case{"not_escaped_for_html", "{{context.team}}", "billing & co <eu>", ""},
        Case{"blanks", "{{ context.team }}!", "billing & co <eu>!", ""},
        Case{"tabs", "{{\tcontext.team\t}}", "billing & co <eu>", ""},
        Case{"triple", "{{{context.team}}}", "billing & co <eu>", ""},
        Case{"ampersand", "{{&context.team}}", "billing & co <eu>", ""},
        Case{"unknown_is_empty", "[{{context.other}}]", "[]", ""},
        Case{"known_and_empty", "[{{armory.namespace}}]", "[]", ""},
        Case{"unclosed", "a {{context.team", "a {{context.team", ""},
        Case{"section", "{{#context.team}}", "{{#context.team}}", ""},
        Case{"braces_in_value", "{{context.braces}}", "a {{armory.deploymentId}} b", ""},
        Case{"run", "{{armory.deploymentId}}.", "", "d-ABCDEFGHI."},
        Case{"callback", "{{armory.callbackUri}}/callback", "", "https://sluice/cb/callback"},
        Case{"version", "v{{armory.replicaSetName}}", "", "v7"},
        Case{"secret", "Bearer {{ secrets.ci-token }}", "Bearer ${secret:ci-token}", ""},
        Case{"secret_in_value", "{{context.hook}}", "${secret:hook}/path", ""},
        Case{"braces_in_value_beside_late", "{{context.braces}} {{armory.deploymentId}}", "",
             "a {{armory.deploymentId}} b d-ABCDEFGHI"},
        Case{"brace_before_late", R"({"a":{{{armory.deploymentId}} })", "",
             R"({"a":{d-ABCDEFGHI })"},
        Case{"brace_behind_late", R"({"a":{"b":{{armory.deploymentId}}}})", "",
             R"({"a":{"b":d-ABCDEFGHI}})"},
        Case{"odd_braces_beside_late", "{{! no }} {{armory.deploymentId}} {{{{", "",
             "{{! no }} d-ABCDEFGHI {{{{"}),
    [](auto const& it) { return std::string(it.param.name); });

TEST(Template, NamesWhatHasNoValue) {
  Rendered rendered = render("{{context.tem}} {{armory.namespace}} {{plain}}", usual_scope());
  EXPECT_THAT(rendered.unknown, ElementsAre("context.tem", "plain"));
  EXPECT_FALSE(rendered.odd);
  EXPECT_TRUE(render("{{#section}}", usual_scope()).odd);
}

TEST(Template, HasNoVersionWhereSeveralFunctionsMoveTogether) {
  TemplateScope scope = usual_scope();
  scope.version_pointer.clear();
  Rendered rendered = render("[{{armory.replicaSetName}}]", scope);
  EXPECT_EQ(rendered.text, "[]");
  EXPECT_THAT(rendered.unknown, IsEmpty());
}

TEST(Evaluator, RendersWhatIsNotThereAsEmpty) {
  auto value = evaluate_armory("[{{armory.deploymentId}}{{armory.callbackUri}}{{/a/b}}{{odd}}]",
                               json::Value(json::Object{}));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->as_string(), "[]");
}

TEST(Evaluator, RendersNumbersAsWritten) {
  EXPECT_EQ(evaluated("{{armory.intervalSeconds}}s of {{armory.applicationName}}"),
            "60s of mailer");
}

TEST(Evaluator, IsFoundUnderItsLanguage) {
  plan::Evaluators evaluators;
  evaluators.add(armory_language, evaluate_armory);
  json::Value input{{"body", to_json(render("{{armory.deploymentId}}", usual_scope()))}};
  auto resolved = evaluators.resolve(input, run_scope());
  ASSERT_TRUE(resolved);
  EXPECT_EQ((*resolved)["body"].as_string(), "d-ABCDEFGHI");
}

}  // namespace
}  // namespace sluice::dialect::armory
