#include "base/strings.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace sluice {
namespace {

TEST(Strings, NearestFindsWhatWasMeant) {
  std::vector<std::string> keys = {"function", "functionName", "runtime", "alias", "on_no_data"};
  EXPECT_EQ(nearest("functon", keys), "function");
  EXPECT_EQ(nearest("function_name", keys), "functionName");
  EXPECT_EQ(nearest("onNoData", keys), "on_no_data");
  EXPECT_EQ(nearest("ailas", keys), "alias");
  EXPECT_EQ(nearest("memory", keys), std::nullopt);
}

TEST(Strings, PrintableTakesTheTerminalAway) {
  EXPECT_EQ(printable("a\x1b[31mb\tc\n"), "a^[[31mb\tc\n");
  EXPECT_EQ(printable("x\xE2\x80\xAEy"), "x\xEF\xBF\xBDy");
  EXPECT_EQ(printable("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("grün"), "grün");
}

TEST(Strings, SplitTrimReplace) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(trim(" \ta b\n"), "a b");
  EXPECT_EQ(replace_all("a.b.c", ".", "::"), "a::b::c");
}

TEST(Ids, AreOfTheirForm) {
  SeededRandom random(7);
  std::string run = new_run_id(random);
  EXPECT_EQ(run.size(), 11u);
  EXPECT_TRUE(run.starts_with("d-"));
  std::string uuid = new_uuid(random);
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_EQ(SeededRandom(7).next(), SeededRandom(7).next());
}

}  // namespace
}  // namespace sluice
