#include "cli/schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "plan/steps.hpp"

namespace sluice::cli {
namespace {

using plan::Node;
using plan::NodeKind;

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%g %%", share);
  return text;
}

std::string check_words(plan::CheckStep const& check) {
  std::string out = "at least " + std::to_string(check.min_requests) +
                    " requests of the candidate; fails over " +
                    percent(check.max_error_rate * 100) + " errors where the baseline has fewer";
  out += check.roll_back_on_no_data ? "; too little data rolls back"
                                    : "; too little data asks a person";
  return out;
}

std::string hook_words(plan::HookStep const& hook) {
  std::string const invokes = "invokes " + hook.function;
  if (!hook.reported) return invokes + "; whether it fails decides";
  std::string out = invokes + " and waits for its report, at most " + text_of(hook.timeout);
  if (hook.fails_with_function) out += "; fails at once where the function fails";
  return out;
}

std::string alarms_words(plan::AlarmsStep const& alarms) {
  std::string out = "until the end; fails as soon as one is in ALARM";
  return out + (alarms.ignore_unread ? "; goes on where their states cannot be read"
                                     : "; fails where their states cannot be read");
}

class Schedule {
 public:
  std::vector<ScheduledStep> steps;

  /// Answers when the node ends.
  Duration visit(Node const& node, std::string const& path, Duration begins, int depth) {
    for (auto const& each : node.guards)
      guard(each, plan::child_path(path, "!" + each.name), begins, depth);
    if (node.kind == NodeKind::step) return leaf(node, path, begins, depth);
    std::map<std::string, Duration> ends;
    Duration at = begins;
    Duration last = begins;
    for (auto const& child : node.children) {
      Duration start = begins;
      if (node.kind == NodeKind::sequence) start = at;
      for (auto const& need : child.needs)
        if (auto found = ends.find(need); found != ends.end())
          start = std::max(start, found->second);
      at = visit(child, plan::child_path(path, child.name), start, depth + 1);
      ends[child.name] = at;
      last = std::max(last, at);
    }
    return last;
  }

 private:
  void guard(Node const& node, std::string const& path, Duration begins, int depth) {
    ScheduledStep step{path, node.shown(), "", begins, {}, depth, false};
    if (node.step && node.step->kind == "alarms")
      step.what = alarms_words(plan::alarms_step(node.step->input));
    steps.push_back(std::move(step));
  }

  Duration leaf(Node const& node, std::string const& path, Duration begins, int depth) {
    ScheduledStep step{path, node.shown(), "", begins, {}, depth, false};
    std::string const& kind = node.step->kind;
    auto const& input = node.step->input;
    if (kind == "pause") {
      step.lasts = plan::pause_step(input).duration;
    } else if (kind == "check") {
      auto check = plan::check_step(input);
      step.lasts = check.duration;
      step.what = check_words(check);
    } else if (kind == "approval") {
      auto approval = plan::approval_step(input);
      step.waits_for_person = true;
      step.what =
          "waits for a person" +
          (approval.expiration ? ", at most " + text_of(*approval.expiration) : std::string());
    } else if (kind == "hook") {
      step.what = hook_words(plan::hook_step(input));
    }
    steps.push_back(step);
    return begins + step.lasts;
  }
};

/// What each kind may call (Service Authorization Reference, AWS Lambda).
std::map<std::string, std::vector<std::string>> const& actions_by_kind() {
  static std::map<std::string, std::vector<std::string>> const table = {
      {"prepare",
       {"lambda:GetAlias", "lambda:GetFunction", "lambda:PublishVersion", "lambda:UpdateAlias",
        "lambda:CreateAlias"}},
      {"bypass_check",
       {"lambda:ListEventSourceMappings", "lambda:GetFunctionUrlConfig", "lambda:GetPolicy",
        "lambda:GetProvisionedConcurrencyConfig"}},
      {"publish",
       {"lambda:GetFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
        "lambda:PublishVersion", "lambda:CreateFunction", "iam:PassRole"}},
      {"shift",
       {"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}},
      {"finish", {"lambda:CreateAlias", "lambda:UpdateAlias"}},
      {"restore",
       {"lambda:GetAlias", "lambda:GetFunction", "lambda:UpdateAlias", "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration", "lambda:PublishVersion",
        "lambda:GetProvisionedConcurrencyConfig"}},
      {"check", {"cloudwatch:GetMetricData"}},
      {"alarms", {"cloudwatch:DescribeAlarms"}},
      {"invoke", {"lambda:InvokeFunction"}},
      {"hook", {"lambda:InvokeFunction"}},
  };
  return table;
}

/// Of releases of versions that exist, which publish nothing.
std::map<std::string, std::set<std::string>> const& actions_of_given_versions() {
  static std::map<std::string, std::set<std::string>> const table = {
      {"prepare", {"lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig"}},
      {"finish", {}},
      {"restore",
       {"lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"}},
  };
  return table;
}

void collect_kinds(Node const& node, std::set<std::string>& kinds) {
  if (node.step) kinds.insert(node.step->kind);
  for (auto const* below : {&node.children, &node.guards, &node.compensation})
    for (auto const& child : *below) collect_kinds(child, kinds);
}

/// What depends on what the releases say.
void add_of_releases(plan::Plan const& plan,
                     std::map<std::string, std::set<std::string>>& actions) {
  auto add = [&](char const* kind, std::initializer_list<char const*> names) {
    if (!actions.contains(kind)) return;
    for (auto name : names) actions[kind].insert(name);
  };
  for (auto const& release : plan.releases) {
    if (release.tags)
      add("finish", {"lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"});
    if (release.reserved_concurrency)
      add("finish", {"lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"});
    if (release.delete_created)
      add("restore",
          {"lambda:DeleteFunction", "lambda:ListVersionsByFunction", "lambda:ListAliases",
           "lambda:GetPolicy", "lambda:GetFunctionUrlConfig", "lambda:ListEventSourceMappings"});
    // By a run of its own, which comes after this one.
    if (release.delete_candidate) add("restore", {"lambda:DeleteFunction"});
    if (release.keep_versions)
      add("prune", {"lambda:DeleteFunction", "lambda:GetPolicy", "lambda:ListAliases",
                    "lambda:ListEventSourceMappings", "lambda:ListVersionsByFunction"});
    if (release.tags) add("restore", {"lambda:TagResource", "lambda:UntagResource"});
    if (release.reserved_concurrency)
      add("restore", {"lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"});
    if (release.package.kind == plan::Package::Kind::s3) {
      add("prepare", {"s3:GetObject", "lambda:UpdateFunctionCode"});
      add("publish", {"s3:GetObject"});
      if (!release.package.object_version.empty()) add("publish", {"s3:GetObjectVersion"});
    }
    if (release.package.kind == plan::Package::Kind::image)
      add("publish", {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"});
    if (!release.package.staging.empty()) add("publish", {"s3:PutObject"});
  }
}

/// The table by kind is for releases that publish.
void narrow(plan::Plan const& plan, std::map<std::string, std::set<std::string>>& actions) {
  for (auto const& [kind, names] : actions_of_given_versions())
    if (auto found = actions.find(kind); found != actions.end()) found->second = names;
  if (std::ranges::any_of(plan.releases, &plan::Release::heal_to_primary))
    actions["prepare"].insert("lambda:UpdateAlias");
}

}  // namespace

std::vector<ScheduledStep> schedule_of(plan::Plan const& plan) {
  Schedule schedule;
  schedule.visit(plan.root, "", {}, 0);
  return std::move(schedule.steps);
}

Duration total_of(plan::Plan const& plan) { return Schedule().visit(plan.root, "", {}, 0); }

std::vector<NeededActions> actions_of(plan::Plan const& plan) {
  std::set<std::string> kinds;
  collect_kinds(plan.root, kinds);
  std::map<std::string, std::set<std::string>> actions;
  for (auto const& kind : kinds)
    if (auto found = actions_by_kind().find(kind); found != actions_by_kind().end())
      actions[kind].insert(found->second.begin(), found->second.end());
  bool const given = !plan.releases.empty() &&
                     std::ranges::none_of(plan.releases, [](plan::Release const& release) {
                       return release.given_candidate.empty();
                     });
  if (given) narrow(plan, actions);
  add_of_releases(plan, actions);
  bool assumes =
      std::ranges::any_of(plan.targets, [](auto const& target) { return !target.role.empty(); });
  if (assumes) actions["(every target's role)"].insert("sts:AssumeRole");
  std::vector<NeededActions> out;
  for (auto const& [kind, names] : actions)
    if (!names.empty()) out.push_back({kind, {names.begin(), names.end()}});
  return out;
}

}  // namespace sluice::cli
