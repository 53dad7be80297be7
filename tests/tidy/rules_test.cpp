#include "tidy/rules.hpp"

#include "tidy/functions.hpp"
#include "tidy/source_text.hpp"

/// Each rule on texts that keep it and texts that break it.
namespace sluice::tidy {
namespace {

File file(std::string path, std::string_view text) { return {std::move(path), split_lines(text)}; }

std::vector<std::size_t> lines_of(std::vector<Finding> const& findings) {
  std::vector<std::size_t> lines;
  for (auto const& finding : findings) lines.push_back(finding.line);
  return lines;
}

using Lines = std::vector<std::size_t>;

TEST(CodeOf, blanks_comments_literals_and_directives) {
  auto code = code_of({"int a = 1'000;  // b", "char c = '{'; /* d", "e */ auto f = \"g \\\" h\";",
                       "auto i = R\"x(j", "k)\" l)x\" + m;", "#define N {"});
  EXPECT_EQ(code[0], "int a = 1'000;      ");
  EXPECT_EQ(code[1], "char c = ' ';     ");
  EXPECT_EQ(code[2], "     auto f = \"      \";");
  EXPECT_EQ(code[3].substr(0, 9), "auto i = ");
  EXPECT_EQ(code[4], "         + m;");
  EXPECT_EQ(code[5], "           ");
}

TEST(FunctionsOf, finds_bodies_and_nothing_else) {
  auto functions = functions_of(code_of({
      "namespace a { struct B {",
      "  B(int x) : y_{x}, z_(x) {",
      "    auto f = [] { return 1; };",
      "  }",
      "  int y_{0}, z_;",
      "}; constexpr C table[] = {{1, d()}, {2, d()}};",
      "bool operator==(B, B) { return true; }",
      "int e(int f = 1) {",
      "",
      "} }",
  }));
  ASSERT_EQ(functions.size(), 3u);
  EXPECT_EQ(functions[0].begin, 2u);
  EXPECT_EQ(functions[0].lines, 3u);
  EXPECT_EQ(functions[1].lines, 1u);
  EXPECT_EQ(functions[2].head, "int e(int f = 1)");
  EXPECT_EQ(functions[2].lines, 3u);
}

TEST(LongFunctions, begin_at_71_lines) {
  std::string body;
  for (int i = 0; i < 68; ++i) body += "  f();\n";
  EXPECT_TRUE(long_functions(file("src/a.cpp", "void a() {\n" + body + "}\n")).empty());
  auto found = long_functions(file("src/a.cpp", "void a() {\n" + body + "  f();\n}\n"));
  EXPECT_EQ(lines_of(found), Lines{1});
}

TEST(LongLines, count_characters_not_bytes) {
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "é";
  EXPECT_TRUE(long_lines(file("src/a.cpp", "// ok\n" + wide)).empty());
  EXPECT_EQ(lines_of(long_lines(file("src/a.cpp", "\n" + wide + "x\n"))), Lines{2});
}

TEST(LongFile, begins_at_601_lines) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "\n";
  EXPECT_TRUE(long_file(file("src/a.cpp", text)).empty());
  EXPECT_EQ(long_file(file("src/a.cpp", text + "\n")).size(), 1u);
}

TEST(Tabs, are_found_in_every_kind_of_file) {
  EXPECT_EQ(lines_of(tabs(file("docs/a.md", "a\n\tb\n"))), Lines{2});
}

TEST(BannedCode, is_found_in_code_only) {
  auto found = [](std::string_view text) {
    return !banned_code(file("src/net/a.cpp", text)).empty();
  };
  EXPECT_TRUE(found("  sleep(1);"));
  EXPECT_TRUE(found("std::this_thread::sleep_for(x);"));
  EXPECT_TRUE(found("return system(\"ls\");"));
  EXPECT_TRUE(found("if (std::system(x)) y();"));
  EXPECT_TRUE(found("std::cout << a;"));
  EXPECT_TRUE(found("co_await a;"));
  EXPECT_TRUE(found("std::regex a;"));
  EXPECT_TRUE(found("#include <nlohmann/json.hpp>"));
  EXPECT_FALSE(found("clock.sleep(time, stop);"));
  EXPECT_TRUE(found("::sleep(1);"));
  EXPECT_FALSE(found("clock->sleep(time, stop);"));
  EXPECT_FALSE(found("void VirtualClock::sleep(Duration time) {"));
  EXPECT_FALSE(found("  virtual void sleep(Duration time) = 0;"));
  EXPECT_FALSE(found("// sleep(1) would be wrong"));
  EXPECT_FALSE(found("auto a = \"system(\";"));
  EXPECT_FALSE(found("snprintf(a, 1, b);"));
  EXPECT_FALSE(found("file_system(a);"));
}

TEST(BannedCode, lets_the_command_line_print) {
  EXPECT_TRUE(banned_code(file("src/cli/a.cpp", "#include <iostream>\nstd::cout << a;")).empty());
  EXPECT_FALSE(banned_code(file("src/client/a.cpp", "std::cout << a;")).empty());
}

TEST(OpenEnds, are_found_in_comments_too) {
  EXPECT_EQ(lines_of(open_ends(file("src/a.cpp",
                                    "a\n// TO"
                                    "DO b\n"))),
            Lines{2});
  EXPECT_TRUE(open_ends(file("src/a.cpp",
                             "TO"
                             "DOS and METHOD"))
                  .empty());
}

TEST(PrivatePaths, spare_examples_and_addresses) {
  auto found = [](std::string_view text) {
    return !private_paths(file("docs/a.md", text)).empty();
  };
  EXPECT_TRUE(
      found("cd /ho"
            "me/ada/sluice"));
  EXPECT_TRUE(
      found("\"/ro"
            "ot/x\""));
  EXPECT_FALSE(found("/home/user/.aws/config"));
  EXPECT_FALSE(
      found("https://example.com/wo"
            "rk/x"));
}

TEST(WrongIncludes, go_up_leave_or_name_nothing) {
  std::vector<File> tree = {
      file("cmake/Library.cmake", "set(SLUICE_LAYERS base net engine)\n"),
      file("src/base/a.hpp", "#include \"net/b.hpp\"\n#include <vector>\n"),
      file("src/engine/c.cpp", "#include \"base/a.hpp\"\n#include \"../x.hpp\"\n"),
      file("src/net/b.hpp", "#include \"base/a.hpp\"\n#include \"b.hpp\"\n"),
      file("src/web/d.cpp", ""),
  };
  EXPECT_EQ(layers_of(tree), (std::vector<std::string>{"base", "net", "engine"}));
  EXPECT_EQ(lines_of(wrong_includes(tree, tree[1])), Lines{1});
  EXPECT_EQ(lines_of(wrong_includes(tree, tree[2])), Lines{2});
  EXPECT_EQ(lines_of(wrong_includes(tree, tree[3])), Lines{2});
  EXPECT_EQ(wrong_includes(tree, tree[4]).size(), 1u);
}

TEST(SourcesNotBuilt, are_those_that_no_list_names) {
  std::vector<File> tree = {
      file("src/base/CMakeLists.txt",
           "sluice_library(base\n  SOURCES a.cpp deep/b.cpp  # c.cpp\n)\n"),
      file("src/base/a.cpp", ""),
      file("src/base/c.cpp", ""),
      file("src/base/deep/b.cpp", ""),
      file("tests/fuzz/CMakeLists.txt", "sluice_fuzz(config LINKS config)\n"),
      file("tests/fuzz/config_fuzz.cpp", ""),
      file("tests/fuzz/net_fuzz.cpp", ""),
  };
  auto found = sources_not_built(tree);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].path, "src/base/c.cpp");
  EXPECT_EQ(found[1].path, "tests/fuzz/net_fuzz.cpp");
}

TEST(MissingReadmes, are_those_of_folders_with_code) {
  std::string long_page(61, '\n');
  std::vector<File> tree = {
      file("src/CMakeLists.txt", ""),
      file("src/base/README.md", long_page),
      file("src/base/a.hpp", ""),
      file("src/net/deep/b.cpp", ""),
  };
  auto found = missing_readmes(tree);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].path, "src/base/README.md");
  EXPECT_EQ(found[1].path, "src/net/README.md");
}

}  // namespace
}  // namespace sluice::tidy
