#include <map>
#include <set>

#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

/// Sends random requests, many of them wrong, and looks at what must hold after each.
class Play {
 public:
  explicit Play(std::uint64_t seed) : chance_(seed) {}

  void step() {
    auto operation = one_of({"CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration",
                             "PublishVersion", "CreateAlias", "UpdateAlias", "UpdateAlias",
                             "DeleteAlias", "DeleteFunction", "TagResource", "route", "wait"});
    auto name = one_of({"orders", "stock"});
    if (operation == "wait") return world_.wait(Duration(chance_.below(300)));
    if (operation == "route") return check_route(name);
    auto before = world_.service.to_json();
    auto answer = world_.call(operation, request(operation, name));
    if (!answer) {
      EXPECT_NE(answer.error().status, 500) << answer.error().message;
      EXPECT_EQ(settled(before), settled(world_.service.to_json())) << operation;
    } else if (operation == "PublishVersion") {
      check_number(name, *answer);
    }
    for (auto const* function : {"orders", "stock"}) check(function);
  }

  std::int64_t versions_made() { return highest_["orders"] + highest_["stock"]; }

 private:
  std::string one_of(std::vector<std::string> const& choices) {
    return choices[chance_.below(choices.size())];
  }
  bool is_failed(std::string const& name) {
    auto found = world_.call("GetFunctionConfiguration", json::Value{{"FunctionName", name}});
    return found && (*found)["State"].as_string() == "Failed";
  }
  std::string version() { return one_of({"1", "2", "3", "4", "5", "9", "$LATEST"}); }

  json::Value request(std::string const& operation, std::string const& name) {
    json::Value request{{"FunctionName", name}};
    if (operation == "CreateFunction") {
      request = LambdaWorld::create_request(name);
      request.set("Publish", chance_.below(2) == 0);
    } else if (operation == "UpdateFunctionCode") {
      request.set("ZipFile", base64(one_of({"one", "two", "three"})));
      request.set("Publish", chance_.below(2) == 0);
      request.set("DryRun", chance_.below(4) == 0);
    } else if (operation == "UpdateFunctionConfiguration") {
      request.set("Role", one_of({role, "arn:aws:iam::000000000000:role/other"}));
      if (chance_.below(5) == 0) world_.service.fail_next(name, "InternalError", "x");
    } else if (operation == "DeleteFunction") {
      // A whole function goes seldom, so that some history builds up; a broken one always.
      if (chance_.below(20) > 0 && !is_failed(name)) request.set("Qualifier", version());
    } else if (operation == "TagResource") {
      request = {{"Resource", arn_start + name}, {"Tags", R"({"a":"b"})"_json}};
    } else if (operation != "PublishVersion") {
      add_alias_members(request, operation);
    }
    return request;
  }

  void add_alias_members(json::Value& request, std::string const& operation) {
    request.set("Name", one_of({"live", "beta"}));
    if (operation == "CreateAlias" || chance_.below(2) == 0)
      request.set("FunctionVersion", version());
    if (chance_.below(2) == 0) return;
    json::Value weights{json::Object{}};
    for (auto n = chance_.below(3); n > 0; --n)
      weights.set(version(), static_cast<double>(chance_.below(14)) / 10.0 - 0.2);
    request.set("RoutingConfig", json::Value{{"AdditionalVersionWeights", std::move(weights)}});
  }

  /// Looking at a function may settle it; what was asked for must not depend on that.
  static json::Value settled(json::Value const& snapshot) {
    json::Value kept;
    for (auto const& function : snapshot["functions"].items()) {
      json::Value part{{"aliases", function["aliases"]}, {"tags", function["tags"]}};
      for (auto const& version : function["versions"].items())
        part.set(version["version"].as_string(), version["revision_id"]);
      kept.set(function["name"].as_string(), std::move(part));
    }
    return kept;
  }

  void check_number(std::string const& name, json::Value const& answer) {
    auto number = std::stoll(answer["Version"].as_string());
    EXPECT_GE(number, highest_[name]);
  }

  std::set<std::string> check_versions(std::string const& name) {
    std::set<std::string> numbers;
    std::int64_t last = 0;
    auto list = world_.ok("ListVersionsByFunction", json::Value{{"FunctionName", name}});
    for (auto const& record : list["Versions"].items()) {
      auto const& text = record["Version"].as_string();
      if (!numbers.insert(text).second) ADD_FAILURE() << "twice: " << text;
      if (text == "$LATEST") continue;
      EXPECT_GT(std::stoll(text), last);
      last = std::stoll(text);
      // A number that was not there a moment ago is above all that ever were.
      EXPECT_TRUE(present_[name].contains(text) || last > highest_[name]) << text;
      highest_[name] = std::max(highest_[name], last);
    }
    present_[name] = numbers;
    return numbers;
  }

  void check(std::string const& name) {
    if (!world_.call("GetFunction", json::Value{{"FunctionName", name}})) {
      present_[name].clear();
      return;
    }
    auto numbers = check_versions(name);
    auto aliases = world_.ok("ListAliases", json::Value{{"FunctionName", name}});
    for (auto const& alias : aliases["Aliases"].items()) {
      EXPECT_TRUE(numbers.contains(alias["FunctionVersion"].as_string())) << alias.dump();
      auto const& weights = alias["RoutingConfig"]["AdditionalVersionWeights"].members();
      EXPECT_LE(weights.size(), 1u);
      for (auto const& [version, weight] : weights) {
        EXPECT_TRUE(numbers.contains(version)) << alias.dump();
        EXPECT_NE(version, alias["FunctionVersion"].as_string());
        EXPECT_NE(alias["FunctionVersion"].as_string(), "$LATEST");
        EXPECT_GE(weight.as_double(), 0.0);
        EXPECT_LE(weight.as_double(), 1.0);
        EXPECT_EQ(world_.configuration(name, version)["Role"],
                  world_.configuration(name, alias["FunctionVersion"].as_string())["Role"]);
      }
    }
  }

  void check_route(std::string const& name) {
    auto executed = world_.service.route(name, "live", world_.now, world_.random);
    if (!executed) return;
    auto alias = world_.ok("GetAlias", {{"FunctionName", name}, {"Name", "live"}});
    bool listed = executed->version == alias["FunctionVersion"].as_string() ||
                  alias["RoutingConfig"]["AdditionalVersionWeights"].contains(executed->version);
    EXPECT_TRUE(listed) << executed->version << " of " << alias.dump();
  }

  SeededRandom chance_;
  LambdaWorld world_;
  std::map<std::string, std::int64_t> highest_;
  std::map<std::string, std::set<std::string>> present_;
};

class LambdaInvariants : public testing::TestWithParam<std::uint64_t> {};

TEST_P(LambdaInvariants, HoldWhateverIsAsked) {
  Play play(GetParam());
  for (int i = 0; i < 250 && !testing::Test::HasFailure(); ++i) play.step();
  // The sequence did get somewhere.
  EXPECT_GT(play.versions_made(), 3);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LambdaInvariants, testing::Range<std::uint64_t>(1, 7));

TEST(LambdaModel, TheSameSeedGivesTheSameWorld) {
  auto run = [] {
    LambdaWorld world;
    world.create_two_versions("orders");
    world.ok("CreateAlias", {{"FunctionName", "orders"}, {"Name", "a"}, {"FunctionVersion", "1"}});
    return world.service.to_json().dump();
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace sluice::local
