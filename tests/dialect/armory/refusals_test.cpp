#include <gmock/gmock.h>

#include "dialect/armory/armory_files.hpp"

// One fault at a time in a file without one. What a person sees of each stands in
// tests/data/armory/refusals.txt; `SLUICE_ACCEPT=1 dialect_armory_test` writes it anew.
namespace sluice::dialect {
namespace {

struct Fault {
  char const* name;
  char const* from;
  char const* to;
};

constexpr Fault faults[] = {
    {"kubernetes", "kind: lambda", "kind: kubernetes"},
    {"no kind", "kind: lambda\n", ""},
    {"no application", "application: mailer\n", ""},
    {"no targets", "targets:\n  test:", "targets: {}\nother:\n  test:"},
    {"target without a name", "  test:\n    account", "  \"\":\n    account"},
    {"no artifacts", "artifacts:\n  - functionName", "artefacts:\n  - functionName"},
    {"timeout without a unit", "{duration: 20, unit: minutes}", "{duration: 20}"},
    {"timeout too short", "{duration: 20, unit: minutes}", "{duration: 59, unit: seconds}"},
    {"timeout of days", "{duration: 20, unit: minutes}", "{duration: 2, unit: days}"},
    {"timeout of centuries", "{duration: 20, unit: minutes}", "{duration: 876000, unit: hours}"},
    {"in progress", "  timeout: {duration: 20, unit: minutes}",
     "  ifDeploymentInProgress: {strategy: wait}"},

    {"account missing", "    account: mail-test\n", ""},
    {"role of another service", "arn:aws:iam::210987654321:role/Deploy",
     "arn:aws:s3::210987654321:role/Deploy"},
    {"region with a variable", "eu-west-1\n    strategy: split\n  prod",
     "\"{{context.region}}\"\n    strategy: split\n  prod"},
    {"placeholder", "deployAsIamRole: arn:aws:iam::210987654321:role/Deploy",
     "deployAsIamRole: <armory-role-arn>"},
    {"undeclared dependency", "dependsOn: [test]", "dependsOn: [tets]"},
    {"empty dependsOn", "dependsOn: [test]", "dependsOn: []"},
    {"dependency on itself", "dependsOn: [test]", "dependsOn: [prod]"},
    {"cycle", "    region: eu-west-1\n    strategy: split\n  prod",
     "    region: eu-west-1\n    constraints: {dependsOn: [prod]}\n  prod"},
    {"one function at once",
     "310987654321:role/Deploy\n    region: eu-west-1\n    strategy: "
     "split\n    constraints:\n      dependsOn: [test]",
     "210987654321:role/Deploy\n    region: eu-west-1\n    constraints:"},
    {"undeclared strategy", "strategy: split\n  prod", "strategy: splitt\n  prod"},

    {"blue/green", "    canary:\n      steps:", "    blueGreen:\n      steps:"},
    {"another type", "    canary:\n      steps:", "    cannary:\n      steps:"},
    {"steps are no list", "      steps:\n", "      steps: now\n      others:\n"},
    {"two keys in a step", "        - pause: {duration: 5, unit: minutes}",
     "        - pause:\n          duration: 5\n          unit: minutes"},
    {"misspelt step", "        - setWeight: {weight: 10}", "        - setWieght: {weight: 10}"},
    {"preview", "        - setWeight: {weight: 10}", "        - exposeServices: {}"},
    {"weight in a gate", "        - pause: {untilApproved: true}", "        - setWeight: 10"},
    {"weight too large", "{weight: 10}", "{weight: 110}"},
    {"weight with a fraction", "setWeight: {weight: 10}", "setWeight: 10.5"},
    {"weight missing", "{weight: 10}", "{wait: 10}"},

    {"pause: both", "{untilApproved: true}", "{untilApproved: true, duration: 5, unit: minutes}"},
    {"pause: approval and duration", "{untilApproved: true}", "{untilApproved: true, duration: 5}"},
    {"pause: approval and unit", "{untilApproved: true}", "{untilApproved: true, unit: minutes}"},
    {"pause: no unit", "{duration: 5, unit: minutes}", "{duration: 5}"},
    {"pause: no duration", "{duration: 5, unit: minutes}", "{unit: minutes}"},
    {"pause: nothing", "{duration: 5, unit: minutes}", "{untilApproved: false}"},
    {"pause: zero", "{duration: 5, unit: minutes}", "{duration: 0, unit: minutes}"},
    {"pause: unit in the singular", "{duration: 5, unit: minutes}", "{duration: 5, unit: minute}"},
    {"pause: roles without approval", "{duration: 5, unit: minutes}",
     "{duration: 5, unit: minutes, requiresRoles: [lead]}"},
    {"pause: expiration without approval", "{duration: 5, unit: minutes}",
     "{duration: 5, unit: minutes, approvalExpiration: {duration: 1, unit: hours}}"},
    {"pause: no roles", "{untilApproved: true}", "{untilApproved: true, requiresRoles: []}"},
    {"pause: expiration without unit", "{untilApproved: true}",
     "{untilApproved: true, approvalExpiration: {duration: 1}}"},

    {"artifact twice", "    type: zipFile\n",
     "    type: zipFile\n  - {functionName: mailer, path: s3://other/mailer.zip, type: zipFile}\n"},
    {"artifact is an image", "type: zipFile", "type: image"},
    {"path is no object", "s3://packages-eu-west-1/mailer.zip", "packages/mailer.zip"},
    {"path without a key", "s3://packages-eu-west-1/mailer.zip", "s3://packages-eu-west-1"},
    {"function name", "functionName: mailer\n    path", "functionName: the mailer\n    path"},
    {"option for an undeclared target", "- target: test", "- target: tset"},
    {"option without artifact",
     "name: mailer\n      runAsIamRole: arn:aws:iam::210987654321:role/mailer",
     "name: mailr\n      runAsIamRole: arn:aws:iam::210987654321:role/mailer"},
    {"option twice", "- target: test", "- target: prod"},
    {"option without handler", "      handler: app.main\n      runtime: python3.12",
     "      runtime: python3.12"},
    {"no options", "  lambda:\n    - target: test", "  lambda: []\n  other:\n    - target: test"},

    {"traffic without targets", "targets: [test, prod]", "targets: []"},
    {"traffic for an undeclared target", "targets: [test, prod]", "targets: [test, production]"},
    {"alias without artifact", "{functionName: mailer, aliasName: live}",
     "{functionName: billing, aliasName: live}"},
    {"alias by both names", "{functionName: mailer, aliasName: live}",
     "{functionName: mailer, function: mailer, aliasName: live}"},
    {"alias twice", "      - {functionName: mailer, aliasName: live}",
     "      - {functionName: mailer, aliasName: live}\n"
     "      - {functionName: mailer, aliasName: beta}"},
    {"alias name", "aliasName: live", "aliasName: live version"},
    {"mesh", "  - targets: [test, prod]\n    alias:", "  - istio: []\n    alias:"},

    {"analysis without its block", "analysis:\n  defaultMetric", "other:\n  defaultMetric"},
    {"analysis without queries", "  queries:\n    - name", "  others:\n    - name"},
    {"undeclared query", "queries: [errors]", "queries: [latency]"},
    {"empty queries", "queries: [errors]", "queries: []"},
    {"no provider", "  defaultMetricProviderName: prometheus\n", ""},
    {"query without limits", "      upperLimit: 1\n", ""},
    {"query with crossed limits", "upperLimit: 1\n", "upperLimit: 0.5\n      lowerLimit: 0.75\n"},
    {"query twice", "      upperLimit: 1\n",
     "      upperLimit: 1\n    - {name: errors, queryTemplate: x, upperLimit: 1}\n"},
    {"analysis without interval", "            interval: 1\n", ""},
    {"analysis without runs", "            numberOfJudgmentRuns: 2\n", ""},
    {"analysis mode", "            numberOfJudgmentRuns: 2\n",
     "            numberOfJudgmentRuns: 2\n            rollBackMode: never\n"},

    {"webhook without a name", "runWebhook: {name: tell}", "runWebhook: {context: {a: b}}"},
    {"undeclared webhook", "runWebhook: {name: tell}", "runWebhook: {name: tel}"},
    {"webhook twice", "    bodyTemplate: {inline: done}",
     "  - {name: tell, uriTemplate: https://chat.example.com/b}"},
    {"webhook without an address", "    uriTemplate: https://chat.example.com/hook\n", ""},
    {"webhook to another scheme", "https://chat", "ftp://chat"},
    {"webhook method", "method: POST", "method: PSOT"},
    {"webhook body in a file", "{inline: done}", "{path: body.json}"},
    {"webhook without its agent", "    method: POST", "    networkMode: remoteNetworkAgent"},
    {"unquoted variable", "{inline: done}", "{inline: {{context.team}}}"},

    {"filter for an undeclared target", "version: v1",
     "targetFilters: [{includeTarget: production}]"},
    {"empty filters", "version: v1", "targetFilters: []"},
};

TEST(ArmoryRefusals, SayWhatIsWrongAndWhatToDo) {
  std::string shown;
  for (auto const& fault : faults) {
    SCOPED_TRACE(fault.name);
    config::Diagnostics diagnostics;
    std::string text = edited(base_text(), fault.from, fault.to);
    EXPECT_FALSE(compiled(text, {}, diagnostics));
    EXPECT_TRUE(diagnostics.has_errors());
    shown += std::string("=== ") + fault.name + "\n" + reported(text) + "\n";
  }
  compare_or_accept(armory_data("refusals.txt"), shown);
}

std::string repeated(std::string const& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(ArmoryRefusals, BoundTheStepsAFileStandsFor) {
  std::string weight = "        - setWeight: {weight: 50}\n";
  // Both targets name the strategy, and its analysis, pause and first weight stay; the gates of one
  // target are two more steps: 2 * (n + 3) + 2.
  std::string most = edited(base_text(), weight, repeated(weight, 9'996));
  std::string over = edited(base_text(), weight, repeated(weight, 9'997));
  EXPECT_EQ(reported(most), "");
  EXPECT_THAT(reported(over), testing::HasSubstr("this file stands for more than 20000 steps"));
}

TEST(ArmoryRefusals, BoundWhatVariablesMakeOfAText) {
  CompileOptions options;
  options.set["team"] = std::string(100'000, 'x');
  std::string tag = "{{context.team}}";
  std::string within = edited(base_text(), "inline: done", "inline: '" + repeated(tag, 10) + "'");
  std::string over = edited(base_text(), "inline: done", "inline: '" + repeated(tag, 1000) + "'");
  EXPECT_EQ(reported(within, options), "");
  EXPECT_THAT(reported(over, options),
              testing::HasSubstr("the values of the variables make this text too large"));
}

TEST(ArmoryRefusals, BoundTheTextsOfAllStepsTogether) {
  std::string gate = "        - runWebhook: {name: tell}\n";
  std::string body = "{inline: " + std::string(100'000, 'x') + "}";
  std::string text = edited(base_text(), "{inline: done}", body);
  EXPECT_EQ(reported(edited(text, gate, repeated(gate, 80))), "");
  EXPECT_THAT(reported(edited(text, gate, repeated(gate, 90))),
              testing::HasSubstr("the texts of all steps together are larger than 8388608 bytes"));
}

TEST(ArmoryRefusals, StartFromAFileWithoutAFault) { EXPECT_EQ(reported(base_text()), ""); }

}  // namespace
}  // namespace sluice::dialect
