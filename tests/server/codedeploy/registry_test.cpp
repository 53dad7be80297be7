#include "server/codedeploy/registry.hpp"

#include <gmock/gmock.h>

#include "server/set_clock.hpp"
#include "store/memory.hpp"

namespace sluice::server::codedeploy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Two servers on one store.
class RegistryTest : public testing::Test {
 protected:
  Registry::WithStore with(std::unique_ptr<store::Store>& store) {
    return [&store](std::function<void(store::Store&)> const& use) { use(*store); };
  }
  Registry::Region here() { return here_.in("eu-west-1"); }
  Registry::Region there() { return there_.in("eu-west-1"); }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    auto const applications = there().applications();
    for (auto const& application : *applications) all.push_back(application.name);
    return all;
  }
  Application made(std::string const& name) {
    return here().create_application(name, {}).value().value();
  }
  /// From here on the write with that number, counted from 0, and all after it fail.
  void break_from(int write) {
    writes_ = 0;
    store::MemoryFaults faults;
    faults.before_commit = [this, write](char const*) -> Result<void> {
      if (writes_++ < write) return {};
      return fail(ErrorCode::unavailable, "the store is gone");
    };
    store::set_faults(*memory_, std::move(faults));
  }
  void mend() { store::set_faults(*memory_, {}); }

  int writes_ = 0;  ///< since break_from
  SetClock clock_;
  SeededRandom random_{3};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> one_ = store::open_memory(memory_, clock_);
  std::unique_ptr<store::Store> two_ = store::open_memory(memory_, clock_);
  Registry here_{with(one_), clock_, random_};
  Registry there_{with(two_), clock_, random_};
};

TEST_F(RegistryTest, ANameIsGivenOnce) {
  made("shop");
  EXPECT_FALSE(there().create_application("shop", {}).value());
  EXPECT_TRUE(there_.in("us-east-1").create_application("shop", {}).value());
}

TEST_F(RegistryTest, OfTwoChangesAtOnceOneIsTold) {
  auto shop = made("shop");
  auto same = there().application("shop").value().value();
  ASSERT_TRUE(here().change(shop));
  auto late = there().change(same);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  auto gone = there().remove(same);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::conflict);
}

TEST_F(RegistryTest, ANewNameKeepsTheIdWhereverItWasCutOff) {
  for (int commits = 0; commits <= 3; ++commits) {
    std::string const from = "from" + std::to_string(commits);
    std::string const to = "to" + std::to_string(commits);
    auto shop = made(from);
    break_from(commits);
    bool const told = here().rename(shop, to).has_value();
    mend();
    EXPECT_EQ(told, commits == 3);
    bool const renamed = commits >= 2;
    auto old_one = there().application(from).value();
    auto new_one = there().application(to).value();
    EXPECT_EQ(old_one.has_value(), !renamed) << commits;
    EXPECT_EQ(new_one.has_value(), renamed) << commits;
    auto left = renamed ? new_one : old_one;
    ASSERT_TRUE(left) << commits;
    EXPECT_EQ(left->id, shop.id);
    EXPECT_THAT(names(), ElementsAre(left->name));
    // What was left over comes back neither when the new one goes nor when it is renamed again.
    ASSERT_TRUE(there().change(*left));
    left = there().application(left->name).value();
    ASSERT_TRUE(there().remove(*left)) << commits;
    EXPECT_THAT(names(), IsEmpty()) << commits;
  }
}

TEST_F(RegistryTest, AnOldNameIsFreeThoughItsRecordIsLeft) {
  auto shop = made("shop");
  break_from(2);
  EXPECT_FALSE(here().rename(shop, "store"));
  mend();
  auto fresh = there().create_application("shop", {}).value();
  ASSERT_TRUE(fresh);
  EXPECT_NE(fresh->id, shop.id);
  EXPECT_THAT(names(), ElementsAre("shop", "store"));
  auto store = there().application("store").value();
  ASSERT_TRUE(there().remove(*store));
  EXPECT_THAT(names(), ElementsAre("shop"));
}

TEST_F(RegistryTest, ANameThatIsTakenIsNotTakenAway) {
  auto shop = made("shop");
  made("store");
  EXPECT_FALSE(here().rename(shop, "store").value());
  EXPECT_THAT(names(), ElementsAre("shop", "store"));
}

TEST_F(RegistryTest, WhatBelongsToAnApplicationGoesWithIt) {
  auto shop = made("shop");
  Group group;
  group.name = "live";
  ASSERT_TRUE(here().create_group(shop, group).value());
  Revision revision;
  revision.id = "S3-1";
  ASSERT_TRUE(here().keep(shop, revision));
  ASSERT_TRUE(here().remove(shop));
  EXPECT_THAT(*there().groups(shop), IsEmpty());
  EXPECT_THAT(*there().revisions(shop), IsEmpty());
  EXPECT_THAT(*one_->records("codedeploy-group/eu-west-1/" + shop.id), IsEmpty());
}

TEST_F(RegistryTest, ARevisionIsKeptWithItsTimes) {
  auto shop = made("shop");
  Revision revision;
  revision.id = "S3-1";
  revision.registered = clock_.now();
  revision.last_used = clock_.now() + std::chrono::minutes(1);
  ASSERT_TRUE(here().keep(shop, revision));
  auto kept = there().revision(shop, "S3-1").value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->registered, revision.registered);
  EXPECT_EQ(kept->last_used, revision.last_used);
  EXPECT_FALSE(kept->first_used);
  EXPECT_FALSE(there().keep(shop, revision));
  EXPECT_TRUE(there().keep(shop, *kept));
}

}  // namespace
}  // namespace sluice::server::codedeploy
