#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/limits.hpp"
#include "engine/rehearsal.hpp"

/// Rollbacks without an alias of code that is too large to be sent directly.
namespace sluice {
namespace {

/// An archive over 50 MB: its bytes are noise, so that nothing can be compressed.
std::string const& large_zip() {
  static std::string const bytes = [] {
    std::mt19937_64 noise(7);
    std::string content(limits::zip_direct_bytes + 100'000, '\0');
    for (std::size_t i = 0; i + 8 <= content.size(); i += 8) {
      std::uint64_t word = noise();
      std::memcpy(content.data() + i, &word, 8);
    }
    return test::make_zip({{"index.js", "exports.handler = async () => 1"}, {"noise", content}});
  }();
  return bytes;
}

std::string plain(std::string const& package, std::string const& more = "") {
  return R"(function: plain
region: eu-west-1
runtime: nodejs20.x
handler: index.handler
role: arn:aws:iam::000000000000:role/plain
package: )" +
         package + "\n" + more;
}

constexpr char fails[] = "strategy:\n  - invoke: {function: nobody}\n";

class Republish : public testing::Test {
 protected:
  Republish() {
    EXPECT_TRUE(s3.create_bucket("packages"));
    EXPECT_TRUE(s3.create_bucket("staging"));
  }

  void put_large() { ASSERT_TRUE(s3.put({"packages", "plain.zip", ""}, large_zip())); }
  std::string live_code() { return rehearsal.lambda().get_function("plain")->record.code_sha256(); }
  json::Value release(engine::Snapshot const& snapshot) {
    return snapshot.state.releases.at("default/plain");
  }
  std::vector<std::string> writes() {
    std::vector<std::string> names;
    json::Value calls = rehearsal.endpoint().calls().list(0);
    for (auto const& call : calls.items())
      if (std::string const& name = call["operation"].as_string();
          !name.starts_with("Get") && !name.starts_with("Head"))
        names.push_back(name);
    return names;
  }

  test::Rehearsal rehearsal;
  aws::S3 s3{rehearsal.caller(), "eu-west-1"};
};

TEST_F(Republish, DoesNotTakeAVersionsDescriptionForTheFunctions) {
  auto described = [](std::string const& build) {
    return "function_description: mine\nversion_description: build " + build + "\n";
  };
  ASSERT_EQ(rehearsal.run(plain("one.zip", described("1"))).state.end_state, "succeeded");
  rehearsal.endpoint().calls().clear();
  ASSERT_EQ(rehearsal.run(plain("one.zip", described("2"))).state.end_state, "succeeded");
  EXPECT_TRUE(writes().empty());
  std::string before = live_code();
  auto end = rehearsal.run(plain("two.zip", described("3") + fails));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  EXPECT_EQ(live_code(), before);
  EXPECT_EQ(
      rehearsal.lambda().get_function("plain")->record.configuration["Description"].as_string(),
      "mine");
}

TEST_F(Republish, TakesTheObjectThatAnEarlierRunSent) {
  ASSERT_TRUE(s3.set_versioning("packages", true));
  put_large();
  ASSERT_EQ(rehearsal.run(plain("s3://packages/plain.zip")).state.end_state, "succeeded");
  std::string before = live_code();
  // The version that was sent is still there, whatever the key holds by now.
  ASSERT_TRUE(s3.put({"packages", "plain.zip", ""}, "something else"));
  rehearsal.endpoint().calls().clear();
  auto end = rehearsal.run(plain("two.zip", fails));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  EXPECT_EQ(live_code(), before);
  EXPECT_FALSE(release(end)["latest_origin"]["S3ObjectVersion"].as_string().empty());
  EXPECT_EQ(std::ranges::count(writes(), "PutObject"), 0);
}

TEST_F(Republish, GoesThroughTheStagingBucketWhereNoRunKnowsTheObject) {
  put_large();
  json::Value create{{"FunctionName", "plain"},
                     {"Runtime", "nodejs20.x"},
                     {"Handler", "index.handler"},
                     {"Role", "arn:aws:iam::000000000000:role/plain"},
                     {"Code", json::Value{{"S3Bucket", "packages"}, {"S3Key", "plain.zip"}}}};
  ASSERT_TRUE(rehearsal.lambda().create_function(create));
  std::string before = live_code();

  rehearsal.endpoint().calls().clear();
  auto refused = rehearsal.run(plain("two.zip", fails));
  EXPECT_EQ(refused.state.end_state, "failed");
  EXPECT_EQ(writes(), std::vector<std::string>());
  auto const& prepare = refused.state.node("default/release/prepare");
  EXPECT_EQ(prepare.error, plan::ErrorClass::configuration);
  EXPECT_TRUE(prepare.reason.starts_with("a rollback of plain could not be carried out: "))
      << prepare.reason;
  EXPECT_TRUE(prepare.hint.contains("staging: s3://bucket/prefix")) << prepare.hint;

  auto end = rehearsal.run(plain("two.zip", "staging: s3://staging/sluice\n" + std::string(fails)));
  EXPECT_EQ(end.state.end_state, "rolled_back");
  EXPECT_EQ(live_code(), before);
}

TEST_F(Republish, AnObjectThatWasOverwrittenIsNotTaken) {
  put_large();
  ASSERT_EQ(rehearsal.run(plain("s3://packages/plain.zip")).state.end_state, "succeeded");
  ASSERT_TRUE(s3.put({"packages", "plain.zip", ""}, test::make_zip({{"index.js", "other"}})));
  rehearsal.endpoint().calls().clear();
  auto refused = rehearsal.run(plain("two.zip", fails));
  EXPECT_EQ(refused.state.end_state, "failed");
  // The dry run that found it out is no write.
  EXPECT_EQ(writes(), std::vector<std::string>{"UpdateFunctionCode"});
  EXPECT_EQ(refused.state.node("default/release/prepare").error, plan::ErrorClass::configuration);
}

TEST_F(Republish, BehindAnAliasALatestThatCannotBePutBackIsLeftAndReported) {
  put_large();
  std::string alias = "alias: live\n";
  json::Value create{{"FunctionName", "plain"},
                     {"Runtime", "nodejs20.x"},
                     {"Handler", "index.handler"},
                     {"Role", "arn:aws:iam::000000000000:role/plain"},
                     {"Code", json::Value{{"S3Bucket", "packages"}, {"S3Key", "plain.zip"}}},
                     {"Publish", true}};
  ASSERT_TRUE(rehearsal.lambda().create_function(create));
  ASSERT_TRUE(rehearsal.lambda().create_alias("plain", "live", "1", ""));
  auto end = rehearsal.run(plain("two.zip", alias + fails));
  EXPECT_EQ(end.state.end_state, "failed");
  EXPECT_EQ(release(end)["place"].as_string(), "unchanged");
  EXPECT_TRUE(release(end)["latest_note"].as_string().contains("too large")) << release(end).dump();
  EXPECT_EQ(rehearsal.lambda().get_alias("plain", "live")->function_version, "1");
}

}  // namespace
}  // namespace sluice
