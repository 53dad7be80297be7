#include <gmock/gmock.h>

#include "dialect/armory/armory_files.hpp"

// What is said and does not stop a release: tests/data/armory/warnings.txt, written anew by
// `SLUICE_ACCEPT=1 dialect_armory_test`.
namespace sluice::dialect {
namespace {

using testing::HasSubstr;

struct Oddity {
  char const* name;
  char const* from;
  char const* to;
};

constexpr Oddity oddities[] = {
    {"unknown key at the top", "version: v1", "versoin: v1"},
    {"unknown key in a target", "    region: eu-west-1\n    strategy: split\n  prod",
     "    region: eu-west-1\n    stratgey: split\n  prod"},
    {"unknown key in a pause", "{duration: 5, unit: minutes}",
     "{duration: 5, unit: minutes, untilAproved: true}"},
    {"weights go back", "setWeight: {weight: 50}", "setWeight: {weight: 5}"},
    {"strategy without a type",
     "    canary:\n      steps:\n        - setWeight: {weight: 10}\n"
     "        - pause: {duration: 5, unit: minutes}\n        - analysis:\n"
     "            queries: [errors]\n            interval: 1\n            units: minutes\n"
     "            numberOfJudgmentRuns: 2\n        - setWeight: {weight: 50}\n",
     "    steps:\n      - setWeight: 10\n"},
    {"artifact without an option", "    type: zipFile\n",
     "    type: zipFile\n  - {functionName: billing, path: s3://other/b.zip, type: zipFile}\n"},
    {"split without an alias", "targets: [test, prod]", "targets: [prod]"},
    {"alias where the function is not released",
     "providerOptions:\n  lambda:\n    - target: test\n      name: mailer\n",
     "  - {functionName: billing, path: s3://other/b.zip, type: zipFile}\n"
     "providerOptions:\n  lambda:\n    - target: test\n      name: billing\n"},
    {"account of somebody else", "account: mail-test", "account: '999987654321'"},
    {"variable without a value", "{inline: done}",
     "{inline: '{{context.tem}} {{armory.preview.web}}'}"},
    {"section", "{inline: done}", "{inline: '{{#context.team}}yes{{/context.team}}'}"},
    {"agent without its mode", "    method: POST", "    agentIdentifier: cellar"},
    {"manifests", "version: v1", "manifests: []"},
    {"context overrides", "version: v1", "contextOverrides: {a: b}"},
};

TEST(ArmoryWarnings, SayWhatIsProbablyNotMeant) {
  std::string shown;
  for (auto const& oddity : oddities) {
    SCOPED_TRACE(oddity.name);
    config::Diagnostics diagnostics;
    std::string text = edited(base_text(), oddity.from, oddity.to);
    EXPECT_TRUE(compiled(text, {}, diagnostics));
    EXPECT_GT(diagnostics.warning_count(), 0u);
    shown += std::string("=== ") + oddity.name + "\n" + reported(text) + "\n";
  }
  compare_or_accept(armory_data("warnings.txt"), shown);
}

TEST(ArmoryWarnings, AboutUnknownKeysAreErrorsWhenStrict) {
  std::string text = edited(base_text(), "version: v1", "versoin: v1");
  CompileOptions options;
  options.strict = true;
  EXPECT_THAT(reported(text, options),
              HasSubstr("error[E1050]: unknown key \"versoin\" in the deployment file"));
}

TEST(ArmoryWarnings, AreAllThatAnUnusedAnalysisBlockCauses) {
  std::string text = edited(base_text(), R"(        - analysis:
            queries: [errors]
            interval: 1
            units: minutes
            numberOfJudgmentRuns: 2
)",
                            "");
  std::string broken = edited(text, "      upperLimit: 1\n", "");
  EXPECT_EQ(reported(text), "");
  EXPECT_THAT(reported(broken),
              HasSubstr("warning[E1217]: query \"errors\" has no limit to be judged by"));
}

TEST(ArmoryWarnings, AreNotGivenForWhatMeansNothingHere) {
  std::string text = edited(base_text(), "  timeout:", "  keepDeploymentObject: true\n  timeout:");
  text = edited(text, "    account: mail-test", "    account: mail-test\n    namespace: default");
  text = edited(text, "version: v1", "files: {}\nsourceControl: {}");
  EXPECT_EQ(reported(text), "");
}

}  // namespace
}  // namespace sluice::dialect
