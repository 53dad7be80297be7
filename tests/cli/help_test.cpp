#include "cli/help.hpp"

#include "base/process.hpp"
#include "base/strings.hpp"
#include "cli/completion.hpp"
#include "cli/golden.hpp"
#include "cli/terminal.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

std::size_t longest_line(std::string const& text) {
  std::size_t longest = 0;
  for (auto const& line : split(text, '\n')) longest = std::max(longest, line.size());
  return longest;
}

TEST(help, short_help_of_every_command) {
  for (auto const& command : all_commands()) {
    std::string text = short_help(command, {});
    EXPECT_LE(longest_line(text), 80u) << text;
    expect_golden("help/" + replace_all(command.name, " ", "-") + ".txt", text);
  }
}

TEST(help, overview_names_every_command) {
  std::string text = overview({});
  expect_golden("help/overview.txt", text);
  for (auto const& command : all_commands()) EXPECT_NE(text.find(command.name), std::string::npos);
}

TEST(help, long_help_leads_with_examples_and_names_every_option) {
  for (auto const& command : all_commands()) {
    std::string text = long_help(command, {});
    EXPECT_LT(text.find("Examples:"), text.find("Usage:")) << command.name;
    for (auto const& option : command.options)
      EXPECT_NE(text.find("--" + std::string(option.name)), std::string::npos) << option.name;
    EXPECT_NE(text.find("Documentation:"), std::string::npos);
  }
}

TEST(help, topics) {
  for (auto const& topic : help_topics()) EXPECT_FALSE(topic.text().empty()) << topic.name;
  expect_golden("help/topic-exit-codes.txt", help_topics().front().text());
  std::string page = man_page();
  EXPECT_TRUE(page.starts_with(".TH SLUICE 1"));
  for (auto const& line : split(page, '\n')) EXPECT_FALSE(line.starts_with("'")) << line;
}

TEST(completion, bash_accepts_the_script) {
  auto bash = find_program("bash", "/usr/bin:/bin");
  if (!bash) GTEST_SKIP() << "bash is not installed";
  test::TemporaryFolder folder;
  auto path = folder.path() / "completion.bash";
  std::ofstream(path) << *completion_script("bash");
  auto checked = run_process({.program = *bash, .arguments = {"-n", path.string()}});
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->exit.success()) << checked->errors;
}

TEST(completion, bash_offers_commands_options_and_values) {
  auto bash = find_program("bash", "/usr/bin:/bin");
  if (!bash) GTEST_SKIP() << "bash is not installed";
  struct Case {
    std::string words, offered;
  };
  Case const table[] = {{"sluice dep", "deploy"},
                        {"sluice deploy --dry", "--dry-run"},
                        {"sluice deploy -o j", "json"},
                        {"sluice completion f", "fish"}};
  for (auto const& one : table) {
    auto words = split(one.words, ' ');
    std::string script = *completion_script("bash") + "COMP_WORDS=(" + one.words +
                         ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
                         "\n_sluice\necho \"${COMPREPLY[*]}\"\n";
    auto answer = run_process({.program = *bash, .arguments = {"-c", script}});
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->output.find(one.offered), std::string::npos)
        << one.words << ": " << answer->output << answer->errors;
  }
}

TEST(completion, every_shell_knows_every_command) {
  for (auto shell : {"bash", "zsh", "fish"}) {
    auto script = completion_script(shell);
    ASSERT_TRUE(script);
    for (auto const& command : all_commands())
      EXPECT_NE(script->find(command.name.substr(0, command.name.find(' '))), std::string::npos)
          << shell << command.name;
  }
  EXPECT_FALSE(completion_script("tcsh"));
}

}  // namespace
}  // namespace sluice::cli
