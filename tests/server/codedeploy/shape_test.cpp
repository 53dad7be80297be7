#include "server/codedeploy/shape.hpp"

#include <gmock/gmock.h>

namespace sluice::server::codedeploy {
namespace {

Shape sample() {
  return Shape::structure({{"name", Shape::text()},
                           {"on", Shape::flag()},
                           {"count", Shape::whole()},
                           {"at", Shape::timestamp()},
                           {"names", Shape::list(Shape::text())},
                           {"by_name", Shape::map(Shape::list(Shape::text()))},
                           {"inner", Shape::structure({{"name", Shape::text()}})},
                           {"inners", Shape::list(Shape::structure({{"name", Shape::text()}}))}});
}

/// What is read, or what is told.
std::string read(std::string const& text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << text;
  auto out = sample().read(value.value_or(json::Value()));
  return out ? out->dump() : out.error().type + ": " + out.error().message;
}

TEST(Shape, KeepsWhatIsKnown) {
  EXPECT_EQ(read(R"({"name":"a","other":1,"inner":{"name":"b","x":[]}})"),
            R"({"name":"a","inner":{"name":"b"}})");
  EXPECT_EQ(read(R"({"on":false,"count":10.0,"at":1556918592.162,"names":[]})"),
            R"({"on":false,"count":10,"at":1556918592.162,"names":[]})");
  EXPECT_EQ(read(R"({"by_name":{"any":["a"],"none":null}})"), R"({"by_name":{"any":["a"]}})");
}

TEST(Shape, NullIsAbsentButInLists) {
  EXPECT_EQ(read(R"({"name":null,"inner":{"name":null},"names":null})"), R"({"inner":{}})");
  EXPECT_EQ(read(R"({"names":["a",null],"inners":[null,{"name":"a"}]})"),
            R"({"names":["a",null],"inners":[null,{"name":"a"}]})");
}

TEST(Shape, AnotherTypeIsASerializationException) {
  struct Case {
    std::string given, told;
  };
  for (auto const& [given, told] : std::vector<Case>{
           {R"([])", "the request: START_ARRAY can not be converted to a Structure"},
           {R"("a")", "the request: STRING_VALUE can not be converted to a Structure"},
           {R"({"name":1})", "name: NUMBER_VALUE can not be converted to a String"},
           {R"({"name":true})", "name: TRUE_VALUE can not be converted to a String"},
           {R"({"on":"true"})", "on: STRING_VALUE can not be converted to a Boolean"},
           {R"({"count":1.5})", "count: NUMBER_VALUE can not be converted to an Integer"},
           {R"({"count":"1"})", "count: STRING_VALUE can not be converted to an Integer"},
           {R"({"count":1e300})", "count: NUMBER_VALUE can not be converted to an Integer"},
           {R"({"at":"2026-01-01"})", "at: STRING_VALUE can not be converted to a Timestamp"},
           {R"({"names":"a"})", "names: STRING_VALUE can not be converted to a List"},
           {R"({"names":["a",{}]})", "names[1]: START_OBJECT can not be converted to a String"},
           {R"({"by_name":[]})", "by_name: START_ARRAY can not be converted to a Map"},
           {R"({"inner":{"name":[]}})", "inner.name: START_ARRAY can not be converted to a String"},
           {R"({"inners":[{"name":false}]})",
            "inners[0].name: FALSE_VALUE can not be converted to a String"}})
    EXPECT_EQ(read(given), "SerializationException: " + told) << given;
}

}  // namespace
}  // namespace sluice::server::codedeploy
