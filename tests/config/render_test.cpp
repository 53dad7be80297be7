#include "config/render.hpp"

#include <gtest/gtest.h>

#include "config/codes_text.hpp"

namespace sluice::config {
namespace {

Diagnostic weight_problem() {
  auto source = make_source("release.yaml", "functionName: orders\nweight: \"10\"\n");
  return {codes::wrong_type,
          Severity::error,
          "\"weight\" must be a whole number, found the text \"10\"",
          {2, 9, 2, 13, source},
          {.cause = "quotes make text", .help = "write `weight: 10`"}};
}

TEST(Render, ForPeople) {
  EXPECT_EQ(render_one(weight_problem()),
            "error[E1052]: \"weight\" must be a whole number, found the text \"10\"\n"
            " --> release.yaml:2:9\n"
            "2 | weight: \"10\"\n"
            "  |         ^^^^\n"
            "  = cause: quotes make text\n"
            "  = help: write `weight: 10`\n"
            "  = see: sluice explain E1052\n");
}

TEST(Render, WithoutAPlace) {
  EXPECT_EQ(render_one({codes::empty_document, Severity::warning, "nothing to do", {}, {}}),
            "warning[E1013]: nothing to do\n = see: sluice explain E1013\n");
}

TEST(Render, InColourShowsTheSameText) {
  std::string coloured = render_one(weight_problem(), Colour::on);
  EXPECT_TRUE(coloured.starts_with("\x1b[1;31merror[E1052]\x1b[0m\x1b[1m: "));
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      plain += coloured[i];
  }
  EXPECT_EQ(plain, render_one(weight_problem()));
}

std::string carets_for(std::string line, int column, int end_column) {
  auto source = make_source("a.yaml", std::move(line));
  std::string shown =
      render_one({codes::wrong_type, Severity::error, "x", {1, column, 1, end_column, source}, {}});
  std::size_t start = shown.find("1 | ");
  return shown.substr(start, shown.find("  = see") - start);
}

TEST(Render, PutsTheCaretBelowItsCharacters) {
  EXPECT_EQ(carets_for("a: bc", 4, 6), "1 | a: bc\n  |    ^^\n");
  EXPECT_EQ(carets_for("a:\tbc", 4, 6), "1 | a:    bc\n  |       ^^\n");
  EXPECT_EQ(carets_for("ä: bc", 4, 6), "1 | ä: bc\n  |    ^^\n");
  EXPECT_EQ(carets_for("日: 本", 4, 5), "1 | 日: 本\n  |     ^^\n");
  EXPECT_EQ(carets_for("e\u0301: x", 5, 6), "1 | e\u0301: x\n  |    ^\n");
  EXPECT_EQ(carets_for("\x1b: x", 4, 5), "1 | ^[: x\n  |     ^\n");
  EXPECT_EQ(carets_for("a:", 3, 3), "1 | a:\n  |   ^\n");
  EXPECT_EQ(carets_for("a: b", 1, 99), "1 | a: b\n  | ^^^^\n");
}

TEST(Render, CutsALongLineAroundTheSpan) {
  std::string shown = carets_for(std::string(500, 'a') + "XX" + std::string(500, 'b'), 501, 503);
  EXPECT_EQ(shown, "1 | …" + std::string(40, 'a') + "XX" + std::string(77, 'b') + "…\n  | " +
                       std::string(41, ' ') + "^^\n");
}

TEST(Render, TakesControlCharactersAway) {
  auto source = make_source("a\x1b.yaml", "x");
  std::string shown = render_one(
      {codes::wrong_type, Severity::error, "bad \x1b[31m text", {1, 1, 1, 2, source}, {}});
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

TEST(Render, GroupsTheSameProblem) {
  auto source = make_source("a.yaml", "x\ny\nz\n");
  Diagnostics diagnostics;
  for (int line : {3, 1, 2})
    diagnostics.error(codes::unknown_key, {line, 1, line, 2, source}, "unknown key");
  diagnostics.warning(codes::missing_key, {2, 1, 2, 2, source}, "another");
  EXPECT_EQ(render(diagnostics, Format::human),
            "error[E1050]: unknown key\n"
            " --> a.yaml:1:1\n"
            "1 | x\n"
            "  | ^\n"
            "  = also: a.yaml:2:1, a.yaml:3:1\n"
            "  = see: sluice explain E1050\n"
            "\n"
            "warning[E1051]: another\n"
            " --> a.yaml:2:1\n"
            "2 | y\n"
            "  | ^\n"
            "  = see: sluice explain E1051\n"
            "\n"
            "3 errors, 1 warning\n");
  EXPECT_EQ(render(Diagnostics(), Format::human), "");
}

TEST(Render, AsJson) {
  Diagnostics diagnostics;
  diagnostics.add(weight_problem());
  EXPECT_EQ(to_json(diagnostics).dump(),
            R"({"diagnostics":[{"code":"E1052","severity":"error",)"
            R"("message":"\"weight\" must be a whole number, found the text \"10\"",)"
            R"("file":"release.yaml","line":2,"column":9,"end_line":2,"end_column":13,)"
            R"("cause":"quotes make text","help":"write `weight: 10`",)"
            R"("see":"sluice explain E1052"}],"errors":1,"warnings":0,"omitted":0})");
}

TEST(Render, AsGithubCommands) {
  auto source = make_source("a,b:c.yaml", "x\n");
  Diagnostics diagnostics;
  diagnostics.error(codes::unknown_key, {1, 1, 1, 2, source}, "100% wrong",
                    {.cause = {}, .help = "remove it"});
  diagnostics.note(codes::wrong_type, {}, "no place");
  EXPECT_EQ(render(diagnostics, Format::github),
            "::error file=a%2Cb%3Ac.yaml,line=1,col=1,endLine=1,endColumn=2,"
            "title=E1050 unknown key::100%25 wrong%0Ahelp: remove it\n"
            "::notice title=E1052 wrong type::no place\n");
}

TEST(Render, GithubGetsTenOfAKind) {
  auto source = make_source("a.yaml", "x\n");
  Diagnostics diagnostics;
  auto add = [&](int count) {
    for (int i = 1; i <= count; ++i)
      diagnostics.error(codes::unknown_key, {i, 1, i, 2, source}, "x" + std::to_string(i));
  };
  add(10);
  EXPECT_EQ(render(diagnostics, Format::github).find("not shown"), std::string::npos);
  add(12);
  EXPECT_TRUE(render(diagnostics, Format::github)
                  .ends_with("::notice::2 more problems are not shown here\n"));
}

TEST(Render, AsGitlabReport) {
  Diagnostics diagnostics;
  diagnostics.add(weight_problem());
  auto report = json::parse(render(diagnostics, Format::gitlab));
  ASSERT_TRUE(report);
  json::Value const& entry = report->items().at(0);
  EXPECT_EQ(entry["check_name"].as_string(), "E1052");
  EXPECT_EQ(entry["severity"].as_string(), "major");
  EXPECT_EQ(entry["location"]["path"].as_string(), "release.yaml");
  EXPECT_EQ(entry["location"]["lines"]["begin"].as_int(), 2);
  EXPECT_EQ(entry["fingerprint"].as_string().size(), 64u);
  EXPECT_EQ(entry["description"].as_string(),
            "\"weight\" must be a whole number, found the text \"10\" (write `weight: 10`)");
}

TEST(Render, GitlabFingerprintsSurviveShiftsAndStayUnique) {
  auto fingerprints = [](std::string blank_lines) {
    auto source = make_source("a.yaml", blank_lines + "x\ny\n");
    int line = source->line_count() - 2;
    Diagnostics diagnostics;
    for (int at : {line, line + 1})
      diagnostics.error(codes::unknown_key, {at, 1, at, 2, source}, "the same");
    std::vector<std::string> out;
    auto report = json::parse(render(diagnostics, Format::gitlab));
    for (auto const& entry : report->items()) out.push_back(entry["fingerprint"].as_string());
    return out;
  };
  auto before = fingerprints("");
  EXPECT_EQ(before, fingerprints("\n\n"));
  ASSERT_EQ(before.size(), 2u);
  EXPECT_NE(before[0], before[1]);
}

TEST(Render, QuotesForeignText) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes("two\nlines\t"), "\"two\\nlines\\t\"");
  EXPECT_EQ(in_quotes(std::string(60, 'x')), '"' + std::string(60, 'x') + '"');
  EXPECT_EQ(in_quotes(std::string(61, 'x')), '"' + std::string(60, 'x') + "…\"");
  EXPECT_EQ(in_quotes("a\x1b"), "\"a^[\"");
}

TEST(Render, FormatsHaveNames) {
  EXPECT_EQ(format_from("human"), Format::human);
  EXPECT_EQ(format_from("github"), Format::github);
  EXPECT_EQ(format_from("xml"), std::nullopt);
}

}  // namespace
}  // namespace sluice::config
