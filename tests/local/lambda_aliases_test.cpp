#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

constexpr char parameter[] = "InvalidParameterValueException";
constexpr char validation[] = "ValidationException";
constexpr char missing[] = "ResourceNotFoundException";

/// Three versions; 3 has another role, 4 a dead-letter target. Alias `live` is on 1.
void fill(LambdaWorld& world) {
  world.create_two_versions("orders");
  auto change = [&](json::Value request) {
    request.set("FunctionName", "orders");
    world.ok("UpdateFunctionConfiguration", request);
    world.wait();
    world.ok("PublishVersion", json::Value{{"FunctionName", "orders"}});
  };
  change(json::Value{{"Role", "arn:aws:iam::000000000000:role/other"}});
  change({{"Role", role},
          {"DeadLetterConfig",
           json::Value{{"TargetArn", "arn:aws:sqs:eu-west-1:000000000000:dead"}}}});
  world.ok("CreateAlias", {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
}

struct Row {
  std::string_view name;
  std::string_view operation;
  std::string_view request;
  Expected expected;
  bool has_type = true;
};

void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class AliasRules : public testing::TestWithParam<Row> {};

TEST_P(AliasRules, RefuseWithTheWordsOfAws) {
  LambdaWorld world;
  fill(world);
  auto request = json::parse(GetParam().request);
  ASSERT_TRUE(request);
  if (!request->contains("FunctionName")) request->set("FunctionName", "orders");
  auto before = world.ok("ListAliases", json::Value{{"FunctionName", "orders"}});
  auto fault = world.fault(GetParam().operation, *request);
  expect_fault(fault, GetParam().expected);
  EXPECT_EQ(!fault.type.empty(), GetParam().has_type);
  EXPECT_EQ(fault.capital_message, fault.status == 404);
  EXPECT_EQ(world.ok("ListAliases", json::Value{{"FunctionName", "orders"}}), before);
}

#define WEIGHTS(map) R"(,"RoutingConfig":{"AdditionalVersionWeights":)" map "}}"

INSTANTIATE_TEST_SUITE_P(
    Weights, AliasRules,
    testing::Values(
        Row{"three versions",
            "CreateAlias",
            R"({"Name":"a","FunctionVersion":"1")" WEIGHTS(R"({"2":0.1,"3":0.1})"),
            {400, parameter,
             "Number of items in AdditionalVersionWeights cannot be greater than 1"}},
        Row{"weight over 1",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"2":2.0})"),
            {400, validation,
             "1 validation error detected: Value '{2=2.0}' at "
             "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value "
             "must satisfy constraint: [Member must have value less than or equal to 1.0, "},
            false},
        Row{"weight below 0",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"2":-0.1})"),
            {400, validation, "1 validation error detected: Value '{2=-0.1}' at"},
            false},
        Row{"$LATEST as key",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"$LATEST":0.1})"),
            {400, validation,
             "1 validation error detected: Value '{$LATEST=0.1}' at "
             "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must "
             "satisfy constraint: ["},
            false},
        Row{"alias as key",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"other":0.1})"),
            {400, validation, "1 validation error detected: Value '{other=0.1}' at"},
            false},
        Row{"same version twice",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"1":0.1})"),
            {400, parameter,
             "Invalid function version 1. Function version 1 is already included in routing "
             "configuration."}},
        Row{"$LATEST with weights",
            "CreateAlias",
            R"({"Name":"a","FunctionVersion":"$LATEST")" WEIGHTS(R"({"2":0.1})"),
            {400, parameter,
             "$LATEST is not supported for an alias pointing to more than 1 version"},
            false},
        Row{"moved to $LATEST with weights",
            "UpdateAlias",
            R"({"Name":"live","FunctionVersion":"$LATEST")" WEIGHTS(R"({"2":0.1})"),
            {400, parameter, "$LATEST is not supported"},
            false},
        Row{"additional version missing",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"9":0.1})"),
            {404, missing,
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:9"}},
        Row{"other role",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"3":0.1})"),
            {400, parameter, "Specified versions must be associated with the same execution role"}},
        Row{"other dead-letter target",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"4":0.1})"),
            {400, parameter, "Specified versions must have the same dead letter queue"}},
        Row{"weight is text",
            "UpdateAlias",
            R"({"Name":"live")" WEIGHTS(R"({"2":"0.1"})"),
            {400, "SerializationException", ""}}));

INSTANTIATE_TEST_SUITE_P(
    Resources, AliasRules,
    testing::Values(
        Row{"primary missing",
            "CreateAlias",
            R"({"Name":"a","FunctionVersion":"9"})",
            {404, missing,
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:9"}},
        Row{"moved to a missing version",
            "UpdateAlias",
            R"({"Name":"live","FunctionVersion":"9"})",
            {404, missing,
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:9"}},
        Row{"function missing",
            "CreateAlias",
            R"({"FunctionName":"stock","Name":"a","FunctionVersion":"1"})",
            {404, missing,
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:stock:1"}},
        Row{"alias exists",
            "CreateAlias",
            R"({"Name":"live","FunctionVersion":"2"})",
            {409, "ResourceConflictException",
             "Alias already exists: arn:aws:lambda:eu-west-1:000000000000:function:orders:live"}},
        Row{"digits only",
            "CreateAlias",
            R"({"Name":"12","FunctionVersion":"1"})",
            {400, validation,
             "1 validation error detected: Value '12' at 'name' failed to satisfy constraint: "
             "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"},
            false},
        Row{"bad characters",
            "CreateAlias",
            R"({"Name":"a.b","FunctionVersion":"1"})",
            {400, validation, "1 validation error detected: Value 'a.b' at 'name'"},
            false},
        Row{"version is no version",
            "CreateAlias",
            R"({"Name":"a","FunctionVersion":"live"})",
            {400, validation, "1 validation error detected: Value 'live' at 'functionVersion'"},
            false},
        Row{"no name, no version",
            "CreateAlias",
            R"({})",
            {400, validation, "2 validation errors detected: Value null at 'name'"},
            false},
        Row{"get, none",
            "GetAlias",
            R"({"Name":"a"})",
            {404, missing,
             "Cannot find alias arn: arn:aws:lambda:eu-west-1:000000000000:function:orders:a"}},
        Row{"update, none",
            "UpdateAlias",
            R"({"Name":"a"})",
            {404, missing,
             "Alias not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:a"}},
        Row{"list, no function",
            "ListAliases",
            R"({"FunctionName":"stock"})",
            {404, missing,
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:stock"}}));

class Aliases : public testing::Test {
 protected:
  Aliases() { fill(world); }
  json::Value update(std::string_view members) {
    auto request = json::parse(members);
    ENSURE(request);
    request->set("FunctionName", "orders");
    request->set("Name", "live");
    return *request;
  }
  LambdaWorld world;
};

TEST_F(Aliases, AnswerTheirWholeRecord) {
  auto alias = world.ok("UpdateAlias", update(R"({"Description":"d")" WEIGHTS(R"({"2":0.25})")));
  alias.erase("RevisionId");
  EXPECT_EQ(alias, R"({"AliasArn": "arn:aws:lambda:eu-west-1:000000000000:function:orders:live",
    "Name": "live", "FunctionVersion": "1", "Description": "d",
    "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}})"_json);
}

TEST_F(Aliases, UpdatesMerge) {
  world.ok("UpdateAlias", update(R"({"Description":"d")" WEIGHTS(R"({"2":0.1})")));
  auto alias = world.ok("UpdateAlias", update("{}"));
  EXPECT_EQ(alias["FunctionVersion"].as_string(), "1");
  EXPECT_EQ(alias["Description"].as_string(), "d");
  EXPECT_EQ(alias["RoutingConfig"]["AdditionalVersionWeights"].dump(), R"({"2":0.1})");
  expect_fault(world.fault("UpdateAlias", update(R"({"FunctionVersion":"2"})")),
               {400, parameter, "Invalid function version 2."});
}

TEST_F(Aliases, PromotionClearsTheWeightsInTheSameCall) {
  world.ok("UpdateAlias", update("{" + std::string(WEIGHTS(R"({"2":0.1})")).substr(1)));
  auto alias = world.ok("UpdateAlias", update(R"({"FunctionVersion":"2")" WEIGHTS("{}")));
  EXPECT_EQ(alias["FunctionVersion"].as_string(), "2");
  EXPECT_FALSE(alias.contains("RoutingConfig"));
}

TEST_F(Aliases, AnEmptyRoutingConfigClears) {
  world.ok("UpdateAlias", update("{" + std::string(WEIGHTS(R"({"2":0.1})")).substr(1)));
  EXPECT_FALSE(
      world.ok("UpdateAlias", update(R"({"RoutingConfig":{}})")).contains("RoutingConfig"));
}

TEST_F(Aliases, WeightsZeroAndOneAreLegalAndEchoed) {
  for (auto const* weight : {"0.0", "1.0", "0.001"}) {
    auto request = update("{}");
    auto weights = json::parse(std::string(R"({"AdditionalVersionWeights":{"2":)") + weight + "}}");
    request.set("RoutingConfig", *weights);
    EXPECT_EQ(world.ok("UpdateAlias", request)["RoutingConfig"], *weights);
  }
}

TEST_F(Aliases, ReadsThroughAnAliasShowItsPrimaryVersion) {
  world.ok("UpdateAlias", update(R"({"FunctionVersion":"2")" WEIGHTS(R"({"1":0.5})")));
  auto found = world.configuration("orders", "live");
  EXPECT_EQ(found["FunctionArn"].as_string(), std::string(arn_start) + "orders:live");
  EXPECT_EQ(found["Version"].as_string(), "2");
  EXPECT_EQ(found["RevisionId"].as_string(), world.revision("orders", "2"));
}

TEST_F(Aliases, MayPointAtLatestAlone) {
  EXPECT_EQ(world.ok("UpdateAlias", update(R"({"FunctionVersion":"$LATEST"})"))["FunctionVersion"]
                .as_string(),
            "$LATEST");
}

TEST_F(Aliases, DeletingIsSilentAboutWhatIsNotThere) {
  json::Value request{{"FunctionName", "orders"}, {"Name", "live"}};
  world.ok("DeleteAlias", request);
  world.ok("DeleteAlias", request);
  world.ok("DeleteAlias", {{"FunctionName", "stock"}, {"Name", "live"}});
  expect_fault(world.fault("GetAlias", request), {404, missing, "Cannot find alias arn: "});
}

TEST_F(Aliases, AreListedInPagesAndByPrimaryVersion) {
  for (int i = 10; i < 70; ++i)
    world.ok("CreateAlias", {{"FunctionName", "orders"},
                             {"Name", "a" + std::to_string(i)},
                             {"FunctionVersion", i % 2 ? "1" : "2"}});
  json::Value request{{"FunctionName", "orders"}, {"FunctionVersion", "1"}, {"MaxItems", 20}};
  std::vector<std::string> names;
  do {
    auto page = world.ok("ListAliases", request);
    EXPECT_LE(page["Aliases"].items().size(), 20u);
    for (auto const& alias : page["Aliases"].items()) names.push_back(alias["Name"].as_string());
    request.set("Marker", page["NextMarker"]);
  } while (!request["Marker"].is_null());
  EXPECT_EQ(names.size(), 31u);
  EXPECT_EQ(names.back(), "live");
  EXPECT_EQ(
      world.ok("ListAliases", json::Value{{"FunctionName", "orders"}})["Aliases"].items().size(),
      50u);
}

}  // namespace
}  // namespace sluice::local
