#include <sys/stat.h>

#include <thread>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "local/runtime/code_store.hpp"
#include "local/runtime/unpack.hpp"
#include "support/folder.hpp"
#include "support/zip.hpp"

namespace sluice::local {
namespace {

namespace fs = std::filesystem;
using test::make_zip;
using testing::HasSubstr;

class UnpackTest : public testing::Test {
 protected:
  Result<std::size_t> unpack(std::string const& zip, UnpackLimits limits = {}) {
    fs::create_directories(target());
    return unpack_zip(folder.write("a.zip", zip), target(), limits);
  }
  fs::path target() const { return folder.path() / "target"; }
  static unsigned mode_of(fs::path const& path) {
    struct stat found{};
    return lstat(path.c_str(), &found) == 0 ? found.st_mode : 0;
  }
  test::TemporaryFolder folder;
};

TEST_F(UnpackTest, KeepsContentModesAndInnerLinks) {
  auto bytes = unpack(make_zip({{"bin/", "", 0040755},
                                {"bin/tool", "#!", 0100755},
                                {"./lib//a.js", "abc", 0100640},
                                {"no-mode", "x", 0},
                                {"link", "lib/a.js", 0120777},
                                {"lib/up", "../bin/tool", 0120777}}));
  ASSERT_TRUE(bytes) << bytes.error().text();
  EXPECT_EQ(mode_of(target() / "bin/tool"), 0100755u);
  EXPECT_EQ(mode_of(target() / "lib/a.js"), 0100640u);
  EXPECT_EQ(mode_of(target() / "no-mode"), 0100644u);
  EXPECT_EQ(test::read_file(target() / "link"), "abc");
  EXPECT_EQ(test::read_file(target() / "lib/up"), "#!");
}

TEST_F(UnpackTest, RefusesWhatCouldLeaveTheFolder) {
  std::string twice = make_zip({{"aa", "1"}, {"ab", "2"}});
  twice = replace_all(twice, "ab", "aa");
  struct {
    std::string zip, why;
  } const cases[] = {
      {make_zip({{"../out", "x"}}), "leads outside its folder"},
      {make_zip({{"a/../../out", "x"}}), "leads outside its folder"},
      {make_zip({{"a/..", "x"}}), "leads outside its folder"},
      {make_zip({{"/etc/out", "x"}}), "has an absolute name"},
      {twice, "'aa' is there twice"},
      {make_zip({{"a", "x"}, {"./a", "y"}}), "'a' is there twice"},
      {make_zip({{"l", "/etc", 0120777}}), "is a link that leads outside"},
      {make_zip({{"l", "..", 0120777}}), "is a link that leads outside"},
      {make_zip({{"d/l", "../../x", 0120777}}), "is a link that leads outside"},
      {make_zip({{"here", ".", 0120777}, {"l", "here/../x", 0120777}}),
       "is a link that leads outside"},
      {make_zip({{"l", "", 0120777}}), "is a link that leads outside"},
      {make_zip({{"l", std::string(5000, 'x'), 0120777}}), "target that is too long"},
      {make_zip({{"l", "d", 0120777}, {"l/file", "x"}}), "'l/file' lies below a link"},
      {make_zip({{"fifo", "", 0010644}}), "is neither a file, a folder nor a link"},
      {make_zip({{"device", "", 0020644}}), "is neither a file, a folder nor a link"},
      {"not a zip", "cannot open the archive"}};
  for (auto const& [zip, why] : cases) {
    auto result = unpack(zip);
    ASSERT_FALSE(result) << why;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
    EXPECT_THAT(result.error().message, HasSubstr(why));
    EXPECT_FALSE(fs::exists(folder.path() / "out"));
    fs::remove_all(target());
  }
}

TEST_F(UnpackTest, LimitsHoldExactly) {
  std::string zip = make_zip({{"a", std::string(60, 'x')}, {"b", std::string(40, 'y')}});
  EXPECT_EQ(unpack(zip, {.bytes = 100}).value_or(0), 100u);
  fs::remove_all(target());
  EXPECT_FALSE(unpack(zip, {.bytes = 99}));
  fs::remove_all(target());
  EXPECT_TRUE(unpack(zip, {.entries = 2}));
  fs::remove_all(target());
  EXPECT_FALSE(unpack(zip, {.entries = 1}));
}

TEST_F(UnpackTest, ALaterLayerCannotReachThroughAnEarlierOnesLink) {
  ASSERT_TRUE(unpack(make_zip({{"a", ".", 0120777}})));
  auto through = unpack(make_zip({{"a/b/l", "../../out", 0120777}}));
  ASSERT_FALSE(through);
  EXPECT_THAT(through.error().message, HasSubstr("lies below a link"));
  auto replaces = unpack(make_zip({{"a", "a file now"}}));
  EXPECT_TRUE(replaces);
  EXPECT_EQ(test::read_file(target() / "a"), "a file now");
}

TEST_F(UnpackTest, CodeIsUnpackedOnceAndAppearsComplete) {
  UnpackedCode store(folder.path() / "store");
  ASSERT_TRUE(store.prepare());
  std::string zip = make_zip({{"f", "1"}});
  fs::path file = folder.write("c.zip", zip);
  std::vector<Result<fs::path>> found(4, fs::path());
  {
    std::vector<std::jthread> threads;
    for (auto& each : found)
      threads.emplace_back([&] { each = store.code(file, base64(sha256(zip))); });
  }
  for (auto const& each : found) {
    ASSERT_TRUE(each) << each.error().text();
    EXPECT_EQ(*each, folder.path() / "store/code" / hex(sha256(zip)));
    EXPECT_EQ(test::read_file(*each / "f"), "1");
  }
  EXPECT_TRUE(fs::is_empty(folder.path() / "store/unfinished"));
}

TEST_F(UnpackTest, AFailedUnpackLeavesNothingAndCanBeRepeated) {
  UnpackedCode store(folder.path() / "store");
  ASSERT_TRUE(store.prepare());
  fs::path file = folder.write("c.zip", make_zip({{"../x", "1"}}));
  EXPECT_FALSE(store.code(file, "hash"));
  EXPECT_TRUE(fs::is_empty(folder.path() / "store/code"));
  EXPECT_TRUE(fs::is_empty(folder.path() / "store/unfinished"));
  folder.write("c.zip", make_zip({{"x", "1"}}));
  EXPECT_TRUE(store.code(file, "hash"));
}

}  // namespace
}  // namespace sluice::local
