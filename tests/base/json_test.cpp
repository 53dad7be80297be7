#include "base/json.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Json, KeepsOrderAndWholeIntegers) {
  auto value = json::parse(R"({"b":9007199254740993,"a":[1,2.5,true,null,"x\u00e9"]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->dump(), R"({"b":9007199254740993,"a":[1,2.5,true,null,"xé"]})");
  EXPECT_EQ(value->canonical(), R"({"a":[1,2.5,true,null,"xé"],"b":9007199254740993})");
}

struct Refusal {
  char const* text;
  char const* message;
};

class JsonRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(JsonRefuses, WithAReason) {
  auto value = json::parse(GetParam().text);
  ASSERT_FALSE(value) << value->dump();
  EXPECT_NE(value.error().message.find(GetParam().message), std::string::npos)
      << value.error().message;
}

INSTANTIATE_TEST_SUITE_P(Table, JsonRefuses,
                         testing::Values(Refusal{"{\"a\":1,\"a\":2}", "there twice"},
                                         Refusal{"99999999999999999999", "too large"},
                                         Refusal{"{\"a\":\n tru}", "line 2"},
                                         Refusal{"\"\xff\"", "invalid"},
                                         Refusal{"1 2", "not valid JSON"},
                                         Refusal{"", "not valid JSON"}));

TEST(Json, RefusesDeepNesting) {
  EXPECT_TRUE(json::parse(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(json::parse(std::string(65, '[') + std::string(65, ']')));
}

TEST(Json, EqualityIgnoresMemberOrderAndNumberForm) {
  EXPECT_EQ(*json::parse(R"({"a":1,"b":2.0})"), *json::parse(R"({"b":2,"a":1.0})"));
  EXPECT_FALSE(*json::parse(R"({"a":1})") == *json::parse(R"({"a":1,"b":null})"));
}

TEST(Json, SetReplacesInPlaceAndEraseRemoves) {
  json::Value value{{"a", 1}, {"b", 2}};
  value.set("a", "x");
  value.set("c", json::array({1, "two"}));
  EXPECT_EQ(value.dump(), R"({"a":"x","b":2,"c":[1,"two"]})");
  EXPECT_TRUE(value.erase("b"));
  EXPECT_FALSE(value.erase("b"));
  EXPECT_TRUE(value["b"].is_null());
}

}  // namespace
}  // namespace sluice
