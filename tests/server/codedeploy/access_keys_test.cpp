#include "server/codedeploy/access_keys.hpp"

#include <gmock/gmock.h>

#include "server/codedeploy/key_lines.hpp"
#include "server/set_clock.hpp"
#include "store/memory.hpp"
#include "support/folder.hpp"

namespace sluice::server::codedeploy {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccessKeysTest : public testing::Test {
 protected:
  Tokens::WithStore with_store() {
    return [this](std::function<void(store::Store&)> const& use) { use(*store_); };
  }
  NewAccessKey create(std::string const& name) {
    TokenRequest request;
    request.name = name;
    request.roles = {Role::operator_};
    auto made = keys_.create(request);
    EXPECT_TRUE(made) << made.error().text();
    return made ? std::move(*made) : NewAccessKey{};
  }

  test::TemporaryFolder folder_;
  SetClock clock_;
  SeededRandom random_{7};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  Tokens tokens_{with_store(), clock_, random_, {.pepper_file = folder_.path() / "pepper"}};
  Secrets secrets_{with_store(), clock_, random_, {.key_file = folder_.path() / "key"}};
  AccessKeys keys_{tokens_, secrets_, random_};
};

TEST_F(AccessKeysTest, AKeyHasTheFormThatClientsTake) {
  auto made = create("ci");
  EXPECT_THAT(made.token.id, testing::MatchesRegex("SLUICE[A-Z2-7]{14}"));
  EXPECT_THAT(std::string(made.secret.open()), testing::MatchesRegex("[0-9A-Za-z]{40}"));
  EXPECT_TRUE(is_access_key_id(made.token.id));
}

TEST_F(AccessKeysTest, NothingThatIsStoredHoldsTheSecret) {
  auto made = create("ci");
  auto records = store_->records("token");
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_THAT(records->front().body.dump(), Not(HasSubstr(std::string(made.secret.open()))));
  EXPECT_THAT(to_json(made.token).dump(), Not(HasSubstr(std::string(made.secret.open()))));
}

TEST_F(AccessKeysTest, ItIsListedAndRevokedAsATokenIs) {
  auto made = create("ci");
  auto listed = tokens_.list();
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_TRUE(listed->front().access_key);
  EXPECT_EQ(listed->front().id, made.token.id);
  EXPECT_EQ(keys_.find(made.token.id)->value().who.name, "ci");
  ASSERT_TRUE(tokens_.revoke(made.token.id));
  EXPECT_FALSE(keys_.find(made.token.id)->has_value());
}

TEST_F(AccessKeysTest, ItIsNoTokenForTheApi) {
  auto made = create("ci");
  EXPECT_FALSE(tokens_.check(made.secret.open()));
  EXPECT_FALSE(tokens_.check(made.token.id));
  // Nor does it stand in the way of the first administrator's.
  EXPECT_TRUE(tokens_.offer_setup()->has_value());
}

TEST_F(AccessKeysTest, ATokenOfTheApiSignsNothing) {
  TokenRequest request;
  request.name = "ci";
  request.roles = {Role::admin};
  auto token = tokens_.create(request);
  ASSERT_TRUE(token);
  EXPECT_FALSE(keys_.find(token->token.id)->has_value());
}

TEST_F(AccessKeysTest, ItOutlivesTheKeyThatItWasSealedWith) {
  auto made = create("ci");
  ASSERT_TRUE(keys_.find(made.token.id)->has_value());
  ASSERT_TRUE(secrets_.rotate_key());
  // What was read before the rotation is still remembered.
  auto found = keys_.find(made.token.id);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ((*found)->secret.open(), made.secret.open());
}

TEST_F(AccessKeysTest, WithoutTheKeyOfTheSecretsItOpensNothing) {
  auto made = create("ci");
  std::filesystem::remove(folder_.path() / "key");
  auto found = keys_.find(made.token.id);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("stored under another key"));
}

TEST_F(AccessKeysTest, WhatIsNoRequestIsNotKept) {
  EXPECT_FALSE(keys_.create({}));
  EXPECT_TRUE(store_->records("token")->empty());
}

TEST(KeyLines, NameKeysAndWhoseTheyAre) {
  auto keys = read_key_lines(
      "# for tests\n\nAKIDEXAMPLE00001 secret-of-sixteen ci-shop\n"
      "  AKIDEXAMPLE00002\tsecret-of-seventeen  ann viewer approver  \n",
      "keys");
  ASSERT_TRUE(keys) << keys.error().text();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].id, "AKIDEXAMPLE00001");
  EXPECT_EQ((*keys)[0].secret.open(), "secret-of-sixteen");
  EXPECT_EQ((*keys)[0].who.name, "ci-shop");
  EXPECT_EQ((*keys)[0].who.roles, std::set{Role::maintainer});
  EXPECT_EQ((*keys)[1].who.roles, (std::set{Role::viewer, Role::approver}));
}

TEST(KeyLines, AWrongLineIsNamedAndNotShown) {
  struct Case {
    std::string line, told;
  };
  for (auto const& [line, told] : std::vector<Case>{
           {"AKIDEXAMPLE00001 canary-canary-canary", "keys:2: this is not ID SECRET PRINCIPAL"},
           {"AKID canary-canary-canary ci", "keys:2: the ID has 16 to 128 letters, digits and '_'"},
           {"AKIDEXAMPLE00001 canary ci", "keys:2: the SECRET has 16 letters at least"},
           {"AKIDEXAMPLE00001 canary-canary-canary ci boss", "keys:2: there is no role 'boss'"},
           {"AKIDEXAMPLE00009 canary-canary-canary ci",
            "keys:2: this ID stands in a line above already"}}) {
    auto keys = read_key_lines("AKIDEXAMPLE00009 secret-of-sixteen x\n" + line + "\n", "keys");
    ASSERT_FALSE(keys) << line;
    EXPECT_EQ(keys.error().message, told);
    EXPECT_THAT(keys.error().text(), Not(HasSubstr("canary")));
  }
}

TEST(KeyLines, AFileThatOthersCanReadIsRefused) {
  test::TemporaryFolder folder;
  auto path = folder.write("keys", "AKIDEXAMPLE00001 secret-of-sixteen ci-shop\n");
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::group_read);
  auto refused = read_key_lines_of(path);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("others could read or write them"));
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  EXPECT_TRUE(read_key_lines_of(path));
  EXPECT_FALSE(read_key_lines_of(folder.path() / "none"));
}

}  // namespace
}  // namespace sluice::server::codedeploy
