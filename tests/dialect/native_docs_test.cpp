#include <gtest/gtest.h>

#include "dialect/native/aws_members.hpp"
#include "dialect/native/settings.hpp"
#include "dialect/native/strategy.hpp"
#include "dialect/native_files.hpp"

// The reference page names everything that the reading tables hold.
namespace sluice::dialect::native {
namespace {

class NativeReference : public testing::Test {
 protected:
  std::string const text_ =
      text_of_file(std::filesystem::path(SLUICE_SOURCE) / "docs/reference/native.md");
};

TEST_F(NativeReference, NamesEverySettingOfAFunction) {
  for (auto const& key : settings_keys())
    EXPECT_THAT(text_, testing::HasSubstr("| `" + key + "` |"));
}

TEST_F(NativeReference, NamesEveryMemberOfTheConfiguration) {
  for (auto const& member : verbatim_members()) EXPECT_THAT(text_, testing::HasSubstr(member.aws));
}

TEST_F(NativeReference, NamesEveryPredefinedStrategy) {
  for (auto const& name : predefined_names())
    EXPECT_THAT(text_, testing::HasSubstr("`" + name + "`"));
}

}  // namespace
}  // namespace sluice::dialect::native
