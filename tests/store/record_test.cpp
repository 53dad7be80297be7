#include <gmock/gmock.h>

#include "conformance.hpp"
#include "store/record_rules.hpp"

namespace sluice::store {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Records : public Conformance {
 protected:
  Record record(std::string id, std::int64_t version = 0) {
    return {"token", std::move(id), json::Value{{"name", "ci"}}, version, std::nullopt};
  }

  std::vector<std::string> ids(std::string const& kind) {
    std::vector<std::string> all;
    for (auto const& found : must(store_->records(kind))) all.push_back(found.id);
    return all;
  }
};

TEST_P(Records, AreKeptByKindAndIdWithAVersionThatRises) {
  EXPECT_EQ(must(store_->put_record(record("b"))), 1);
  EXPECT_EQ(must(store_->put_record(record("a"))), 1);
  auto changed = record("b", 1);
  changed.body.set("name", "other");
  EXPECT_EQ(must(store_->put_record(changed)), 2);
  reopen();
  auto found = must(store_->record("token", "b"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body["name"].as_string(), "other");
  EXPECT_EQ(found->version, 2);
  EXPECT_THAT(ids("token"), ElementsAre("a", "b"));
  EXPECT_THAT(ids("secret"), IsEmpty());
  EXPECT_FALSE(must(store_->record("token", "c")));
}

TEST_P(Records, OneOfTwoThatWriteOnTheSameVersionWins) {
  must(store_->put_record(record("a")));
  auto second = store_->put_record(record("a"));
  EXPECT_EQ(code_of(second), ErrorCode::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("there is a token 'a' already"));
  must(store_->put_record(record("a", 1)));
  auto late = store_->put_record(record("a", 1));
  EXPECT_EQ(code_of(late), ErrorCode::conflict);
  EXPECT_THAT(late.error().message, HasSubstr("was changed meanwhile"));
  auto gone = store_->put_record(record("z", 3));
  EXPECT_EQ(code_of(gone), ErrorCode::conflict);
  EXPECT_THAT(gone.error().message, HasSubstr("there is no token 'z' any more"));
}

TEST_P(Records, AreRemovedOnceOnTheVersionThatWasSeen) {
  must(store_->put_record(record("a")));
  EXPECT_EQ(code_of(store_->remove_record("token", "a", 2)), ErrorCode::conflict);
  must(store_->remove_record("token", "a", 1));
  EXPECT_EQ(code_of(store_->remove_record("token", "a", 1)), ErrorCode::conflict);
  EXPECT_THAT(ids("token"), IsEmpty());
}

TEST_P(Records, OneThatHasExpiredIsAsIfItWereNotThere) {
  auto brief = record("a");
  brief.expires = clock_.now() + seconds(60);
  must(store_->put_record(brief));
  must(store_->put_record(record("b")));
  EXPECT_TRUE(must(store_->record("token", "a")));
  clock_.sleep(seconds(61), {});
  EXPECT_FALSE(must(store_->record("token", "a")));
  EXPECT_THAT(ids("token"), ElementsAre("b"));
  EXPECT_EQ(code_of(store_->remove_record("token", "a", 1)), ErrorCode::conflict);
  EXPECT_EQ(must(store_->put_record(record("a"))), 1) << "its name is free again";
}

TEST_P(Records, NamesAndBodiesHaveLimits) {
  must(store_->put_record(record(std::string(max_record_name, 'n'))));
  EXPECT_EQ(code_of(store_->put_record(record(std::string(max_record_name + 1, 'n')))),
            ErrorCode::invalid_input);
  EXPECT_EQ(code_of(store_->put_record(record(""))), ErrorCode::invalid_input);
  auto large = record("a");
  large.body = std::string(max_record_body - 2, 'x');
  must(store_->put_record(large));
  large.body = std::string(max_record_body - 1, 'x');
  EXPECT_EQ(code_of(store_->put_record(large)), ErrorCode::invalid_input);
}

INSTANTIATE_TEST_SUITE_P(Stores, Records, testing::Values("sqlite", "memory", "postgres"),
                         [](auto const& tested) { return tested.param; });

}  // namespace
}  // namespace sluice::store
