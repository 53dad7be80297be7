#pragma once

#include <functional>

#include "cli/invocation.hpp"
#include "cli/live_plan.hpp"

namespace sluice::cli {

/// What `sluice plan` prints: a line of counts, the changes of each function, the schedule, what is
/// measured, and the IAM actions. Pure.
std::string plan_text(plan::Plan const& plan, std::vector<LiveRelease> const& live,
                      Style const& style);
/// Its first part: `sluice diff`.
std::string changes_text(std::vector<LiveRelease> const& live, Style const& style);
json::Value plan_report_json(plan::Plan const& plan, std::vector<LiveRelease> const& live);

/// Whether something would be changed.
bool differs(std::vector<LiveRelease> const& live);
/// 0; 3 where a release would be refused; the error's where something gave no answer; 4 where
/// nothing may be read.
int exit_for_plan(std::vector<LiveRelease> const& live);
/// Prints `text` on stdout unless nothing was there to be read, then what gave no answer as errors.
/// Answers exit_for_plan.
int print_plan(Invocation& invocation, std::vector<LiveRelease> const& live,
               std::function<std::string()> const& text);

/// `deploy --dry-run`: reads what is live with these settings and prints the report.
int report_plan(Invocation& invocation, plan::Plan const& plan, server::AwsSettings const& settings,
                store::Packages& packages, std::vector<GivenObject> const& objects);

}  // namespace sluice::cli
