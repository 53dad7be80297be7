#include "cli/plan_report.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.hpp"
#include "cli/display.hpp"
#include "cli/hint.hpp"
#include "cli/render/view.hpp"
#include "cli/schedule.hpp"

namespace sluice::cli {
namespace {

using State = LiveRelease::State;

std::string_view word(State state) {
  switch (state) {
    case State::to_create: return "to create";
    case State::to_change: return "to change";
    case State::settings_only: return "settings only";
    case State::unchanged: return "unchanged";
    case State::unreadable: return "not readable";
  }
  return "";
}

std::string counts(std::vector<LiveRelease> const& live) {
  std::string out;
  for (auto state : {State::to_create, State::to_change, State::settings_only, State::unchanged,
                     State::unreadable}) {
    auto count = std::ranges::count(live, state, &LiveRelease::state);
    if (count > 0)
      out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(word(state));
  }
  return out.empty() ? "no functions" : out;
}

std::string schedule_text(plan::Plan const& plan, Style const& style) {
  std::string out = style.bold("Schedule") + " (at least " + short_duration(total_of(plan)) +
                    ", and what AWS and people take):\n";
  for (auto const& step : schedule_of(plan)) {
    std::string at = "+" + short_duration(step.begins);
    if (at.size() < 8) at.insert(0, 8 - at.size(), ' ');
    out += at + "  " + printable(title_of(plan, step.path, style.ascii));
    if (!step.what.empty()) out += ": " + step.what;
    out += "\n";
  }
  return out;
}

/// What the actions of Lambda have to be allowed on: calls about aliases are checked on the
/// function itself, calls that name a version or alias on the qualified function.
std::vector<std::string> resources_of(std::vector<LiveRelease> const& live) {
  std::vector<std::string> out;
  for (auto const& release : live) {
    if (release.arn.empty() || std::ranges::find(out, release.arn) != out.end()) continue;
    out.push_back(release.arn);
    out.push_back(release.arn + ":*");
  }
  return out;
}

std::string actions_text(plan::Plan const& plan, std::vector<LiveRelease> const& live,
                         Style const& style) {
  std::string out = style.bold("IAM actions that it may need:") + "\n";
  for (auto const& needed : actions_of(plan))
    out += "  " + needed.kind + ": " + join(needed.actions, ", ") + "\n";
  auto resources = resources_of(live);
  if (resources.empty()) return out;
  out += style.bold("Resources of Lambda's actions") +
         " (lambda:ListEventSourceMappings takes \"*\" only):\n";
  for (auto const& resource : resources) out += "  " + resource + "\n";
  return out;
}

}  // namespace

std::string changes_text(std::vector<LiveRelease> const& live, Style const& style) {
  std::string out = counts(live) + "\n";
  for (auto const& release : live) {
    out += "\n" + style.bold(printable(release.name)) + "  " + std::string(word(release.state));
    out += release.state == State::unchanged ? ": nothing to do\n" : "\n";
    for (auto const& change : release.changes) {
      std::string text = printable(change);
      if (style.ascii) text = replace_all(replace_all(text, "→", "->"), "…", "...");
      out += "  " + text + "\n";
    }
    if (release.trouble && !release.denied())
      out += "  " + style.red("error:") + " cannot be compared: " +
             replace_all(printable(release.trouble->text()), "\n", "\n    ") + "\n";
    for (auto const& warning : release.warnings)
      out += "  " + style.yellow("warning:") + " " +
             replace_all(printable(warning), "\n", "\n    ") + "\n";
    for (auto const& obstacle : release.obstacles)
      out += "  " + style.red("refused:") + " " + replace_all(printable(obstacle), "\n", "\n    ") +
             "\n";
  }
  return out;
}

std::string plan_text(plan::Plan const& plan, std::vector<LiveRelease> const& live,
                      Style const& style) {
  std::string out = changes_text(live, style);
  return out + "\n" + schedule_text(plan, style) + "\n" + actions_text(plan, live, style);
}

json::Value plan_report_json(plan::Plan const& plan, std::vector<LiveRelease> const& live) {
  json::Value functions = json::Array{};
  for (auto const& release : live) {
    json::Value one{{"id", release.id}, {"state", replace_all(word(release.state), " ", "_")}};
    if (release.trouble) one.set("error", release.trouble->text());
    one.set("changes", json::array_of(release.changes));
    one.set("warnings", json::array_of(release.warnings));
    one.set("refused", json::array_of(release.obstacles));
    functions.push(std::move(one));
  }
  json::Value steps = json::Array{};
  for (auto const& step : schedule_of(plan))
    steps.push(json::Value{{"step", step.path},
                           {"begins_ms", step.begins.count()},
                           {"lasts_ms", step.lasts.count()},
                           {"waits_for_person", step.waits_for_person},
                           {"what", step.what}});
  json::Value actions = json::Object{};
  for (auto const& needed : actions_of(plan))
    actions.set(needed.kind, json::array_of(needed.actions));
  return json::Value{{"apiVersion", "sluice/v1"},
                     {"kind", "PlanReport"},
                     {"name", plan.name},
                     {"digest", plan::digest(plan)},
                     {"differs", differs(live)},
                     {"functions", functions},
                     {"total_ms", total_of(plan).count()},
                     {"schedule", steps},
                     {"actions", actions},
                     {"lambda_resources", json::array_of(resources_of(live))}};
}

bool differs(std::vector<LiveRelease> const& live) {
  return std::ranges::any_of(live, [](auto const& release) {
    return release.state != State::unchanged && release.state != State::unreadable;
  });
}

int exit_for_plan(std::vector<LiveRelease> const& live) {
  bool refused =
      std::ranges::any_of(live, [](auto const& release) { return !release.obstacles.empty(); });
  if (refused) return exit_invalid;
  for (auto const& release : live)
    if (release.trouble && !release.denied()) return exit_for(*release.trouble);
  bool blind = !live.empty() && std::ranges::all_of(live, &LiveRelease::denied);
  return blind ? exit_denied : exit_success;
}

int print_plan(Invocation& invocation, std::vector<LiveRelease> const& live,
               std::function<std::string()> const& text) {
  bool readable = live.empty() || std::ranges::any_of(live, [](auto const& release) {
                    return !release.trouble || release.denied();
                  });
  if (readable) invocation.terminal.out(text());
  std::set<std::string> said;
  for (auto const& release : live)
    if (release.trouble && !release.denied() && said.insert(release.trouble->message).second)
      invocation.refuse(*release.trouble);
  return exit_for_plan(live);
}

int report_plan(Invocation& invocation, plan::Plan const& plan, server::AwsSettings const& settings,
                store::Packages& packages, std::vector<GivenObject> const& objects) {
  server::ServicesFactory factory(invocation.clock, invocation.random, packages, factory_options());
  auto opened = factory.open(settings);
  if (!opened) return invocation.refuse(opened.error());
  if (settings.local_state) {
    if (auto put = put_objects(objects, plan, *opened->services); !put)
      return invocation.refuse(put.error());
    if (auto there = check_objects(plan, *opened->services); !there)
      return invocation.refuse(there.error());
  }
  auto live = compare_plan(plan, *opened->services);
  for (auto& one : live)
    for (auto& obstacle : one.obstacles) obstacle = runnable(invocation.line, obstacle);
  int code = print_plan(invocation, live, [&] {
    return invocation.json() ? plan_report_json(plan, live).pretty() + "\n"
                             : plan_text(plan, live, invocation.terminal.out_style());
  });
  if (invocation.line.has("dry-run")) invocation.say("Dry run: nothing was started.");
  return code;
}

}  // namespace sluice::cli
