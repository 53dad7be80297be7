#include "cli/settings.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "cli/program.hpp"
#include "config/render.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

/// A repository with a release file in it, a home folder and a file of the machine, all made up.
class Settings : public testing::Test {
 protected:
  Settings() {
    fs::create_directories(repository / ".git");
    fs::create_directories(repository / "shop");
    fs::create_directories(user.parent_path());
    write(release, "function: orders\n");
  }

  static void write(fs::path const& path, std::string const& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  Variables environment(Variables more = {}) const {
    more.insert(
        {{"HOME", (folder.path() / "home").string()}, {"SLUICE_SYSTEM_CONFIG", system.string()}});
    return more;
  }

  /// The line as a command gets it; what is wrong with a file is the error's message.
  Result<Parsed> line_of(Words const& words, Variables const& more = {}) {
    auto line = parse(words);
    EXPECT_TRUE(line);
    config::Diagnostics diagnostics;
    auto files = read_config_files(environment(more), workplace_of(*line), diagnostics);
    if (!files) return std::unexpected(files.error());
    if (diagnostics.has_errors())
      return fail(ErrorCode::invalid_input, config::render_human(diagnostics));
    if (auto done = apply_settings(*line, environment(more), *files); !done)
      return std::unexpected(done.error());
    return *line;
  }
  std::string refusal(Words const& words, Variables const& more = {}) {
    auto line = line_of(words, more);
    return line ? "nothing was refused" : line.error().message;
  }

  int run(Words const& words, Variables const& more = {}) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    return run_program(words, terminal, {}, environment(more), [](Invocation&) {
      return Result<RunsHere>(fail(ErrorCode::unavailable, "nothing is opened here"));
    });
  }

  test::TemporaryFolder folder;
  fs::path repository = folder.path() / "repository";
  fs::path project = repository / ".sluice.yaml";
  fs::path release = repository / "shop/release.yaml";
  fs::path user = folder.path() / "home/.config/sluice/config.yaml";
  fs::path system = folder.path() / "system.yaml";
  HeldTerminal terminal;
};

TEST_F(Settings, the_line_wins_then_environment_project_user_and_system) {
  Words words{"deploy", release.string()};
  auto lag = [&](Variables const& more = {}) {
    auto line = line_of(words, more);
    return line ? line->value("hold-timeout", "none") : line.error().message;
  };
  EXPECT_EQ(lag(), "none");
  write(system, "hold-timeout: 1s\n");
  EXPECT_EQ(lag(), "1s");
  write(user, "hold-timeout: 2s\n");
  EXPECT_EQ(lag(), "2s");
  write(project, "hold-timeout: 3s\n");
  EXPECT_EQ(lag(), "3s");
  EXPECT_EQ(lag({{"SLUICE_HOLD_TIMEOUT", "4s"}}), "4s");
  words.insert(words.end(), {"--hold-timeout", "5s"});
  EXPECT_EQ(lag({{"SLUICE_HOLD_TIMEOUT", "4s"}}), "5s");
}

TEST_F(Settings, an_empty_variable_says_nothing) {
  write(user, "hold-timeout: 2s\n");
  auto line = line_of({"deploy", release.string()}, {{"SLUICE_HOLD_TIMEOUT", ""}});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->value("hold-timeout"), "2s");
  EXPECT_FALSE(line->typed("hold-timeout"));
  EXPECT_EQ(line->origins["hold-timeout"].text, user.string() + ":1:15");
}

TEST_F(Settings, the_nearest_project_file_counts_up_to_the_repositorys_root) {
  fs::path nested = repository / "shop/eu";
  fs::create_directories(nested);
  EXPECT_EQ(find_project_file(nested), std::nullopt);
  write(folder.path() / ".sluice.yaml", "ascii: true\n");
  EXPECT_EQ(find_project_file(nested), std::nullopt) << "outside of the repository";
  write(project, "ascii: true\n");
  EXPECT_EQ(find_project_file(nested), fs::canonical(project));
  write(repository / "shop/.sluice.yaml", "ascii: true\n");
  EXPECT_EQ(find_project_file(nested), fs::canonical(repository / "shop/.sluice.yaml"));
}

TEST_F(Settings, without_a_repository_only_the_folder_itself_counts) {
  fs::path plain = folder.path() / "plain/below";
  fs::create_directories(plain);
  write(plain.parent_path() / ".sluice.yaml", "ascii: true\n");
  EXPECT_EQ(find_project_file(plain), std::nullopt);
  EXPECT_NE(find_project_file(plain.parent_path()), std::nullopt);
}

TEST_F(Settings, every_problem_of_a_file_is_placed) {
  write(project, "regin: eu-west-1\nprogress: loud\nconnect-timeout: soon\nascii: 3\n");
  std::string said = refusal({"deploy", release.string()});
  EXPECT_THAT(said, HasSubstr(".sluice.yaml:1:1"));
  EXPECT_THAT(said, HasSubstr("did you mean \"region\"?"));
  EXPECT_THAT(said, HasSubstr(".sluice.yaml:2:11"));
  EXPECT_THAT(said, HasSubstr(".sluice.yaml:3:18"));
  EXPECT_THAT(said, HasSubstr(".sluice.yaml:4:8"));
  EXPECT_THAT(said, HasSubstr("^^^^^"));
  EXPECT_EQ(run({"deploy", release.string()}), exit_invalid);
  EXPECT_EQ(run({"version"}), exit_success) << "help works in spite of a broken file";
  EXPECT_EQ(run({"deploy", "--help"}), exit_success);
}

TEST_F(Settings, a_projects_file_chooses_no_credentials_and_weakens_no_safety) {
  for (auto const& setting : all_settings()) {
    if (!setting.option->personal) continue;
    std::string value = !setting.choices.empty()              ? std::string(setting.choices[0])
                        : setting.option->value == "DURATION" ? "5m"
                                                              : "x";
    std::string text = std::string(setting.key) + ": " + value + "\n";
    write(project, text);
    EXPECT_THAT(refusal({"deploy", release.string()}), HasSubstr("by a project's file")) << text;
    write(project, "");
    write(user, text);
    EXPECT_TRUE(line_of({"deploy", release.string()})) << text;
    write(user, "");
  }
  for (auto key : {"profile", "endpoint-url", "local-state", "on-interrupt", "rollback-patience",
                   "metric-lag", "wait-timeout"})
    EXPECT_TRUE(find_setting(key) && find_setting(key)->option->personal) << key;
}

TEST_F(Settings, confirmations_stay_on_the_line) {
  for (auto key : {"yes", "no-bypass-check", "dry-run", "heal", "restore", "local", "set"}) {
    EXPECT_EQ(find_setting(key), nullptr) << key;
    write(user, std::string(key) + ": true\n");
    EXPECT_THAT(refusal({"deploy", release.string()}), HasSubstr("belongs on a command line"));
  }
}

TEST_F(Settings, what_looks_like_a_secret_is_refused_and_not_shown) {
  write(user, "aws_secret_access_key: wJalrXUtnFEMI\n");
  std::string said = refusal({"list"});
  EXPECT_THAT(said, HasSubstr("looks like a secret"));
  EXPECT_THAT(said, Not(HasSubstr("wJalr")));
}

TEST_F(Settings, a_file_that_others_can_write_is_refused) {
  write(user, "ascii: true\n");
  ASSERT_EQ(::chmod(user.c_str(), 0666), 0);
  EXPECT_THAT(refusal({"list"}), HasSubstr("can be written by everybody"));
  ASSERT_EQ(::chmod(user.c_str(), 0600), 0);
  if (::chown(user.c_str(), 12345, 12345) == 0) {  // root's tests only
    EXPECT_THAT(refusal({"list"}), HasSubstr("belongs to another user (uid 12345)"));
  }
  fs::remove(user);
  ASSERT_EQ(::mkfifo(user.c_str(), 0600), 0);
  EXPECT_THAT(refusal({"list"}), HasSubstr("no regular file"));
}

TEST_F(Settings, a_variable_with_an_impossible_value_is_named) {
  EXPECT_THAT(refusal({"deploy", release.string()}, {{"SLUICE_PROGRESS", "evnts"}}),
              HasSubstr("SLUICE_PROGRESS cannot be 'evnts'"));
  EXPECT_THAT(refusal({"deploy", release.string()}, {{"SLUICE_REQUEST_TIMEOUT", "soon"}}),
              HasSubstr("SLUICE_REQUEST_TIMEOUT"));
  EXPECT_EQ(run({"list"}, {{"SLUICE_NO_INPUT", "maybe"}}), exit_usage);
}

TEST_F(Settings, a_value_that_a_command_does_not_know_is_passed_over) {
  write(user, "output: name\n");
  EXPECT_EQ(line_of({"list"})->value("output"), "name");
  EXPECT_EQ(line_of({"logs", "d-1"})->value("output", "human"), "human");
}

TEST_F(Settings, flags_can_be_set_and_switched_off_again) {
  write(user, "no-input: true\n");
  EXPECT_TRUE(line_of({"list"})->has("no-input"));
  EXPECT_FALSE(line_of({"list"}, {{"SLUICE_NO_INPUT", "0"}})->has("no-input"));
}

TEST_F(Settings, colour_variables_of_others_count_before_files) {
  write(user, "color: always\n");
  EXPECT_EQ(line_of({"list"})->value("color"), "always");
  EXPECT_EQ(line_of({"list"}, {{"NO_COLOR", "1"}})->value("color"), "never");
  EXPECT_EQ(line_of({"list"}, {{"NO_COLOR", "1"}, {"SLUICE_COLOR", "auto"}})->value("color"),
            "auto");
}

TEST_F(Settings, folders_are_relative_to_their_file) {
  write(project, "state: journal\n");
  EXPECT_EQ(line_of({"deploy", release.string()})->value("state"),
            (fs::canonical(repository) / "journal").string());
  write(project, "");
  write(user, "state: ~/journal\n");
  EXPECT_EQ(line_of({"list"})->value("state"), (folder.path() / "home/journal").string());
}

TEST_F(Settings, a_journal_that_came_with_a_project_is_not_used) {
  write(project, "state: journal\n");
  auto folder_for = [&] {
    Variables variables = environment();
    Invocation invocation(*line_of({"deploy", release.string()}), terminal, variables, {});
    return invocation.state_folder();
  };
  EXPECT_TRUE(folder_for()) << "it is made, closed to others";
  fs::create_directories(repository / "journal");
  ASSERT_EQ(::chmod((repository / "journal").c_str(), 0755), 0);
  ASSERT_FALSE(folder_for());
  EXPECT_THAT(folder_for().error().message, HasSubstr("open to other users"));
  ASSERT_EQ(::chmod((repository / "journal").c_str(), 0700), 0);
  EXPECT_TRUE(folder_for());
}

TEST_F(Settings, aws_options_of_a_file_stand_behind_the_variables_of_the_chain) {
  write(user, "profile: mine\nregion: eu-west-1\nendpoint-url: http://127.0.0.1:4\n");
  auto settings = [&](Words const& words, Variables const& more = {}) {
    Variables variables = environment(more);
    return Invocation(*line_of(words, more), terminal, variables, {}).aws_settings().value();
  };
  auto found = settings({"deploy", release.string()});
  // As variables, so that keys of the environment win over the profile, as they do everywhere.
  EXPECT_EQ(found.profile, std::nullopt);
  EXPECT_EQ(found.environment["AWS_PROFILE"], "mine");
  EXPECT_EQ(found.environment["AWS_REGION"], "eu-west-1");
  EXPECT_EQ(found.environment["AWS_ENDPOINT_URL"], "http://127.0.0.1:4");
  found = settings({"deploy", release.string(), "--profile", "x"},
                   {{"AWS_DEFAULT_REGION", "us-east-1"}});
  EXPECT_EQ(found.profile, "x");
  EXPECT_EQ(found.environment.count("AWS_REGION"), 0u);
  EXPECT_TRUE(settings({"deploy", release.string(), "--local"}).local_state);
}

TEST_F(Settings, a_usual_folder_of_the_local_endpoint_does_not_choose_it) {
  write(user, "local-state: /stage\nstate: /j\n");
  auto local = [&](Words const& words) {
    Variables variables = environment();
    return Invocation(*line_of(words), terminal, variables, {}).local_folder().value();
  };
  EXPECT_EQ(local({"deploy", release.string()}), std::nullopt);
  EXPECT_EQ(local({"deploy", release.string(), "--local"}), "/stage");
  write(user, "state: /j\n");
  EXPECT_EQ(local({"deploy", release.string(), "--local"}), "/j/local");
}

TEST_F(Settings, hints_repeat_what_the_next_command_would_not_find) {
  write(project, "state: journal\nregion: eu-west-1\n");
  Variables variables = environment();
  Invocation elsewhere(*line_of({"deploy", release.string()}), terminal, variables, {});
  EXPECT_EQ(elsewhere.hint("watch d-1"),
            "sluice watch d-1 --state " + (fs::canonical(repository) / "journal").string());
  write(project, "");
  write(user, "state: ~/journal\n");
  Invocation found(*line_of({"deploy", release.string()}), terminal, variables, {});
  EXPECT_EQ(found.hint("watch d-1"), "sluice watch d-1");
}

TEST_F(Settings, config_explain_names_every_origin) {
  write(system, "request-timeout: 9s\n");
  write(user, "endpoint-url: http://me:secret@127.0.0.1:1/\nprogress: events\n");
  write(project, "progress: none\n");
  Words words{"config",   "explain",   "--for", release.string(),
              "--region", "eu-west-1", "-o",    "json"};
  ASSERT_EQ(run(words, {{"SLUICE_ASCII", "1"}}), exit_success) << terminal.written_err;
  auto report = json::parse(terminal.written_out);
  ASSERT_TRUE(report);
  EXPECT_EQ((*report)["settings"].items().size(), all_settings().size());
  std::map<std::string, std::string> said;
  for (auto const& one : (*report)["settings"].items())
    said[one["key"].as_string()] = one["value"].as_string() + " " +
                                   one["origin"]["kind"].as_string() + " " +
                                   one["origin"]["name"].as_string();
  EXPECT_EQ(said["region"], "eu-west-1 flag --region");
  EXPECT_EQ(said["ascii"], "true environment SLUICE_ASCII");
  EXPECT_EQ(said["progress"], "none project file ");
  EXPECT_EQ(said["request-timeout"], "9s system file ");
  EXPECT_EQ(said["connect-timeout"], "5s default ");
  EXPECT_EQ(said["endpoint-url"], "http://***@127.0.0.1:1/ user file ");
  EXPECT_THAT(terminal.written_out, Not(HasSubstr("secret@")));
}

TEST_F(Settings, config_explain_of_one_key_shows_what_was_overruled) {
  write(user, "progress: events\n");
  write(project, "progress: none\n");
  ASSERT_EQ(run({"config", "explain", "progress", "--for", release.string()}), exit_success);
  EXPECT_THAT(terminal.written_out, HasSubstr("none, says"));
  EXPECT_THAT(terminal.written_out, HasSubstr("config.yaml:1:11 (overruled)"));
  EXPECT_EQ(run({"config", "explain", "progres"}), exit_usage);
  EXPECT_THAT(terminal.written_err, HasSubstr("'progress'"));
}

TEST(settings, one_name_per_setting_and_a_page_that_lists_them) {
  std::ifstream page(fs::path(SLUICE_SOURCE) / "docs/reference/configuration.md");
  std::string text((std::istreambuf_iterator<char>(page)), {});
  for (auto const& command : all_commands())
    for (auto const& option : command.options) {
      if (option.setting.empty()) continue;
      ASSERT_NE(find_setting(option.setting), nullptr) << option.name;
      auto const& shared = *find_setting(option.setting)->option;
      EXPECT_EQ(shared.variable, option.variable) << command.name << " " << option.name;
      EXPECT_EQ(shared.personal, option.personal) << command.name << " " << option.name;
    }
  for (auto const& setting : all_settings()) {
    std::string row = "| `" + std::string(setting.key) + "` | `" +
                      std::string(setting.option->variable) + "` | " +
                      (setting.option->personal ? "no" : "yes") + " |";
    EXPECT_THAT(text, HasSubstr(row));
  }
}

}  // namespace
}  // namespace sluice::cli
