#include <gmock/gmock.h>

#include "cli/program.hpp"
#include "support/folder.hpp"

namespace sluice::cli {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

constexpr char canary[] = R"(function: orders
region: eu-west-1
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::111122223333:role/orders
package: ./src
alias: live
strategy:
  - {shift: 10, watch: 5m}
)";

class Rehearse : public testing::Test {
 protected:
  Rehearse() {
    std::filesystem::create_directory(folder.path() / "src");
    folder.write("src/index.js", "exports.handler = async () => 1;\n");
    file = folder.write("release.yaml", canary).string();
  }

  /// No way to runs is given: a rehearsal that needed a journal would fail.
  int run(Words options) {
    terminal.written_out.clear();
    terminal.written_err.clear();
    Words words{"rehearse", file};
    words.insert(words.end(), options.begin(), options.end());
    Variables nothing;
    return run_program(words, terminal, {}, nothing, [](Invocation&) -> Result<RunsHere> {
      return fail(ErrorCode::unavailable, "no journal here");
    });
  }

  test::TemporaryFolder folder;
  HeldTerminal terminal;
  std::string file;
};

TEST_F(Rehearse, shows_the_timeline_and_ends_as_the_release_would) {
  EXPECT_EQ(run({}), exit_success);
  EXPECT_THAT(terminal.written_out, HasSubstr("shift to 10 %: done"));
  EXPECT_THAT(terminal.written_out, HasSubstr("orders:live  on the candidate, version 2"));
  EXPECT_EQ(run({"--errors", "40%"}), exit_rolled_back);
  EXPECT_THAT(terminal.written_out, HasSubstr("requests met version 2"));
  EXPECT_THAT(terminal.written_out, HasSubstr("back on the baseline, version 1"));
}

TEST_F(Rehearse, tells_programs_what_happened) {
  EXPECT_EQ(run({"-o", "json", "--errors", "40%"}), exit_rolled_back);
  std::string last = terminal.written_out.substr(
      terminal.written_out.rfind('\n', terminal.written_out.size() - 2) + 1);
  auto result = json::parse(last);
  ASSERT_TRUE(result) << last;
  EXPECT_EQ((*result)["kind"].as_string(), "Result");
  EXPECT_EQ((*result)["state"].as_string(), "rolled_back");
}

TEST_F(Rehearse, refuses_what_it_cannot_read) {
  for (Words const& words :
       {Words{"--errors", "150%"}, Words{"--rps", "many"}, Words{"--fault", "UpdateAlias"},
        Words{"--fault", "call=UpdateAlias,do=explode"}, Words{"--metric-lag", "soon"},
        Words{"--approve", "perhaps"}, Words{"--seed", "-1"}}) {
    EXPECT_EQ(run(words), exit_usage) << words[0] << " " << words[1];
    EXPECT_THAT(terminal.written_err, HasSubstr(words[0].substr(2)));
  }
}

}  // namespace
}  // namespace sluice::cli
