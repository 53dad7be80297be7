#include "server/tokens.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/hash.hpp"
#include "server/failures.hpp"
#include "server/set_clock.hpp"
#include "server/token_text.hpp"
#include "support/folder.hpp"

namespace sluice::server {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class TokensTest : public testing::Test {
 protected:
  Tokens::WithStore with_store() {
    return [this](std::function<void(store::Store&)> const& use) {
      ++uses_;
      use(*store_);
    };
  }
  std::unique_ptr<Tokens> open() {
    return std::make_unique<Tokens>(with_store(), clock_, random_,
                                    Tokens::Options{.pepper_file = folder_.path() / "pepper"});
  }
  NewToken create(Tokens& tokens, std::string name, std::set<Role> roles = {Role::viewer}) {
    TokenRequest request;
    request.name = std::move(name);
    request.roles = std::move(roles);
    auto made = tokens.create(request);
    EXPECT_TRUE(made) << made.error().text();
    return made ? std::move(*made) : NewToken{};
  }

  test::TemporaryFolder folder_;
  SetClock clock_;
  SeededRandom random_{7};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
  int uses_ = 0;
};

TEST_F(TokensTest, ATokenSaysWhoseItIs) {
  auto tokens = open();
  auto made = create(*tokens, "ci", {Role::operator_, Role::approver});
  auto token = tokens->check(made.text.open());
  ASSERT_TRUE(token) << token.error().text();
  EXPECT_EQ(token->name, "ci");
  EXPECT_EQ(token->roles, (std::set{Role::operator_, Role::approver}));
  EXPECT_EQ(token->expires, clock_.now() + days(90));
}

TEST_F(TokensTest, ATokenHasAFormThatScannersKnow) {
  std::string const text(create(*open(), "ci").text.open());
  EXPECT_THAT(text, testing::MatchesRegex("sluice_api_[0-9A-Za-z]{38}"));
  EXPECT_TRUE(is_token_text(TokenKind::api, text));
  EXPECT_FALSE(is_token_text(TokenKind::setup, text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = other[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(is_token_text(TokenKind::api, other)) << other;
  }
}

TEST_F(TokensTest, NothingThatIsStoredHoldsTheText) {
  auto made = create(*open(), "ci");
  auto records = store_->records("token");
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_THAT(records->front().body.dump(), Not(HasSubstr(std::string(made.text.open()))));
  // Nor a hash that needs no pepper.
  EXPECT_NE(records->front().body["hash"].as_string(), hex(sha256(made.text.open())));
}

TEST_F(TokensTest, OtherTextsAreDenied) {
  auto tokens = open();
  create(*tokens, "ci");
  SeededRandom other(8);
  Secret const unknown = make_token(TokenKind::api, other);
  for (std::string_view text : {std::string_view(""), std::string_view("sluice_api_"),
                                std::string_view("x"), unknown.open()}) {
    auto token = tokens->check(text);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::denied);
  }
}

TEST_F(TokensTest, ATokenExpiresAndIsListedForAWhile) {
  auto tokens = open();
  auto made = create(*tokens, "ci");
  clock_.pass(days(90) - seconds(1));
  EXPECT_TRUE(tokens->check(made.text.open()));
  clock_.pass(seconds(1));
  auto late = tokens->check(made.text.open());
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("expired on"));
  EXPECT_EQ(tokens->list()->size(), 1u);
  clock_.pass(days(30));
  EXPECT_EQ(tokens->list()->size(), 0u);
}

TEST_F(TokensTest, WhatIsRevokedIsDeniedAtOnce) {
  auto tokens = open();
  auto made = create(*tokens, "ci");
  ASSERT_TRUE(tokens->check(made.text.open()));
  ASSERT_TRUE(tokens->revoke(made.token.id));
  EXPECT_FALSE(tokens->check(made.text.open()));
  auto again = tokens->revoke(made.token.id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::not_found);
}

TEST_F(TokensTest, WhatAnotherServerRevokedIsDeniedSoon) {
  auto here = open();
  auto there = open();
  auto made = create(*here, "ci");
  ASSERT_TRUE(here->check(made.text.open()));
  ASSERT_TRUE(there->revoke(made.token.id));
  clock_.pass(seconds(3));
  EXPECT_FALSE(here->check(made.text.open()));
}

TEST_F(TokensTest, ANameRevokesWhereOneTokenHasIt) {
  auto tokens = open();
  auto first = create(*tokens, "ann");
  create(*tokens, "ann");
  create(*tokens, "bob");
  EXPECT_TRUE(tokens->revoke("bob"));
  auto several = tokens->revoke("ann");
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, ErrorCode::conflict);
  EXPECT_TRUE(tokens->revoke(first.token.id));
  EXPECT_TRUE(tokens->revoke("ann"));
}

TEST_F(TokensTest, UseIsNotedOnceAMinute) {
  auto tokens = open();
  auto made = create(*tokens, "ci");
  auto version = [&] { return (*store_->record("token", made.token.id))->version; };
  EXPECT_EQ(version(), 1);
  ASSERT_TRUE(tokens->check(made.text.open()));
  EXPECT_EQ(tokens->list()->front().last_used, clock_.now());
  for (int i = 0; i < 10; ++i) {
    clock_.pass(seconds(5));
    ASSERT_TRUE(tokens->check(made.text.open()));
  }
  EXPECT_EQ(version(), 2);
  clock_.pass(seconds(10));
  ASSERT_TRUE(tokens->check(made.text.open()));
  EXPECT_EQ(version(), 3);
}

TEST_F(TokensTest, ChecksAreAnsweredFromMemoryForAWhile) {
  auto tokens = open();
  auto made = create(*tokens, "ci");
  ASSERT_TRUE(tokens->check(made.text.open()));
  int const before = uses_;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(tokens->check(made.text.open()));
  EXPECT_EQ(uses_, before);
}

TEST_F(TokensTest, WhatCannotBeATokenIsRefused) {
  auto tokens = open();
  TokenRequest const fine{"ci", {Role::viewer}, days(1), ""};
  ASSERT_TRUE(tokens->create(fine));
  auto with = [&](auto change) {
    TokenRequest request = fine;
    change(request);
    auto made = tokens->create(request);
    return made ? ErrorCode::internal : made.error().code;
  };
  using R = TokenRequest;
  EXPECT_EQ(with([](R& r) { r.name = ""; }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.name = " a"; }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.name = "a\nb"; }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.name = std::string(101, 'a'); }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.roles.clear(); }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.lifetime = seconds(59); }), ErrorCode::invalid_input);
  EXPECT_EQ(with([](R& r) { r.lifetime = days(367); }), ErrorCode::invalid_input);
}

TEST_F(TokensTest, TokensOutliveTheProcess) {
  auto made = create(*open(), "ci");
  EXPECT_TRUE(open()->check(made.text.open()));
  auto rights = std::filesystem::status(folder_.path() / "pepper").permissions();
  EXPECT_EQ(static_cast<unsigned>(rights), 0600u);
}

TEST_F(TokensTest, ADamagedPepperIsSaidAndNotReplaced) {
  auto made = create(*open(), "ci");
  std::ofstream(folder_.path() / "pepper") << "short";
  auto checked = open()->check(made.text.open());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::corrupt);
}

TEST_F(TokensTest, ServersOfOneStoreShareThePepperThatLiesInIt) {
  Tokens first(with_store(), clock_, random_, {});
  Tokens second(with_store(), clock_, random_, {});
  auto made = create(first, "ci");
  EXPECT_TRUE(second.check(made.text.open()));
}

TEST_F(TokensTest, TheSetUpTokenGivesAnAdministratorsOnce) {
  auto tokens = open();
  auto setup = tokens->offer_setup();
  ASSERT_TRUE(setup && *setup);
  EXPECT_FALSE(tokens->check((*setup)->open())) << "it is for nothing else";
  auto admin = tokens->redeem_setup((*setup)->open(), "ann");
  ASSERT_TRUE(admin) << admin.error().text();
  EXPECT_EQ(admin->token.roles, std::set{Role::admin});
  EXPECT_TRUE(tokens->check(admin->text.open()));
  EXPECT_FALSE(tokens->redeem_setup((*setup)->open(), "bob"));
  auto later = tokens->offer_setup();
  ASSERT_TRUE(later);
  EXPECT_FALSE(*later) << "there is a token now";
}

TEST_F(TokensTest, TheSetUpTokenIsValidForAnHourAndReplacedByTheNext) {
  auto tokens = open();
  auto first = tokens->offer_setup();
  ASSERT_TRUE(first && *first);
  auto second = open()->offer_setup();
  ASSERT_TRUE(second && *second);
  EXPECT_FALSE(tokens->redeem_setup((*first)->open(), "ann"));
  clock_.pass(minutes(60));
  EXPECT_FALSE(tokens->redeem_setup((*second)->open(), "ann"));
}

TEST_F(TokensTest, OfServersThatStartTogetherOneOffersASetUpToken) {
  Tokens first(with_store(), clock_, random_, {});
  Tokens second(with_store(), clock_, random_, {});
  auto offered = first.offer_setup();
  ASSERT_TRUE(offered && *offered);
  auto other = second.offer_setup();
  ASSERT_TRUE(other) << other.error().text();
  EXPECT_FALSE(*other);
  // When one starts later and nobody has used it, Then there is another one
  clock_.pass(minutes(2));
  auto later = second.offer_setup();
  ASSERT_TRUE(later && *later);
  EXPECT_FALSE(first.redeem_setup((*offered)->open(), "ann"));
  EXPECT_TRUE(second.redeem_setup((*later)->open(), "ann"));
}

TEST(Failures, SlowWhoeverFailsAgainAndAgain) {
  SetClock clock;
  Failures failures(clock);
  for (int i = 0; i < 4; ++i) failures.count("192.0.2.1");
  EXPECT_FALSE(failures.wait_of("192.0.2.1"));
  failures.count("192.0.2.1");
  EXPECT_EQ(failures.wait_of("192.0.2.1"), seconds(1));
  EXPECT_FALSE(failures.wait_of("192.0.2.2"));
  clock.pass(seconds(1));
  EXPECT_FALSE(failures.wait_of("192.0.2.1"));
  failures.count("192.0.2.1");
  EXPECT_EQ(failures.wait_of("192.0.2.1"), seconds(2));
  for (int i = 0; i < 100; ++i) failures.count("192.0.2.1");
  EXPECT_EQ(failures.wait_of("192.0.2.1"), minutes(1));
  clock.pass(minutes(16));
  failures.count("192.0.2.1");
  EXPECT_FALSE(failures.wait_of("192.0.2.1")) << "forgiven";
}

TEST(Failures, ANetworkOfIPv6IsOneSource) {
  SetClock clock;
  Failures failures(clock);
  for (int i = 1; i <= 5; ++i) failures.count("2001:db8::" + std::to_string(i));
  EXPECT_TRUE(failures.wait_of("2001:db8::99"));
  EXPECT_FALSE(failures.wait_of("2001:db8:0:1::1"));
}

TEST(Failures, ManySourcesTakeBoundedMemoryAndForgiveNobody) {
  SetClock clock;
  Failures failures(clock);
  for (int i = 0; i < 10; ++i) failures.count("192.0.2.1");
  for (int i = 0; i < 10'000; ++i)
    failures.count("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  EXPECT_LE(failures.sources(), 4097u);
  EXPECT_TRUE(failures.wait_of("192.0.2.1"));
  EXPECT_TRUE(failures.wait_of("10.200.0.1")) << "the rest share one count";
}

}  // namespace
}  // namespace sluice::server
