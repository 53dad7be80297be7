#include <gtest/gtest.h>

#include "local/model/sts.hpp"

namespace sluice::local {
namespace {

class StsModel : public testing::Test {
 protected:
  Outcome<AssumedRole> assume(AssumeRole const& request) {
    return sts_.assume(request, KeyRing::declared("111111111111"), ring_, random_, now_);
  }

  KeyRing ring_;
  Sts sts_;
  SeededRandom random_{7};
  Time now_ = from_millis(1'767'323'045'000);
  std::string const role_ = "arn:aws:iam::222222222222:role/team/deployer";
};

TEST_F(StsModel, GivesOutAKeyOfTheRolesAccount) {
  auto const assumed = assume({role_, "ci", {}, 900});
  ASSERT_TRUE(assumed);
  auto const* key = ring_.find(assumed->key.id);
  ASSERT_NE(key, nullptr);
  EXPECT_TRUE(key->id.starts_with("ASIA"));
  EXPECT_EQ(key->principal.account, "222222222222");
  EXPECT_EQ(key->principal.arn, "arn:aws:sts::222222222222:assumed-role/deployer/ci");
  EXPECT_EQ(key->expires, now_ + std::chrono::seconds(900));
}

TEST_F(StsModel, DemandsTheExternalIdOfADeclaredRole) {
  ASSERT_TRUE(sts_.declare({role_, "agreed", 3600}));
  EXPECT_EQ(assume({role_, "ci", {}, 3600}).error().code, "AccessDenied");
  EXPECT_EQ(assume({role_, "ci", "guessed", 3600}).error().status, 403);
  EXPECT_TRUE(assume({role_, "ci", "agreed", 3600}));
  EXPECT_EQ(assume({role_, "ci", "agreed", 7200}).error().code, "ValidationError");
}

TEST_F(StsModel, RefusesWhatTheApiRefuses) {
  std::vector<AssumeRole> const wrong{
      {"deployer", "ci", {}, 3600}, {"arn:aws:iam::22:role/x", "ci", {}, 3600},
      {role_, "c", {}, 3600},       {role_, "with blank", {}, 3600},
      {role_, "ci", "x", 3600},     {role_, "ci", {}, 899},
      {role_, "ci", {}, 43201}};
  for (auto const& request : wrong)
    EXPECT_EQ(assume(request).error().code, "ValidationError") << request.role_arn;
}

TEST_F(StsModel, LimitsAChainedSessionToAnHour) {
  auto const first = assume({role_, "ci", {}, 3600});
  ASSERT_TRUE(first);
  auto const longer =
      sts_.assume({role_, "next", {}, 3601}, first->key.principal, ring_, random_, now_);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().status, 400);
}

TEST_F(StsModel, KeepsTemporaryKeysButNotDeclaredOnes) {
  auto declared = parse_key("dev:se:cret:111111111111");
  ASSERT_TRUE(declared);
  EXPECT_EQ(declared->secret, "se:cret");
  ASSERT_TRUE(ring_.add(*declared, now_));
  auto const assumed = assume({role_, "ci", {}, 900});
  KeyRing again;
  again.load(*json::parse(ring_.save().dump()));
  EXPECT_EQ(again.find("dev"), nullptr);
  ASSERT_NE(again.find(assumed->key.id), nullptr);
  EXPECT_EQ(again.find(assumed->key.id)->secret, assumed->key.secret);
  again.remove_expired(now_ + std::chrono::hours(1));
  EXPECT_EQ(again.find(assumed->key.id), nullptr);
}

TEST_F(StsModel, ReadsDeclaredKeysStrictly) {
  for (auto const* text : {"", "id", "id:secret", ":secret:111111111111", "id::111111111111",
                           "id:secret:1111", "id:secret:"})
    EXPECT_FALSE(parse_key(text)) << text;
}

}  // namespace
}  // namespace sluice::local
