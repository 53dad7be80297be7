#include "lambda_fixture.hpp"
#include "local/model/paging.hpp"
#include "local/model/throttle.hpp"
#include "local/model/zip_directory.hpp"

namespace sluice::local {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int admitted(LambdaThrottle& throttle, std::string_view operation, Time now, int calls) {
  int passed = 0;
  for (int i = 0; i < calls; ++i) passed += throttle.admits(operation, now);
  return passed;
}

TEST(Throttle, HasOneBudgetForAllAndOwnOnesForTwoReads) {
  LambdaThrottle throttle(LambdaRates{});
  Time now = from_millis(1'000'000);
  EXPECT_EQ(admitted(throttle, "UpdateAlias", now, 10), 10);
  EXPECT_EQ(admitted(throttle, "GetFunctionConfiguration", now, 10), 5);
  EXPECT_EQ(admitted(throttle, "GetFunction", now, 200), 100);
  EXPECT_EQ(admitted(throttle, "GetPolicy", now, 20), 15);
}

TEST(Throttle, RefillsWithTheTimeUpToOneSecondsWorth) {
  LambdaThrottle throttle(LambdaRates{.all = 10, .get_function = 0, .get_policy = 0});
  Time now = from_millis(1'000'000);
  EXPECT_EQ(admitted(throttle, "GetAlias", now, 20), 10);
  EXPECT_EQ(admitted(throttle, "GetAlias", now + milliseconds(99), 20), 0);
  EXPECT_EQ(admitted(throttle, "GetAlias", now + milliseconds(200), 20), 2);
  EXPECT_EQ(admitted(throttle, "GetAlias", now - seconds(5), 20), 0);
  EXPECT_EQ(admitted(throttle, "GetAlias", now + seconds(60), 20), 10);
  EXPECT_EQ(admitted(throttle, "GetFunction", now, 1000), 1000);
}

TEST(Throttle, AnswersAsAwsDoes) {
  LambdaSettings settings;
  settings.rates.all = 1;
  LambdaWorld world(settings);
  json::Value nothing{json::Object{}};
  world.ok("ListFunctions", nothing);
  auto fault = world.fault("ListFunctions", nothing);
  expect_fault(fault, {429, "TooManyRequestsException", "Rate exceeded"});
  EXPECT_EQ(json::Value(fault.more)["Reason"].as_string(), "CallerRateLimitExceeded");
  EXPECT_EQ(fault.type, "User");
  world.wait(seconds(1));
  world.ok("ListFunctions", nothing);
}

struct Request {
  std::string_view text;
  std::string_view expected;
};

class PagingRefuses : public testing::TestWithParam<Request> {};

TEST_P(PagingRefuses, BadMembers) {
  auto page = Page::of(*json::parse(GetParam().text));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().status, 400);
  EXPECT_EQ(page.error().message.substr(0, GetParam().expected.size()), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PagingRefuses,
    testing::Values(
        Request{R"({"MaxItems":0})",
                "1 validation error detected: Value '0' at 'maxItems' failed to "
                "satisfy constraint: Member must have value greater than or equal to 1"},
        Request{R"({"MaxItems":10001})",
                "1 validation error detected: Value '10001' at 'maxItems' failed to "
                "satisfy constraint: Member must have value less than or equal to 10000"},
        Request{R"({"MaxItems":"many"})",
                "1 validation error detected: Value 'many' at 'maxItems'"},
        Request{R"({"Marker":"%"})", "The Marker is not valid."}));

TEST(Paging, GoesOnAfterTheMarkerAlsoWhenThatItemIsGone) {
  auto first = Page::of(json::Value{{"MaxItems", 2}});
  ASSERT_TRUE(first);
  for (auto const* key : {"a", "b", "c", "d"}) {
    auto make = [&] { return json::Value(key); };
    if (!first->offer(key, make)) break;
  }
  auto answer = std::move(*first).answer("Keys");
  EXPECT_EQ(answer["Keys"].dump(), R"(["a","b"])");
  auto second = Page::of(json::Value{{"Marker", answer["NextMarker"]}});
  ASSERT_TRUE(second);
  for (auto const* key : {"a", "c", "d"}) second->offer(key, [&] { return json::Value(key); });
  EXPECT_EQ(std::move(*second).answer("Keys").dump(), R"({"Keys":["c","d"]})");
}

TEST(Paging, SortsNumbersByTheirValue) {
  EXPECT_LT(sortable(9), sortable(10));
  EXPECT_LT(sortable(99), sortable(1000));
}

/// A stored entry as it stands in the directory, with a name of one letter.
std::string entry(std::uint32_t unzipped) {
  std::string text = "PK\x01\x02" + std::string(43, '\0');
  for (std::size_t i = 0; i < 4; ++i) text[24 + i] = static_cast<char>(unzipped >> (8 * i));
  text[28] = 1;
  return text;
}

std::string zip(std::string const& directory, char entries, std::string const& comment = {}) {
  std::string text = directory + "PK\x05\x06" + std::string(18, '\0');
  auto end = directory.size();
  text[end + 8] = text[end + 10] = entries;
  text[end + 12] = static_cast<char>(directory.size());
  text[end + 20] = static_cast<char>(comment.size());
  return text + comment;
}

TEST(ZipDirectory, IsSummedUp) {
  auto found = read_zip_directory(zip(entry(5) + entry(70'000), 2, "a comment"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entries, 2u);
  EXPECT_EQ(found->unzipped_size, 70'005u);
  EXPECT_EQ(read_zip_directory(zip("", 0))->unzipped_size, 0u);
}

TEST(CodeLimits, CountTheZipPackedAndUnpacked) {
  LambdaWorld world(unthrottled(), MemoryCodeStore::Check::zip);
  auto create = [&](std::string_view name, std::string const& bytes) {
    return world.call("CreateFunction", LambdaWorld::create_request(name, bytes));
  };
  EXPECT_TRUE(create("a", zip(entry(262'144'000), 1)));
  auto unpacked = create("b", zip(entry(262'144'001), 1));
  ASSERT_FALSE(unpacked);
  expect_fault(unpacked.error(), {400, "InvalidParameterValueException",
                                  "Unzipped size must be smaller than 262144000 bytes"});
  auto packed = create("c", std::string(52'428'801, 'x'));
  ASSERT_FALSE(packed);
  expect_fault(packed.error(), {413, "RequestEntityTooLargeException",
                                "Zipped size must be smaller than 52428800 bytes"});
  EXPECT_EQ(packed.error().type, "");
}

TEST(ZipDirectory, RefusesWhatDoesNotHoldTogether) {
  EXPECT_FALSE(read_zip_directory(""));
  EXPECT_FALSE(read_zip_directory("PK"));
  EXPECT_FALSE(read_zip_directory(std::string(200, 'x')));
  auto whole = zip(entry(5), 1);
  EXPECT_FALSE(read_zip_directory(whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(read_zip_directory(zip(entry(5), 2)));
  EXPECT_FALSE(read_zip_directory(zip(entry(0xffffffff), 1)));
  auto far = whole;
  far[entry(5).size() + 19] = '\x7f';  // the directory would begin far behind the end
  EXPECT_FALSE(read_zip_directory(far));
}

}  // namespace
}  // namespace sluice::local
