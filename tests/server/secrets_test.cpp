#include "server/secrets.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "base/seal.hpp"
#include "plan/secrets.hpp"
#include "server/api_stage.hpp"
#include "server/secret_check.hpp"
#include "server/set_clock.hpp"

namespace sluice::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char canary[] = "canary-7f3a\"b c%";

class SecretsTest : public testing::Test {
 protected:
  std::unique_ptr<Secrets> open(bool own_file = true) {
    return std::make_unique<Secrets>(
        [this](std::function<void(store::Store&)> const& use) { use(*store_); }, clock_, random_,
        Secrets::Options{key_file(), own_file});
  }
  std::string key_text() const { return test::read_file(key_file()); }
  std::filesystem::path key_file() const { return folder_.path() / "secret-key"; }
  /// Everything the store holds of secrets.
  std::string stored() {
    std::string text;
    auto const records = store_->records("secret");
    for (auto const& record : *records) text += record.id + record.body.dump();
    return text;
  }
  static std::string value_of(Secrets& secrets, std::string const& name) {
    auto value = secrets.open(name);
    return value ? std::string(value->open()) : value.error().text();
  }

  test::TemporaryFolder folder_;
  SetClock clock_;
  SeededRandom random_{7};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Store> store_ = store::open_memory(memory_, clock_);
};

TEST(Seal, OpensWithEverythingItWasSealedWith) {
  std::string const key(32, 'k'), nonce(12, 'n');
  std::string const sealed = seal(key, nonce, "about", "text");
  EXPECT_EQ(unseal(key, nonce, "about", sealed)->open(), "text");
  EXPECT_EQ(unseal(key, nonce, "about", seal(key, nonce, "about", ""))->open(), "");
  EXPECT_FALSE(unseal(std::string(32, 'x'), nonce, "about", sealed));
  EXPECT_FALSE(unseal(key, std::string(12, 'x'), "about", sealed));
  EXPECT_FALSE(unseal(key, nonce, "another", sealed));
  EXPECT_FALSE(unseal(key, nonce, "about", sealed.substr(1)));
  EXPECT_FALSE(unseal(key, nonce, "about", ""));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(unseal(key, nonce, "about", changed)) << i;
  }
}

TEST_F(SecretsTest, AValueComesBackToWhoBuildsARequestAndStandsNowhereElse) {
  auto secrets = open();
  auto kept = secrets->set("TOKEN", Secret(canary), "ann");
  ASSERT_TRUE(kept) << kept.error().text();
  EXPECT_EQ(value_of(*open(), "TOKEN"), canary);
  auto listed = open()->list();
  ASSERT_TRUE(listed);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().name, "TOKEN");
  EXPECT_EQ(listed->front().by, "ann");
  EXPECT_EQ(listed->front().at, clock_.now());
  EXPECT_THAT(stored(), Not(HasSubstr("canary")));
  EXPECT_THAT(to_json(*kept).dump(), Not(HasSubstr("canary")));
}

TEST_F(SecretsTest, TheKeyLiesInAFileOfItsOwnerAlone) {
  ASSERT_TRUE(open()->set("TOKEN", Secret(canary), "ann"));
  auto rights = std::filesystem::status(key_file()).permissions();
  EXPECT_EQ(rights, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SecretsTest, TheFingerprintTellsValuesApart) {
  auto secrets = open();
  auto first = secrets->set("A", Secret("value-1"), "ann")->fingerprint;
  EXPECT_EQ(secrets->set("A", Secret("value-1"), "bob")->fingerprint, first);
  EXPECT_NE(secrets->set("A", Secret("value-2"), "ann")->fingerprint, first);
  EXPECT_NE(secrets->set("B", Secret("value-1"), "ann")->fingerprint, first);
}

TEST_F(SecretsTest, WhatIsNoSecretIsRefused) {
  auto secrets = open();
  auto code = [&](std::string name, std::string value) {
    auto kept = secrets->set(name, Secret(std::move(value)), "ann");
    return kept ? ErrorCode::internal : kept.error().code;
  };
  EXPECT_EQ(code("a b", "value"), ErrorCode::invalid_input);
  EXPECT_EQ(code("A", "abc"), ErrorCode::invalid_input);
  EXPECT_EQ(code("A", std::string(32 * 1024 + 1, 'x')), ErrorCode::invalid_input);
  EXPECT_EQ(code("A", "\xff\xfe\xfd\xfc"), ErrorCode::invalid_input);
  EXPECT_TRUE(secrets->set("A", Secret(std::string(std::size_t{32} << 10, 'x')), "ann"));
  EXPECT_EQ(secrets->open("B").error().code, ErrorCode::not_found);
  EXPECT_EQ(secrets->remove("B").error().code, ErrorCode::not_found);
}

TEST_F(SecretsTest, ARecordMovedToAnotherNameOpensNothing) {
  ASSERT_TRUE(open()->set("A", Secret(canary), "ann"));
  auto moved = **store_->record("secret", "A");
  moved.id = "B";
  moved.version = 0;
  ASSERT_TRUE(store_->put_record(moved));
  EXPECT_EQ(open()->open("B").error().code, ErrorCode::corrupt);
  EXPECT_EQ(value_of(*open(), "A"), canary);
}

TEST_F(SecretsTest, WithoutItsKeyASecretIsLostAndSaysSo) {
  ASSERT_TRUE(open()->set("A", Secret(canary), "ann"));
  std::filesystem::remove(key_file());
  ASSERT_TRUE(open()->set("B", Secret(canary), "ann"));
  auto lost = open()->open("A");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::corrupt);
  EXPECT_THAT(lost.error().text(), HasSubstr("under another key"));
  EXPECT_TRUE(open()->remove("A"));
  EXPECT_EQ(value_of(*open(), "B"), canary);
}

TEST_F(SecretsTest, AKeyThatIsGivenIsNeitherMadeNorChanged) {
  auto missing = open(false)->set("A", Secret(canary), "ann");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("openssl rand"));
  folder_.write("secret-key", std::string(64, 'a') + "\n");
  ASSERT_TRUE(open(false)->set("A", Secret(canary), "ann"));
  EXPECT_EQ(value_of(*open(false), "A"), canary);
  EXPECT_EQ(open(false)->rotate_key().error().code, ErrorCode::conflict);
}

TEST_F(SecretsTest, ANewKeyOpensEverythingAndTheOldOneNothing) {
  ASSERT_TRUE(open()->set("A", Secret(canary), "ann"));
  ASSERT_TRUE(open()->set("B", Secret("value-b"), "bob"));
  auto const old = key_text();
  std::string const before = stored();
  auto rotated = open()->rotate_key();
  ASSERT_TRUE(rotated) << rotated.error().text();
  EXPECT_EQ(*rotated, 2u);
  EXPECT_NE(key_text(), old);
  EXPECT_NE(stored(), before);
  EXPECT_EQ(value_of(*open(), "A"), canary);
  EXPECT_EQ(value_of(*open(), "B"), "value-b");
  EXPECT_EQ(open()->list()->at(1).by, "bob");
  folder_.write("secret-key", old);
  EXPECT_EQ(open()->open("A").error().code, ErrorCode::corrupt);
}

TEST_F(SecretsTest, AChangeOfKeyThatWasInterruptedGoesOn) {
  ASSERT_TRUE(open()->set("A", Secret(canary), "ann"));
  ASSERT_TRUE(open()->set("B", Secret("value-b"), "bob"));
  auto const old = key_text();
  auto const first = **store_->record("secret", "A");
  ASSERT_TRUE(open()->rotate_key());
  // As if it had died before the last file was in place, with one of the two not sealed anew.
  folder_.write("secret-key.next", key_text());
  folder_.write("secret-key", old);
  auto back = first;
  back.version = (*store_->record("secret", "A"))->version;
  ASSERT_TRUE(store_->put_record(back));
  EXPECT_EQ(value_of(*open(), "A"), canary);
  EXPECT_EQ(value_of(*open(), "B"), "value-b");
  ASSERT_TRUE(open()->rotate_key());
  EXPECT_EQ(value_of(*open(), "A"), canary);
  EXPECT_EQ(value_of(*open(), "B"), "value-b");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "secret-key.next"));
}

TEST_F(SecretsTest, TextsLoseTheValuesThatWereOpened) {
  auto secrets = open();
  ASSERT_TRUE(secrets->set("A", Secret(canary), "ann"));
  ASSERT_TRUE(secrets->set("PEM", Secret("-----BEGIN-----\nabcdefgh1234\nx\n"), "ann"));
  auto hidden = open();
  EXPECT_EQ(hidden->hide("not opened: " + std::string(canary)),
            "not opened: " + std::string(canary));
  ASSERT_TRUE(hidden->open("A"));
  ASSERT_TRUE(hidden->open("PEM"));
  EXPECT_EQ(hidden->hide("at '" + std::string(canary) + "' twice " + canary), "at '***' twice ***");
  EXPECT_EQ(hidden->hide("https://x/?t=canary-7f3a%22b%20c%25&y"), "https://x/?t=***&y");
  EXPECT_EQ(hidden->hide(R"({"a":"canary-7f3a\"b c%"})"), R"({"a":"***"})");
  EXPECT_EQ(hidden->hide("line abcdefgh1234 of it"), "line *** of it");
  EXPECT_EQ(hidden->hide("nothing of it"), "nothing of it");
}

TEST_F(SecretsTest, AHashIsThatOfTheKeyAndSaysWhichOne) {
  auto hash = *open()->keyed_hash("text");
  EXPECT_EQ(*open()->keyed_hash("text"), hash);
  EXPECT_NE(*open()->keyed_hash("other"), hash);
  EXPECT_TRUE(engine::same_key(hash, *open()->keyed_hash("other")));
  ASSERT_TRUE(open()->rotate_key());
  EXPECT_FALSE(engine::same_key(hash, *open()->keyed_hash("text")));
}

plan::Plan needing(std::string const& name) {
  plan::WebhookStep hook;
  hook.name = "hook";
  hook.url = "http://127.0.0.1:1/";
  hook.body = plan::secret_reference(name);
  plan::Plan plan;
  plan.name = "needs";
  plan.root = plan::sequence("", {plan::leaf("tell", hook)});
  return plan;
}

TEST_F(SecretsTest, AMissingSecretIsFoundBeforeAnythingBegins) {
  auto secrets = open();
  auto missing = check_secrets(needing("TOKEN"), secrets.get());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(missing.error().message,
            "a secret is not set here: TOKEN (the body of webhook step 'tell')");
  EXPECT_EQ(missing.error().hint, "Store it: sluice secret set TOKEN");
  EXPECT_FALSE(check_secrets(needing("TOKEN"), nullptr));
  ASSERT_TRUE(secrets->set("TOKEN", Secret(canary), "ann"));
  EXPECT_TRUE(check_secrets(needing("TOKEN"), secrets.get()));
}

class SecretsApiTest : public ApiStage {
 protected:
  net::Response as(std::string const& role, std::string method, std::string path,
                   std::string body = {}) {
    return send(std::move(method), std::move(path), {{"Authorization", "Bearer ada/" + role}},
                std::move(body));
  }
};

TEST_F(SecretsApiTest, TakesValuesAndNeverGivesThemBack) {
  auto kept = as("maintainer", "PUT", "/api/v1/secrets/TOKEN",
                 json::Value{{"value", canary}, {"by", "somebody else"}}.dump());
  EXPECT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(member(kept, "by"), "ada");
  auto listed = as("maintainer", "GET", "/api/v1/secrets");
  EXPECT_THAT(listed.body, HasSubstr("TOKEN"));
  for (auto const& response : {kept, listed}) EXPECT_THAT(response.body, Not(HasSubstr("canary")));
  EXPECT_EQ(as("admin", "POST", "/api/v1/secret-key/rotate", "{}").status, 200);
  EXPECT_EQ(process_->secrets.open("TOKEN")->open(), canary);
  EXPECT_EQ(as("maintainer", "DELETE", "/api/v1/secrets/TOKEN").status, 204);
  EXPECT_EQ(as("maintainer", "DELETE", "/api/v1/secrets/TOKEN").status, 404);
}

TEST_F(SecretsApiTest, IsForMaintainers) {
  for (auto role : {"viewer", "operator", "approver"}) {
    EXPECT_EQ(as(role, "GET", "/api/v1/secrets").status, 403) << role;
    EXPECT_EQ(as(role, "PUT", "/api/v1/secrets/A", R"({"value":"value"})").status, 403) << role;
    EXPECT_EQ(as(role, "DELETE", "/api/v1/secrets/A").status, 403) << role;
  }
  EXPECT_EQ(as("maintainer", "POST", "/api/v1/secret-key/rotate", "{}").status, 403);
}

TEST_F(SecretsApiTest, RefusesWhatItDoesNotKnow) {
  for (auto body : {"{}", R"({"value":1})", R"({"value":"value","valeu":"x"})", "[]", "{"})
    EXPECT_EQ(as("maintainer", "PUT", "/api/v1/secrets/A", body).status, 400) << body;
  EXPECT_THAT(*process_->secrets.list(), IsEmpty());
}

TEST_F(SecretsApiTest, ARunThatNeedsAMissingOneIsNotStarted) {
  auto body = json::Value{{"plan", plan::to_json(needing("TOKEN"))}};
  auto refused = post("/api/v1/runs", "one", body);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("sluice secret set TOKEN"));
  EXPECT_THAT(*process_->runs.list({}), IsEmpty());
  ASSERT_TRUE(process_->secrets.set("TOKEN", Secret(canary), "ann"));
  auto started = post("/api/v1/runs", "two", body);
  EXPECT_EQ(started.status, 201) << started.body;
}

}  // namespace
}  // namespace sluice::server
