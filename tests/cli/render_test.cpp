#include "cli/display.hpp"
#include "cli/golden.hpp"
#include "cli/render/ending.hpp"
#include "cli/render/lines.hpp"
#include "cli/render/tree.hpp"
#include "cli/render/waiting.hpp"
#include "cli/script.hpp"

namespace sluice::cli {
namespace {

using std::chrono::seconds;

/// Times are shown in local time, and golden files hold one.
[[maybe_unused]] bool const in_utc = [] {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  return true;
}();

std::string text_of_lines(std::vector<std::string> const& lines) {
  std::string out;
  for (auto const& line : lines) out += line + "\n";
  return out;
}

/// Everything a reader gets to see of a script: the lines while it runs, the tree, the end.
struct Seen {
  Script script;
  std::string lines;

  explicit Seen(plan::Plan plan) : script(std::move(plan)) {
    script.each = [this](engine::Event const& event) {
      if (auto line = event_line(script.view, event, look())) lines += *line + "\n";
    };
  }
  Look look() const { return {.width = 80, .height = 100, .now = script.now()}; }
  std::string all() const {
    std::string out =
        "== lines\n" + lines + "== tree\n" + text_of_lines(tree_lines(script.view, look()));
    if (script.view.state.over())
      out += "== end\n" + text_of_lines(ending_lines(script.view, look())) + "== failures\n" +
             text_of_lines(failure_lines(script.view, look()));
    else
      out += "== now\n" + text_of_lines(waiting_lines(script.view, look())) + "== heartbeat\n" +
             heartbeat_line(script.view, look()) + "\n";
    return out;
  }
};

void finish(Script& script, std::string const& target) {
  std::string scope = target + "/release";
  std::string id = target + "/orders";
  script.started(scope + "/check")
      .parked(scope + "/check", "enough traffic on version 8 to judge it", seconds(60));
  script.at(seconds(65)).ended(scope + "/check", "succeeded", "412 requests, 0 errors");
  script.shifted(scope + "/shift-50", id, "7", "8", 0.5)
      .shifted(scope + "/shift-100", id, "8", "", 0);
  script.started(scope + "/finish")
      .release(id, {{"place", "on_candidate"}})
      .ended(scope + "/finish", "succeeded");
  script.ended(scope, "succeeded").ended(target, "succeeded");
}

TEST(render, successful_canary) {
  Seen seen(canary_plan({"default"}));
  seen.script.begin("default");
  finish(seen.script, "default");
  seen.script.ended("", "succeeded").event("run_ended", {{"state", "succeeded"}});
  expect_golden("render/success.txt", seen.all());
}

TEST(render, failed_check_rolls_back) {
  Seen seen(canary_plan({"default"}));
  auto& script = seen.script;
  script.begin("default");
  std::string scope = "default/release";
  script.started(scope + "/check")
      .parked(scope + "/check", "enough traffic on version 8 to judge it", seconds(60));
  script.event("note", {{"level", "warning"},
                        {"node", scope + "/check"},
                        {"text", "metrics cannot be read: throttled"}});
  std::string why = "version 8: 12 of 40 requests failed (30 %), the baseline 0 of 360";
  script.at(seconds(20)).release("default/orders", {{"place", "moving"}, {"place_note", why}});
  script.ended(scope + "/check", "failed", why, "verification");
  script.event("rollback_started", {{"scope", scope},
                                    {"reason", why},
                                    {"class", "verification"},
                                    {"by", "plan"},
                                    {"node", scope + "/check"}});
  script.event("compensation_started", {{"scope", scope}}).started(scope + "/~restore");
  script.at(seconds(21))
      .release("default/orders", {{"place", "on_baseline"},
                                  {"alias_now", json::Value{{"version", "7"}}},
                                  {"latest_note", "$LATEST holds the candidate's code"}});
  script.ended(scope + "/~restore", "succeeded")
      .event("rollback_ended", {{"scope", scope}, {"status", "rolled_back"}});
  script.ended("default", "failed", why, "verification")
      .ended("", "failed", why, "verification")
      .event("run_ended", {{"state", "rolled_back"}});
  expect_golden("render/rolled_back.txt", seen.all());
}

TEST(render, waiting_for_an_approval) {
  Seen seen(canary_plan({"staging", "prod"}, true));
  seen.script.started("staging").started("staging/before").started("staging/before/approve");
  seen.script.parked("staging/before/approve", "an approval: Release to production?", {}, true);
  seen.script.at(seconds(3725));
  expect_golden("render/approval.txt", seen.all());
}

TEST(render, several_targets) {
  Seen seen(canary_plan({"staging", "prod", "prod-us"}));
  seen.script.begin("staging");
  finish(seen.script, "staging");
  seen.script.begin("prod");
  seen.script.started("prod/release/check")
      .parked("prod/release/check", "enough traffic on version 8 to judge it", seconds(60));
  seen.script.at(seconds(80));
  expect_golden("render/targets.txt", seen.all());
}

TEST(render, a_person_is_needed) {
  Seen seen(canary_plan({"default"}));
  auto& script = seen.script;
  script.begin("default");
  std::string scope = "default/release";
  std::string why =
      "alias orders:live was changed by somebody else: found version 9, expected was version 7, 10 "
      "% to version 8";
  script.started(scope + "/check").ended(scope + "/check", "failed", why, "external_change");
  script.event("failure_decided",
               {{"node", scope + "/check"},
                {"by", scope},
                {"until_ms", to_millis(script.now() + seconds(3600))},
                {"action", json::Value{{"do", "ask"},
                                       {"choices", json::array({"retry", "roll_back", "fail"})}}}});
  std::string asked = seen.all();
  script.at(seconds(3605))
      .event("failure_decided",
             {{"node", scope + "/check"}, {"by", scope}, {"action", json::Value{{"do", "fail"}}}});
  script.release("default/orders",
                 {{"place", "changed_by_others"}, {"alias_now", json::Value{{"version", "9"}}}});
  script.ended(scope, "failed", why, "external_change")
      .ended("default", "failed")
      .ended("", "failed");
  script.event("run_ended", {{"state", "needs_person"}});
  expect_golden("render/needs_person.txt", asked + "\n" + seen.all());
}

TEST(render, tree_fits_width_and_height) {
  Script script(canary_plan({"staging", "prod", "prod-us"}));
  script.begin("staging");
  for (int width : {20, 40, 80, 200})
    for (int height : {4, 8, 12, 30}) {
      auto lines = tree_lines(script.view, {.width = width, .height = height, .now = script.now()});
      EXPECT_LT(static_cast<int>(lines.size()), height);
      for (auto const& line : lines) EXPECT_LT(static_cast<int>(columns_of(line)), width) << line;
    }
}

TEST(render, ascii_look_has_no_other_symbol) {
  Script script(canary_plan({"staging", "prod"}));
  script.begin("staging");
  for (auto const& line :
       tree_lines(script.view, {.ascii = true, .width = 60, .now = script.now()}))
    for (char c : line) EXPECT_GE(c, ' ') << line;
}

TEST(render, foreign_text_cannot_drive_the_terminal) {
  Script script(canary_plan({"default"}));
  script.begin("default");
  script.event("note", {{"level", "warning"}, {"text", "\033[2Jgone"}});
  auto line = event_line(script.view, script.events.back(), {.now = script.now()});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->find('\033'), std::string::npos);
}

TEST(redraw, goes_back_over_what_it_drew_also_after_a_resize) {
  Redraw redraw;
  EXPECT_EQ(redraw.draw({"one", std::string(60, 'x')}, 80), "one\n" + std::string(60, 'x') + "\n");
  EXPECT_EQ(redraw.draw({"two"}, 80), "\033[2A\r\033[Jtwo\n");
  redraw.draw({std::string(60, 'x')}, 80);
  // On 25 columns the 60 characters have become three rows.
  EXPECT_EQ(redraw.draw({"three"}, 25), "\033[3A\r\033[Jthree\n");
  redraw.leave();
  EXPECT_EQ(redraw.draw({"four"}, 80), "four\n");
}

TEST(result, names_places_versions_and_errors) {
  Script script(canary_plan({"default"}));
  script.begin("default");
  script.release("default/orders", {{"place", "on_baseline"}});
  script.ended("default/release/check", "failed", "too many errors", "verification");
  script.event("run_ended", {{"state", "rolled_back"}});
  json::Value result = result_json(script.view);
  EXPECT_EQ(result["state"].as_string(), "rolled_back");
  EXPECT_EQ(result["releases"].items()[0]["place"].as_string(), "on_baseline");
  EXPECT_EQ(result["releases"].items()[0]["candidate_version"].as_string(), "8");
  EXPECT_EQ(result["errors"].items()[0]["class"].as_string(), "verification");
}

}  // namespace
}  // namespace sluice::cli
