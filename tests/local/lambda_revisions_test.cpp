#include <functional>

#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

/// The three RevisionIds a release cares about.
struct Revisions {
  std::string latest, version, alias;

  static Revisions of(LambdaWorld& world) {
    return {world.revision("orders"), world.revision("orders", "2"),
            world.alias_revision("orders", "live")};
  }
};

struct Event {
  std::string_view name;
  std::function<void(LambdaWorld&)> happens;
  bool latest, version, alias;  ///< whether it changes
};

void PrintTo(Event const& event, std::ostream* out) { *out << event.name; }

class RevisionIds : public testing::TestWithParam<Event> {};

TEST_P(RevisionIds, ChangeExactlyWhereAwsChangesThem) {
  LambdaWorld world;
  world.create_two_versions("orders");
  world.ok("CreateAlias", {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "2"}});
  auto before = Revisions::of(world);
  GetParam().happens(world);
  auto after = Revisions::of(world);
  EXPECT_EQ(before.latest != after.latest, GetParam().latest);
  EXPECT_EQ(before.version != after.version, GetParam().version);
  EXPECT_EQ(before.alias != after.alias, GetParam().alias);
}

json::Value named() { return json::Value{{"FunctionName", "orders"}}; }
json::Value tags(std::string_view member, json::Value value) {
  return {{"Resource", std::string(arn_start) + "orders"}, {std::string(member), std::move(value)}};
}
json::Value live() { return {{"FunctionName", "orders"}, {"Name", "live"}}; }
json::Value permission() {
  return {{"FunctionName", "orders"},
          {"StatementId", "s"},
          {"Action", "lambda:InvokeFunction"},
          {"Principal", "*"}};
}

INSTANTIATE_TEST_SUITE_P(
    Table, RevisionIds,
    testing::Values(
        Event{"update answer", [](auto& w) { w.ok("UpdateFunctionConfiguration", named()); }, true,
              false, false},
        Event{"publish that makes none", [](auto& w) { w.ok("PublishVersion", named()); }, false,
              false, false},
        Event{"tag", [](auto& w) { w.ok("TagResource", tags("Tags", R"({"a":"b"})"_json)); }, true,
              false, false},
        Event{"untag", [](auto& w) { w.ok("UntagResource", tags("TagKeys", json::array({"a"}))); },
              true, false, false},
        Event{"identical alias update", [](auto& w) { w.ok("UpdateAlias", live()); }, false, false,
              true},
        Event{"another alias",
              [](auto& w) {
                w.ok("CreateAlias",
                     {{"FunctionName", "orders"}, {"Name", "b"}, {"FunctionVersion", "1"}});
              },
              false, false, false},
        Event{"permission", [](auto& w) { w.ok("AddPermission", permission()); }, false, false,
              false},
        Event{"concurrency",
              [](auto& w) {
                w.ok("PutFunctionConcurrency",
                     {{"FunctionName", "orders"}, {"ReservedConcurrentExecutions", 1}});
              },
              false, false, false},
        Event{"mere time", [](auto& w) { w.wait(); }, false, false, false}));

TEST(RevisionIds, OfAnUpdateAreStaleOnceItHasSettled) {
  LambdaWorld world;
  auto created = world.ok("CreateFunction", LambdaWorld::create_request("orders"));
  world.wait();
  auto active = world.revision("orders");
  EXPECT_NE(created["RevisionId"].as_string(), active);
  auto answer = world.ok("UpdateFunctionConfiguration", named());
  auto in_progress = world.revision("orders");
  EXPECT_EQ(answer["RevisionId"].as_string(), in_progress);
  world.wait();
  auto settled = world.revision("orders");
  EXPECT_NE(in_progress, settled);

  auto guarded = named();
  guarded.set("RevisionId", in_progress);
  for (auto const* operation :
       {"UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"})
    expect_fault(world.fault(operation, guarded),
                 {412, "PreconditionFailedException",
                  "The Revision Id provided does not match the latest Revision Id. Call the "
                  "GetFunction/GetAlias API to retrieve the latest Revision Id"});
  guarded.set("RevisionId", settled);
  auto version = world.ok("PublishVersion", guarded);
  EXPECT_NE(version["RevisionId"].as_string(), settled);
  EXPECT_NE(world.revision("orders"), settled);
}

TEST(RevisionIds, AVersionsOwnStaysWhenItBecomesActive) {
  LambdaWorld world;
  world.create("orders");
  auto request = named();
  request.set("ZipFile", base64("two"));
  request.set("Publish", true);
  auto pending = world.ok("UpdateFunctionCode", request);
  world.wait();
  EXPECT_EQ(world.revision("orders", "1"), pending["RevisionId"].as_string());
}

TEST(RevisionIds, GuardAliases) {
  LambdaWorld world;
  world.create_two_versions("orders");
  auto created = world.ok("CreateAlias",
                          {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  auto guarded = live();
  guarded.set("RevisionId", created["RevisionId"]);
  guarded.set("FunctionVersion", "2");
  world.ok("UpdateAlias", guarded);
  guarded.set("FunctionVersion", "1");
  expect_fault(world.fault("UpdateAlias", guarded),
               {412, "PreconditionFailedException", "The Rev"});
  EXPECT_EQ(world.ok("GetAlias", live())["FunctionVersion"].as_string(), "2");
}

TEST(RevisionIds, GuardPoliciesPerQualifier) {
  LambdaWorld world;
  world.create_two_versions("orders");
  world.ok("AddPermission", permission());
  auto first = world.ok("GetPolicy", named())["RevisionId"].as_string();
  auto on_version = permission();
  on_version.set("Qualifier", "1");
  world.ok("AddPermission", on_version);
  EXPECT_EQ(world.ok("GetPolicy", named())["RevisionId"].as_string(), first);
  auto second = permission();
  second.set("StatementId", "t");
  second.set("RevisionId", "stale");
  auto fault = world.fault("AddPermission", second);
  EXPECT_EQ(fault.status, 412);
  EXPECT_NE(fault.message.find("Call the GetPolicy API"), std::string::npos);
  second.set("RevisionId", first);
  world.ok("AddPermission", second);
  expect_fault(world.fault("RemovePermission", second), {412, "PreconditionFailedException", ""});
}

}  // namespace
}  // namespace sluice::local
