#include "server/api_stage.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::Not;

using ApiAccessKeysTest = ApiStage;

constexpr char wanted[] = R"({"name": "terraform", "roles": ["maintainer"], "aws_keys": true})";

TEST_F(ApiAccessKeysTest, AreMadeListedAndRevokedAsTokensAre) {
  auto made = send("POST", "/api/v1/tokens", {}, wanted);
  ASSERT_EQ(made.status, 201) << made.body;
  std::string const id = member(made, "access_key_id");
  std::string const secret = member(made, "secret_access_key");
  EXPECT_EQ(member(made, "id"), id);
  EXPECT_EQ(member(made, "token"), "");
  auto found = process_->access_keys.find(id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->secret.open(), secret);
  auto listed = send("GET", "/api/v1/tokens");
  EXPECT_THAT(listed.body, HasSubstr(id));
  EXPECT_THAT(listed.body, Not(HasSubstr(secret)));
  EXPECT_EQ(send("DELETE", "/api/v1/tokens/terraform").status, 204);
  EXPECT_FALSE(process_->access_keys.find(id)->has_value());
}

TEST_F(ApiAccessKeysTest, AreForAdministratorsToMake) {
  auto refused =
      send("POST", "/api/v1/tokens", {{"Authorization", "Bearer mary/maintainer"}}, wanted);
  EXPECT_EQ(refused.status, 403);
}

}  // namespace
}  // namespace sluice::server
