#include "analysis/error_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice::analysis {
namespace {

struct Case {
  char const* name;
  Counts candidate, baseline;
  Outcome outcome;
};

class ErrorRate : public testing::TestWithParam<Case> {};

TEST_P(ErrorRate, IsJudged) {
  Verdict verdict = judge_error_rate(GetParam().candidate, GetParam().baseline, {});
  EXPECT_EQ(verdict.outcome, GetParam().outcome) << verdict.reason;
  EXPECT_EQ(verdict.receipt["candidate"]["requests"].as_double(-1) >= 0,
            std::isfinite(GetParam().candidate.requests));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ErrorRate,
    testing::Values(Case{"clean", {100, 0}, {900, 0}, Outcome::pass},
                    Case{"at the limit", {100, 5}, {900, 0}, Outcome::pass},
                    Case{"over the limit", {100, 6}, {900, 0}, Outcome::fail},
                    Case{"as bad as the baseline", {100, 30}, {900, 270}, Outcome::pass},
                    Case{"worse than a bad baseline", {100, 31}, {900, 270}, Outcome::fail},
                    Case{"no traffic", {0, 0}, {0, 0}, Outcome::inconclusive},
                    Case{"one request too few", {19, 19}, {900, 0}, Outcome::inconclusive},
                    Case{"just enough", {20, 20}, {0, 0}, Outcome::fail},
                    Case{"not a number",
                         {std::numeric_limits<double>::quiet_NaN(), 0},
                         {900, 0},
                         Outcome::inconclusive},
                    Case{"negative", {100, -1}, {900, 0}, Outcome::inconclusive},
                    Case{"more errors than requests", {100, 120}, {900, 0}, Outcome::inconclusive}),
    [](auto const& test) {
      std::string name = test.param.name;
      std::ranges::replace(name, ' ', '_');
      return name;
    });

}  // namespace
}  // namespace sluice::analysis
