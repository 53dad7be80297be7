#include "lambda_fixture.hpp"

namespace sluice::local {
namespace {

struct Form {
  std::string_view name;
  std::string_view qualifier;
  std::string_view arn_ending;  ///< behind the function's ARN; "" for the unqualified one
  std::string_view version;
};

class LambdaNameForms : public testing::TestWithParam<Form> {};

TEST_P(LambdaNameForms, LeadToTheFunction) {
  LambdaWorld world;
  world.create_two_versions("orders");
  world.ok("CreateAlias", {{"FunctionName", "orders"}, {"Name", "live"}, {"FunctionVersion", "1"}});
  auto found = world.configuration(GetParam().name, GetParam().qualifier);
  EXPECT_EQ(found["FunctionName"].as_string(), "orders");
  EXPECT_EQ(found["FunctionArn"].as_string(),
            std::string(arn_start) + "orders" + std::string(GetParam().arn_ending));
  EXPECT_EQ(found["Version"].as_string(), GetParam().version);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LambdaNameForms,
    testing::Values(
        Form{"orders", "", "", "$LATEST"}, Form{"orders", "$LATEST", ":$LATEST", "$LATEST"},
        Form{"orders:$LATEST", "", ":$LATEST", "$LATEST"}, Form{"orders", "2", ":2", "2"},
        Form{"orders:2", "", ":2", "2"}, Form{"orders:2", "2", ":2", "2"},
        Form{"orders:live", "", ":live", "1"},
        Form{"000000000000:function:orders", "", "", "$LATEST"},
        Form{"000000000000:function:orders:live", "", ":live", "1"},
        Form{"arn:aws:lambda:eu-west-1:000000000000:function:orders", "", "", "$LATEST"},
        Form{"arn:aws:lambda:eu-west-1:000000000000:function:orders", "1", ":1", "1"},
        Form{"arn:aws:lambda:eu-west-1:000000000000:function:orders:live", "live", ":live", "1"}));

struct Refusal {
  std::string name;
  std::string_view qualifier;
  Expected expected;
};

class LambdaNames : public testing::TestWithParam<Refusal> {};

TEST_P(LambdaNames, AreRefused) {
  LambdaWorld world;
  world.create("orders");
  json::Value request{{"FunctionName", GetParam().name}, {"Qualifier", GetParam().qualifier}};
  expect_fault(world.fault("GetFunction", request), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LambdaNames,
    testing::Values(
        Refusal{"orders:1",
                "2",
                {400, "InvalidParameterValueException",
                 "The derived qualifier from the function name does not match the specified "
                 "qualifier."}},
        Refusal{"arn:aws:lambda:us-east-1:000000000000:function:orders",
                "",
                {404, "ResourceNotFoundException",
                 "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')"}},
        Refusal{"arn:aws:lambda:eu-west-1:111111111111:function:orders",
                "",
                {403, "AccessDeniedException", ""}},
        Refusal{std::string(65, 'x'),
                "",
                {400, "InvalidParameterValueException", "1 validation error detected: Value 'xxx"}},
        Refusal{"arn:aws:lambda:eu-west-1:000000000000:function:" + std::string(100, 'x'),
                "",
                {400, "ValidationException", "1 validation error detected: Value 'arn:"}},
        Refusal{"or ders",
                "",
                {400, "ValidationException",
                 "1 validation error detected: Value 'or ders' at 'functionName' failed to satisfy "
                 "constraint: Member must satisfy regular expression pattern: "}},
        Refusal{"arn:aws:lambda:eu-west-1:function:orders", "", {400, "ValidationException", ""}},
        Refusal{"12:function:orders", "", {400, "ValidationException", ""}},
        Refusal{"orders:live:2", "", {400, "ValidationException", ""}},
        Refusal{"orders", "a b", {400, "ValidationException", ""}},
        Refusal{"", "", {400, "ValidationException", ""}},
        Refusal{"stock",
                "",
                {404, "ResourceNotFoundException",
                 "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:stock"}},
        Refusal{"orders",
                "7",
                {404, "ResourceNotFoundException",
                 "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:7"}},
        Refusal{
            "orders",
            "live",
            {404, "ResourceNotFoundException",
             "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:orders:live"}}));

TEST(LambdaNames, CreateStoresTheBareNameOfAnArn) {
  LambdaWorld world;
  world.create(std::string(arn_start) + "orders");
  EXPECT_EQ(world.configuration("orders")["FunctionName"].as_string(), "orders");
}

TEST(LambdaNames, SixtyFourCharactersAreFine) {
  LambdaWorld world;
  world.create(std::string(64, 'x'));
  EXPECT_EQ(world.configuration(std::string(64, 'x'))["State"].as_string(), "Active");
}

}  // namespace
}  // namespace sluice::local
