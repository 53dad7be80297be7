#include "dialect/unsupported.hpp"

#include <gmock/gmock.h>

#include "dialect/armory/armory_files.hpp"

namespace sluice::dialect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A file that needs nothing special: its analysis step is taken out.
std::string runnable() {
  return edited(base_text(), R"(        - analysis:
            queries: [errors]
            interval: 1
            units: minutes
            numberOfJudgmentRuns: 2
)",
                "");
}

std::vector<std::string> needs_of(std::string const& text) { return unsupported(plan_of(text)); }

TEST(Unsupported, IsNothingInAnOrdinaryFile) {
  EXPECT_THAT(needs_of(runnable()), IsEmpty());
  EXPECT_THAT(needs_of(text_of(armory_data("good/stages.yaml"))), IsEmpty());
}

TEST(Unsupported, NamesAnalysisWithItsStep) {
  EXPECT_THAT(needs_of(base_text()),
              ElementsAre("step 'test/release/analysis' judges metrics by queries, which cannot be "
                          "run yet",
                          "step 'prod/release/analysis' judges metrics by queries, which cannot be "
                          "run yet"));
}

TEST(Unsupported, NamesWebhooksThatAreWaitedFor) {
  EXPECT_THAT(needs_of(edited(runnable(), "    disableCallback: true\n", "")),
              ElementsAre("step 'prod/after/tell' waits for the callback of webhook 'tell', which "
                          "cannot be received yet; with `disableCallback: true` it is sent and not "
                          "waited for"));
}

TEST(Unsupported, NamesAgents) {
  EXPECT_THAT(
      needs_of(edited(runnable(), "    method: POST\n",
                      "    networkMode: RemoteNetworkAgent\n    agentIdentifier: cellar\n")),
      ElementsAre("step 'prod/after/tell' sends webhook 'tell' through the remote network "
                  "agent 'cellar', which is not possible yet"));
}

TEST(Unsupported, NamesRoles) {
  EXPECT_THAT(
      needs_of(edited(runnable(), "{untilApproved: true}",
                      "{untilApproved: true, requiresRoles: [lead]}")),
      ElementsAre("step 'prod/before/approval' takes an approval only from certain roles, which "
                  "cannot be checked yet"));
}

TEST(Unsupported, SecretsAreNot) {
  EXPECT_THAT(needs_of(edited(runnable(), "https://chat.example.com/hook", "'{{secrets.hook}}'")),
              IsEmpty());
  EXPECT_THAT(needs_of(edited(edited(runnable(), "inline: done", "inline: '{{context.team}}'"),
                              "team: billing", "team: '{{secrets.team}}'")),
              IsEmpty());
}

}  // namespace
}  // namespace sluice::dialect
