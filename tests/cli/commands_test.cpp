#include <gmock/gmock.h>

#include "base/strings.hpp"
#include "cli/golden.hpp"
#include "cli/held_runs.hpp"
#include "cli/plan_options.hpp"
#include "cli/program.hpp"
#include "cli/schedule.hpp"
#include "cli/script.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

constexpr char good_file[] = R"(function: orders
region: eu-west-1
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::111122223333:role/orders
package: ./src
alias: live
strategy:
  - {shift: 10, watch: 5m}
)";

/// A command line in a folder of its own, with scripted runs.
class Commands : public testing::Test {
 protected:
  Commands() {
    state.row.id = "d-7QK2M9XTA";
    state.row.state = "running";
    std::filesystem::create_directory(folder.path() / "src");
    folder.write("src/index.js", "exports.handler = async () => 1;\n");
    file = folder.write("release.yaml", good_file).string();
  }

  int run(Words words, Streams tty = {}) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    Variables environment{{"SLUICE_STATE", (folder.path() / "state").string()},
                          {"HOME", folder.path().string()}};
    return run_program(words, terminal, tty, environment, [this](Invocation&) -> Result<RunsHere> {
      ++opened;
      RunsHere here;
      here.runs = std::make_unique<HeldRuns>(state);
      here.executes = [this] { return state.executes; };
      return here;
    });
  }
  void ends_as(std::string const& end, std::string const& error = {}) {
    Script script(canary_plan({"default"}));
    script.begin("default");
    if (!error.empty()) script.ended("default/release/check", "failed", "it was bad", error);
    script.event("run_ended", {{"state", end}});
    state.journal = script.events;
  }

  test::TemporaryFolder folder;
  HeldTerminal terminal;
  HeldRuns::State state;
  std::string file;
  int opened = 0;
};

TEST_F(Commands, help_opens_nothing) {
  EXPECT_EQ(run({"deploy", "--help"}), 0);
  EXPECT_EQ(run({}), 0);
  EXPECT_EQ(run({"help", "exit-codes"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("rolled back"));
  EXPECT_EQ(opened, 0);
}

TEST_F(Commands, usage_errors_end_with_64_and_leave_stdout_alone) {
  for (Words const& words :
       {Words{"deplyo"}, Words{"deploy"}, Words{"list", "--limit", "x"}, Words{"explain", "E9"},
        Words{"help", "exit-cods"}, Words{"deploy", file, "--set", "x"},
        Words{"deploy", file, "--hold-timeout", "soon"},
        Words{"deploy", file, "--package", "s3://b/k=/none"},
        Words{"deploy", file, "--local", "--endpoint-url", "http://x"}}) {
    EXPECT_EQ(run(words), 64) << terminal.written_err;
    EXPECT_EQ(terminal.written_out, "");
    EXPECT_THAT(terminal.written_err, HasSubstr("error:"));
  }
  EXPECT_EQ(opened, 0);
}

TEST_F(Commands, version_and_explain) {
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_EQ(terminal.written_out, "sluice " SLUICE_VERSION "\n");
  EXPECT_EQ(run({"explain", "e1003"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("E1003"));
}

TEST_F(Commands, validate_reports_every_problem_in_the_form_asked_for) {
  folder.write("bad.yaml", "function: orders\nfunktion: x\nmemory: lots\n");
  std::string bad = (folder.path() / "bad.yaml").string();
  EXPECT_EQ(run({"validate", bad}), 3);
  EXPECT_THAT(terminal.written_out, HasSubstr("funktion"));
  EXPECT_THAT(terminal.written_out, HasSubstr("memory"));
  EXPECT_THAT(terminal.written_out, HasSubstr("bad.yaml:2:1"));
  EXPECT_EQ(run({"validate", bad, "-o", "github"}), 3);
  EXPECT_THAT(terminal.written_out, HasSubstr("::error file="));
  EXPECT_EQ(run({"validate", bad, "-o", "json"}), 3);
  auto report = json::parse(terminal.written_out);
  ASSERT_TRUE(report);
  EXPECT_EQ((*report)["kind"].as_string(), "Validation");
  EXPECT_FALSE((*report)["valid"].as_bool(true));
  EXPECT_EQ(run({"validate", file}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("is valid: 1 function in 1 target"));
  EXPECT_EQ(run({"validate", (folder.path() / "none.yaml").string()}), 3);
}

TEST_F(Commands, what_is_wrong_with_packages_is_placed_among_the_other_problems) {
  folder.write("broken.zip", "PK but not really");
  folder.write("packages.yaml", R"(functions:
  orders: {package: ./scr, memory: lots}
  prices: {package: ./broken.zip}
  stock: {package: {folder: broken.zip}}
  rates: {package: {zip: ./src}}
  again: {package: ./src}
)");
  std::string packages = (folder.path() / "packages.yaml").string();
  auto refused = [&](std::string const& text, Words const& places) {
    for (auto const& place : places) EXPECT_THAT(text, HasSubstr("packages.yaml:" + place)) << text;
    EXPECT_THAT(text, HasSubstr("package \"./scr\" is not there"));
    EXPECT_THAT(text, HasSubstr("did you mean \"./src\"?"));
    EXPECT_THAT(text, HasSubstr("package \"./broken.zip\" is not a zip archive"));
    EXPECT_THAT(text, HasSubstr("^^^^^"));
    EXPECT_THAT(text, HasSubstr("package \"broken.zip\" is no folder"));
    EXPECT_THAT(text, HasSubstr("package \"./src\" is a folder"));
  };
  Words const places{"2:21", "2:36", "3:21", "4:20", "5:20"};
  EXPECT_EQ(run({"validate", packages}), 3);
  refused(terminal.written_out, places);
  for (auto command : {"plan", "deploy", "diff"}) {
    EXPECT_EQ(run({command, packages}), 3);
    refused(terminal.written_err, places);
  }
  EXPECT_EQ(run({"validate", packages, "--no-package-check"}), 3);
  EXPECT_THAT(terminal.written_out, Not(HasSubstr("is not there")));
  EXPECT_EQ(opened, 0);
}

TEST_F(Commands, a_zip_over_the_limit_needs_a_bucket_to_go_through) {
  std::ofstream large(folder.path() / "src/large.bin", std::ios::binary);
  std::uint64_t noise = 1;
  std::string block(1 << 20, '\0');
  for (int i = 0; i < 51; ++i) {  // of what does not compress
    for (auto& c : block) c = static_cast<char>((noise = noise * 6364136223846793005u + 1) >> 56);
    large << block;
  }
  large.close();
  EXPECT_EQ(run({"validate", file}), 3);
  EXPECT_THAT(terminal.written_out, HasSubstr("release.yaml:6:10"));
  EXPECT_THAT(terminal.written_out, HasSubstr("staging: s3://BUCKET/PREFIX"));
  folder.write("staged.yaml", std::string(good_file) + "staging: s3://bucket\n");
  EXPECT_EQ(run({"validate", (folder.path() / "staged.yaml").string()}), 0);
}

TEST_F(Commands, a_file_is_converted_without_its_packages) {
  std::filesystem::remove_all(folder.path() / "src");
  EXPECT_EQ(run({"convert", file}), 0) << terminal.written_err;
}

TEST_F(Commands, a_folder_and_stdin_are_release_files_too) {
  EXPECT_EQ(run({"validate", folder.path().string()}), 0);
  std::string elsewhere = replace_all(good_file, "./src", "./no-such-folder");
  terminal.input = elsewhere;
  EXPECT_EQ(run({"validate", "-"}), 3) << "packages are looked for in the current folder";
  EXPECT_THAT(terminal.written_out, HasSubstr("-:6:10"));
  terminal.input = elsewhere;
  EXPECT_EQ(run({"validate", "-", "--no-package-check"}), 0);
  EXPECT_EQ(run({"validate", (folder.path() / "src").string()}), 3);
  EXPECT_THAT(terminal.written_err, HasSubstr("no other YAML file"));
}

TEST_F(Commands, convert_prints_what_compiles_again) {
  ASSERT_EQ(run({"convert", file}), 0);
  folder.write("again.yaml", terminal.written_out);
  EXPECT_EQ(run({"validate", (folder.path() / "again.yaml").string()}), 0) << terminal.written_out;
}

TEST_F(Commands, deploy_ends_with_the_code_of_the_runs_end) {
  struct Case {
    std::string end, error;
    int code;
  };
  for (auto const& one : {Case{"succeeded", "", 0}, Case{"rolled_back", "verification", 5},
                          Case{"needs_person", "external_change", 6}, Case{"stopped", "", 9},
                          Case{"rejected", "rejected", 10}, Case{"failed", "configuration", 1},
                          Case{"failed", "denied", 4}}) {
    ends_as(one.end, one.error);
    EXPECT_EQ(run({"deploy", file, "--yes"}), one.code) << terminal.written_err;
    EXPECT_THAT(terminal.written_out, HasSubstr("d-7QK2M9XTA (orders)"));
    if (!one.error.empty()) {
      EXPECT_TRUE(terminal.written_err.ends_with("it was bad\n")) << terminal.written_err;
    }
  }
}

TEST_F(Commands, deploy_stores_local_packages_before_it_starts) {
  ends_as("succeeded");
  ASSERT_EQ(run({"deploy", file}), 0);
  auto const& package = state.started->releases.front().package;
  EXPECT_EQ(package.kind, plan::Package::Kind::stored);
  EXPECT_GT(package.size, 0);
  EXPECT_EQ(package.sha256.size(), 44u);
}

TEST_F(Commands, deploy_streams_one_object_per_line) {
  ends_as("succeeded");
  ASSERT_EQ(run({"deploy", file, "-o", "json"}), 0);
  std::vector<std::string> kinds;
  for (auto const& line : split(terminal.written_out, '\n')) {
    if (line.empty()) continue;
    auto value = json::parse(line);
    ASSERT_TRUE(value) << line;
    kinds.push_back((*value)["kind"].as_string());
  }
  EXPECT_EQ(kinds.front(), "Stream");
  EXPECT_EQ(kinds[1], "Run");
  EXPECT_EQ(kinds.back(), "Result");
}

TEST_F(Commands, deploy_refuses_before_anything_is_opened) {
  folder.write("roles.yaml",
               std::string(good_file) + "  - approve: {message: ok, roles: [boss]}\n");
  EXPECT_EQ(run({"deploy", (folder.path() / "roles.yaml").string()}), 3);
  EXPECT_THAT(terminal.written_err, HasSubstr("certain roles"));
  folder.write("gone.yaml",
               std::string("function: orders\npackage: ./gone\nruntime: nodejs20.x\nhandler: "
                           "a.b\nrole: arn:aws:iam::111122223333:role/x\n"));
  EXPECT_EQ(run({"deploy", (folder.path() / "gone.yaml").string()}), 3) << terminal.written_err;
  EXPECT_THAT(terminal.written_err, HasSubstr("gone.yaml:2:10"));
  EXPECT_THAT(terminal.written_err, HasSubstr("Nothing was touched."));
  EXPECT_EQ(run({"deploy", file, "--package", "s3://b/k=" + file}), 64);
  EXPECT_THAT(terminal.written_err, HasSubstr("with --local only"));
  EXPECT_EQ(opened, 0);
}

TEST_F(Commands, deploy_names_the_run_that_holds_the_lock) {
  state.busy = store::Busy{"alias:*:eu-west-1:orders:live", "d-AAAAAAAAA"};
  state.row.id = "d-AAAAAAAAA";
  EXPECT_EQ(run({"deploy", file}), 10);
  EXPECT_THAT(terminal.written_err, HasSubstr("d-AAAAAAAAA"));
  EXPECT_THAT(terminal.written_err, HasSubstr("no process executes it any more"));
  for (auto verb : {"resume", "rollback", "stop"})
    EXPECT_THAT(terminal.written_err, HasSubstr("sluice " + std::string(verb) + " d-AAAAAAAAA"));
  state.row.owner = "somebody";
  EXPECT_EQ(run({"deploy", file}), 10);
  EXPECT_THAT(terminal.written_err, HasSubstr("is at work on the same function"));
  EXPECT_THAT(terminal.written_err, HasSubstr("holds alias:*:eu-west-1:orders:live"));
  EXPECT_THAT(terminal.written_err, HasSubstr("sluice watch d-AAAAAAAAA"));
  EXPECT_THAT(terminal.written_err, Not(HasSubstr("sluice resume")));
  state.row.state = "queued";
  EXPECT_EQ(run({"deploy", file}), 10);
  EXPECT_THAT(terminal.written_err, HasSubstr("it is next to hold alias:*:eu-west-1:orders:live"));
}

TEST_F(Commands, deploy_says_behind_whom_it_waits) {
  ends_as("succeeded");
  state.queued = store::Busy{"alias:*:eu-west-1:orders:live", "d-AAAAAAAAA"};
  EXPECT_EQ(run({"deploy", file}), 0);
  EXPECT_THAT(terminal.written_err,
              HasSubstr("queued behind d-AAAAAAAAA (lock alias:*:eu-west-1:orders:live)"));
  EXPECT_EQ(run({"deploy", file, "-o", "json"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr(R"("state":"queued")"));
}

TEST_F(Commands, list_and_get_show_behind_whom_a_run_waits) {
  state.row.state = "queued";
  state.row.owner = "host:1";
  state.row.summary =
      json::Value{{"queued", json::Value{{"lock", "team"}, {"behind", "d-AAAAAAAAA"}}}};
  state.executes = false;
  EXPECT_EQ(run({"list"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("queued behind d-AAAAAAAAA (lock team)"));
  Script script(canary_plan({"default"}));
  script.event("run_queued", {{"lock", "team"}, {"behind", "d-AAAAAAAAA"}});
  state.started = *script.view.plan;
  state.journal = script.events;
  EXPECT_EQ(run({"get", "d-7QK2M9XTA"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("queued behind d-AAAAAAAAA (lock team)"));
  EXPECT_EQ(run({"get", "d-7QK2M9XTA", "-o", "json"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr(R"("state": "queued")"));
}

TEST_F(Commands, deploy_goes_on_to_the_end_of_the_run_that_rolls_it_back) {
  struct Case {
    bool stopped;
    std::string end;
    int code;
  };
  for (auto const& [stopped, end, code] :
       {Case{false, "rolled_back", exit_rolled_back},
        Case{false, "needs_person", exit_needs_person}, Case{true, "rolled_back", exit_stopped},
        Case{true, "failed", exit_failed}}) {
    Script first(canary_plan({"default"}));
    first.begin("default");
    if (stopped) first.event("stopping", {{"by", "ann"}, {"reason", "no"}, {"roll_back", false}});
    first.event("rollback_handed_over", {{"scope", "default"}, {"run", "d-LINKED001"}});
    first.event("run_ended", {{"state", stopped ? "stopped" : "failed"}});
    state.journal = first.events;
    Script second(canary_plan({"default"}));
    json::Value failed{{"default/release/check", json::Value{{"status", "failed"}}}};
    second.event("run_created",
                 {{"linked_from", "d-7QK2M9XTA"}, {"scope", "default"}, {"nodes", failed}});
    second.event("run_ended", {{"state", end}});
    state.others["d-LINKED001"] = second.events;
    EXPECT_EQ(run({"deploy", file}), code) << end;
    EXPECT_THAT(terminal.written_err, HasSubstr("run d-LINKED001 carries out its rollback"));
    EXPECT_THAT(terminal.written_out, HasSubstr("the rollback of run d-7QK2M9XTA"));
    EXPECT_THAT(terminal.written_err, Not(HasSubstr("check failed")));
  }
}

TEST_F(Commands, deploy_asks_on_a_terminal_only) {
  ends_as("succeeded");
  Streams all{true, true, true};
  terminal.input = "n\n";
  EXPECT_EQ(run({"deploy", file}, all), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("Start? [Y/n]"));
  EXPECT_EQ(opened, 0);
  EXPECT_EQ(run({"deploy", file, "--no-input"}, all), 64);
  EXPECT_EQ(run({"deploy", file, "--yes"}, all), 0);
  terminal.input = "\n";
  EXPECT_EQ(run({"deploy", file}, all), 0);
}

TEST_F(Commands, detach_needs_somebody_else) {
  EXPECT_EQ(run({"deploy", file, "--detach"}), 64);
  EXPECT_THAT(terminal.written_err, HasSubstr("--detach needs another process"));
  state.executes = false;
  EXPECT_EQ(run({"deploy", file, "--detach", "-o", "name"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA\n");
}

TEST_F(Commands, signals_carry_who_and_why) {
  EXPECT_EQ(run({"approve", "d-7QK2M9XTA", "--reason", "looks good", "--step", "prod/approve"}), 0);
  ASSERT_EQ(state.signals.size(), 1u);
  EXPECT_EQ(state.signals[0].kind, "approve");
  EXPECT_EQ(state.signals[0].node, "prod/approve");
  EXPECT_EQ(state.signals[0].reason, "looks good");
  EXPECT_THAT(state.signals[0].by, HasSubstr("@"));
}

TEST_F(Commands, a_signal_to_a_run_without_a_process_says_how_to_take_it_up) {
  state.signal_error = Error{ErrorCode::unavailable, "nobody executes it", ""};
  for (auto verb : {"approve", "reject", "skip", "promote", "pause", "continue"}) {
    EXPECT_EQ(run({verb, "d-7QK2M9XTA"}), 1);
    EXPECT_THAT(terminal.written_err, HasSubstr("sluice resume d-7QK2M9XTA takes it up"));
  }
  std::string journal = (folder.path() / "my state").string();
  EXPECT_EQ(run({"approve", "d-7QK2M9XTA", "--state", journal}), 1);
  EXPECT_THAT(terminal.written_err,
              HasSubstr("sluice resume d-7QK2M9XTA --state '" + journal + "' takes it up"));
  state.row.owner = "somebody";
  EXPECT_EQ(run({"approve", "d-7QK2M9XTA"}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("nobody executes it"));
}

TEST_F(Commands, a_stop_is_acknowledged_where_a_process_obeys_it) {
  state.row.owner = "somebody";
  EXPECT_EQ(run({"stop", "d-7QK2M9XTA", "--reason", "wrong build"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA is being stopped\n");
  ASSERT_EQ(state.signals.size(), 1u);
  EXPECT_EQ(state.signals[0].reason, "wrong build");
  EXPECT_FALSE(state.resumed);
}

TEST_F(Commands, a_stop_or_rollback_without_a_process_is_carried_out_here) {
  struct Case {
    std::string verb, end;
    int code;
  };
  state.started = canary_plan({"default"});
  for (auto const& one : {Case{"stop", "stopped", 9}, Case{"rollback", "rolled_back", 5}}) {
    ends_as(one.end);
    state.signals.clear();
    state.resumed = false;
    EXPECT_EQ(run({one.verb, "d-7QK2M9XTA"}), one.code) << terminal.written_err;
    ASSERT_EQ(state.signals.size(), 1u);
    EXPECT_EQ(state.signals[0].kind, one.verb);
    EXPECT_TRUE(state.resumed);
    EXPECT_THAT(terminal.written_err, HasSubstr("this one takes it up"));
  }
  // Somebody was here before: what he asked for is carried out.
  state.signal_error = Error{ErrorCode::conflict, "run d-7QK2M9XTA is already to be stopped", ""};
  ends_as("stopped");
  EXPECT_EQ(run({"rollback", "d-7QK2M9XTA"}), 9);
  EXPECT_THAT(terminal.written_err, HasSubstr("already to be stopped"));
}

TEST_F(Commands, what_the_journal_tells_already_is_marked_as_history) {
  ends_as("succeeded");
  state.started = canary_plan({"default"});
  state.row.last_seq = static_cast<std::int64_t>(state.journal.size()) - 1;
  EXPECT_EQ(run({"resume", "d-7QK2M9XTA"}), 0);
  auto const& text = terminal.written_err;
  auto so_far = text.find("So far:\n");
  auto shifted = text.find("shift to 10 %: done");
  auto now = text.find("Now:\n");
  EXPECT_LT(so_far, shifted) << text;
  EXPECT_LT(shifted, now) << text;
  EXPECT_NE(now, std::string::npos) << text;
  EXPECT_EQ(run({"resume", "d-7QK2M9XTA", "-o", "json"}), 0);
  EXPECT_THAT(terminal.written_out, Not(HasSubstr("So far")));
}

TEST_F(Commands, resume_finds_only_what_nobody_executes) {
  ends_as("succeeded");
  state.started = canary_plan({"default"});
  EXPECT_EQ(run({"resume"}), 0);
  EXPECT_TRUE(state.resumed);
  state.row.owner = "somebody";
  state.resumed = false;
  EXPECT_EQ(run({"resume"}), 1);
  EXPECT_THAT(terminal.written_err, HasSubstr("or is executed by a process"));
  EXPECT_FALSE(state.resumed);
}

TEST_F(Commands, a_runs_id_that_was_cut_short_is_no_function) {
  for (Words const& words : {Words{"get", "d-7QK2"}, Words{"rollback", "d-7QK2"}}) {
    EXPECT_EQ(run(words), 1);
    EXPECT_THAT(terminal.written_err, HasSubstr("there is no run d-7QK2"));
  }
  EXPECT_EQ(opened, 0);
}

TEST_F(Commands, watch_mirrors_the_end_only_when_asked) {
  ends_as("rolled_back");
  state.executes = false;
  state.started = canary_plan({"default"});
  state.row.ended = Time{};
  EXPECT_EQ(run({"watch", "d-7QK2M9XTA"}), 0);
  EXPECT_EQ(run({"watch", "d-7QK2M9XTA", "--exit-status"}), 5);
}

TEST_F(Commands, progress_is_shown_as_asked) {
  ends_as("rolled_back");
  state.executes = false;
  state.started = canary_plan({"default"});
  state.row.ended = Time{};
  auto shown = [&](char const* kind) {
    terminal.written_err.clear();
    run({"watch", "d-7QK2M9XTA", "--progress", kind});
    return terminal.written_err;
  };
  EXPECT_THAT(shown("events"), HasSubstr("shift to 10 %: done"));
  EXPECT_THAT(shown("errors"), Not(HasSubstr("shift to 10 %: done")));
  EXPECT_THAT(shown("json"), HasSubstr("\"type\":\"run_ended\""));
  EXPECT_THAT(shown("none"), Not(HasSubstr("shift to 10 %: done")));
  EXPECT_EQ(run({"watch", "d-7QK2M9XTA", "--progress", "loud"}), 64);
}

TEST_F(Commands, get_list_and_logs) {
  ends_as("succeeded");
  state.started = canary_plan({"default"});
  EXPECT_EQ(run({"get", "d-7QK2M9XTA"}), 0);
  EXPECT_THAT(terminal.written_out, HasSubstr("publish"));
  EXPECT_EQ(run({"list", "-o", "name"}), 0);
  EXPECT_EQ(terminal.written_out, "d-7QK2M9XTA\n");
  EXPECT_EQ(run({"logs", "d-7QK2M9XTA"}), 0);
  auto lines = split(terminal.written_out, '\n');
  EXPECT_EQ(lines.size(), state.journal.size() + 1);
}

TEST(plan_options, change_the_plan) {
  plan::Plan plan = canary_plan({"default"});
  auto line = parse({"deploy", "f", "--heal", "to-primary", "--restore", "latest",
                     "--no-bypass-check", "--hold-timeout", "5m"});
  ASSERT_TRUE(line);
  ASSERT_TRUE(apply_plan_options(plan, *line, true));
  EXPECT_TRUE(plan.releases[0].heal_to_primary);
  EXPECT_TRUE(plan.releases[0].restore_latest);
  EXPECT_EQ(plan.hold_timeout, std::chrono::minutes(5));
  EXPECT_EQ(plan::find(plan, "default/release/bypass-check"), nullptr);
}

TEST(plan_options, nobody_is_waited_for_without_a_terminal) {
  dialect::ScopeOptions options;
  options.hold_timeout = std::chrono::hours(1);
  plan::Plan plan = canary_plan({"default"});
  plan.root = dialect::release_scope({&plan.releases[0]}, {}, options);
  auto line = parse({"deploy", "f"});
  ASSERT_TRUE(apply_plan_options(plan, *line, false));
  EXPECT_EQ(plan.root.on_failure.front().action.timeout, Duration{});
  EXPECT_EQ(plan.hold_timeout, Duration{});
}

TEST(unsupported, names_what_needs_a_server) {
  plan::Plan plan = canary_plan({"default"});
  EXPECT_TRUE(unsupported_in(plan).empty());
  plan::WebhookStep hook{.name = "hook", .url = "https://x"};
  hook.callback = true;
  plan.root.children[0].children.push_back(plan::leaf("hook", hook));
  plan.root.children[0].children.push_back(plan::step("odd", "analysis", {}));
  auto found = unsupported_in(plan);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0], HasSubstr("callback"));
  EXPECT_THAT(found[1], HasSubstr("judges metrics"));
}

TEST(schedule, adds_waits_along_the_longest_way) {
  plan::Plan plan = canary_plan({"staging", "prod"});
  EXPECT_EQ(total_of(plan), std::chrono::minutes(2));
  auto steps = schedule_of(plan);
  auto last = steps.back();
  EXPECT_EQ(last.path, "prod/release/finish");
  EXPECT_EQ(last.begins, std::chrono::minutes(2));
}

TEST(actions, follow_from_the_steps) {
  plan::Plan plan = canary_plan({"default"});
  auto has = [&](std::string const& action) {
    for (auto const& needed : actions_of(plan))
      if (std::ranges::find(needed.actions, action) != needed.actions.end()) return true;
    return false;
  };
  EXPECT_TRUE(has("lambda:UpdateAlias"));
  EXPECT_TRUE(has("cloudwatch:GetMetricData"));
  EXPECT_FALSE(has("lambda:TagResource"));
  EXPECT_FALSE(has("sts:AssumeRole"));
  EXPECT_FALSE(has("lambda:DeleteFunction"));
  plan.releases[0].tags.emplace();
  plan.releases[0].delete_candidate = true;
  EXPECT_TRUE(has("lambda:DeleteFunction"));
  plan.targets[0].role = "arn:aws:iam::111122223333:role/x";
  EXPECT_TRUE(has("lambda:TagResource"));
  EXPECT_TRUE(has("sts:AssumeRole"));
}

}  // namespace
}  // namespace sluice::cli
