#include "server/tokens.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/strings.hpp"
#include "server/token_text.hpp"

namespace sluice::server {
namespace {

constexpr char token_kind[] = "token";
constexpr char setup_kind[] = "setup";
constexpr char setup_id[] = "login";
constexpr std::size_t id_letters = 12;  // of a hash in hex
constexpr std::size_t longest_name = 100;
constexpr std::size_t most_known = 1000;
constexpr std::size_t most_tokens = 10'000;
constexpr Duration shortest_life = std::chrono::minutes(1);
constexpr Duration longest_life = std::chrono::days(366);
constexpr Duration setup_life = std::chrono::minutes(60);
/// Servers of one store that start within this time offer one between them.
constexpr Duration setup_turn = std::chrono::minutes(1);
constexpr Duration shown_after_expiry = std::chrono::days(30);
constexpr Duration use_is_noted = std::chrono::minutes(1);
constexpr int most_tries = 5;

std::string id_of(std::string const& hash) { return hash.substr(0, id_letters); }

Error unknown_token() {
  return {ErrorCode::denied, "this token is not known here",
          "It may have been revoked, or belong to another server."};
}

}  // namespace

/// The name is shown, logged and written into journals.
Result<void> Tokens::check_request(TokenRequest const& request) {
  std::string const& name = request.name;
  bool plain = !name.empty() && name.size() <= longest_name && is_valid_utf8(name) &&
               printable(name) == name && trim(name) == name && !name.contains('\n') &&
               !name.contains('\t');
  if (!plain)
    return fail(ErrorCode::invalid_input, "'" + printable(name) + "' is no name for a token",
                "Name who or what uses it, in at most 100 bytes, for example alice or ci-shop.");
  if (request.roles.empty())
    return fail(ErrorCode::invalid_input, "a token needs a role",
                "The roles are viewer, operator, approver, maintainer and admin.");
  if (request.lifetime < shortest_life || request.lifetime > longest_life)
    return fail(ErrorCode::invalid_input, "a token is valid for a minute at least, a year at most",
                "For example 90d or 8h.");
  return {};
}

json::Value to_json(Token const& token) {
  json::Value roles = json::Array{};
  for (Role role : token.roles) roles.push(std::string(name_of(role)));
  json::Value out{{"id", token.id},
                  {"name", token.name},
                  {"roles", roles},
                  {"by", token.by},
                  {"created", rfc3339(token.created)},
                  {"expires", rfc3339(token.expires)}};
  if (token.last_used) out.set("last_used", rfc3339(*token.last_used));
  if (token.access_key) out.set("access_key", true);
  return out;
}

Result<Token> token_of(json::Value const& value) {
  Token token;
  token.id = value["id"].as_string();
  token.name = value["name"].as_string();
  token.by = value["by"].as_string();
  token.access_key = value["access_key"].as_bool();
  for (auto const& name : value["roles"].items()) {
    auto role = role_of(name.as_string());
    if (!role) return std::unexpected(role.error());
    token.roles.insert(*role);
  }
  auto created = parse_rfc3339(value["created"].as_string());
  if (!created) return fail(created.error(), "read a token");
  auto expires = parse_rfc3339(value["expires"].as_string());
  if (!expires) return fail(expires.error(), "read a token");
  token.created = *created;
  token.expires = *expires;
  if (value["last_used"].is_null()) return token;
  auto used = parse_rfc3339(value["last_used"].as_string());
  if (!used) return fail(used.error(), "read a token");
  token.last_used = *used;
  return token;
}

Tokens::Tokens(WithStore with_store, Clock& clock, Random& random, Options options)
    : with_store_(std::move(with_store)),
      clock_(clock),
      random_(random),
      options_(std::move(options)) {}

Result<NewToken> Tokens::create(TokenRequest const& request) {
  if (auto fine = check_request(request); !fine) return std::unexpected(fine.error());
  auto key = pepper();
  if (!key) return std::unexpected(key.error());
  Secret text = make_token(TokenKind::api, random_);
  std::string const hash = token_hash(*key, text.open());
  Time const now = clock_.now();
  Token token{id_of(hash), request.name,           request.roles, request.by,
              now,         now + request.lifetime, std::nullopt,  false};
  json::Value body = to_json(token);
  body.set("hash", hash);
  if (auto kept = keep(token, std::move(body)); !kept) return std::unexpected(kept.error());
  return NewToken{std::move(token), std::move(text)};
}

Result<Token> Tokens::create_access_key(TokenRequest const& request, std::string const& id,
                                        json::Object const& sealed) {
  if (auto fine = check_request(request); !fine) return std::unexpected(fine.error());
  Time const now = clock_.now();
  Token token{id, request.name, request.roles, request.by, now, now + request.lifetime, {}, true};
  json::Value body = to_json(token);
  for (auto const& [name, value] : sealed) body.set(name, value);
  if (auto kept = keep(token, std::move(body)); !kept) return std::unexpected(kept.error());
  return token;
}

Result<void> Tokens::keep(Token const& token, json::Value body) {
  store::Record const record{token_kind, token.id, std::move(body), 0,
                             token.expires + shown_after_expiry};
  auto put = in_store([&](store::Store& store) -> Result<std::int64_t> {
    auto all = store.records(token_kind);
    if (!all) return std::unexpected(all.error());
    if (all->size() >= most_tokens)
      return fail(ErrorCode::conflict, "there are 10,000 tokens already", "Revoke some first.");
    return store.put_record(record);
  });
  if (!put) return fail(put.error(), "keep the token");
  return {};
}

Result<std::vector<Token>> Tokens::list() {
  auto records = in_store([](store::Store& store) { return store.records(token_kind); });
  if (!records) return std::unexpected(records.error());
  std::vector<Token> tokens;
  for (auto const& record : *records) {
    auto token = token_of(record.body);
    if (!token) return std::unexpected(token.error());
    tokens.push_back(std::move(*token));
  }
  std::ranges::sort(
      tokens, {}, [](Token const& token) { return std::tie(token.name, token.created, token.id); });
  return tokens;
}

Result<Token> Tokens::revoke(std::string const& id_or_name) {
  auto all = list();
  if (!all) return std::unexpected(all.error());
  auto is_it = [&](Token const& token) { return token.id == id_or_name; };
  auto found = std::ranges::find_if(*all, is_it);
  if (found == all->end()) {
    auto has_name = [&](Token const& token) { return token.name == id_or_name; };
    found = std::ranges::find_if(*all, has_name);
    if (std::ranges::count_if(*all, has_name) > 1)
      return fail(ErrorCode::conflict,
                  "several tokens have the name '" + printable(id_or_name) + "'",
                  "Name one by its id: sluice token list shows them.");
  }
  if (found == all->end())
    return fail(ErrorCode::not_found, "there is no token '" + printable(id_or_name) + "'",
                "sluice token list shows them.");
  Token token = *found;
  // Its last use may be noted in between, which gives the record another version.
  for (int tries = 1;; ++tries) {
    auto removed = in_store([&](store::Store& store) -> Result<void> {
      auto record = store.record(token_kind, token.id);
      if (!record) return std::unexpected(record.error());
      if (!*record) return {};
      return store.remove_record(token_kind, token.id, (*record)->version);
    });
    forget(token.id);
    if (removed) return token;
    if (removed.error().code != ErrorCode::conflict || tries == most_tries)
      return fail(removed.error(), "revoke the token");
  }
}

Result<Token> Tokens::check(std::string_view text) {
  if (!is_token_text(TokenKind::api, text))
    return fail(ErrorCode::denied, "this is no token of a Sluice server",
                "A token begins with sluice_api_ and was shown when it was made.");
  auto key = pepper();
  if (!key) return std::unexpected(key.error());
  std::string const hash = token_hash(*key, text);
  auto record = find(id_of(hash));
  if (!record) return std::unexpected(record.error());
  // The id is a part of the hash: only the whole of it says that the text is the right one.
  bool same = *record && Secret((*record)->body["hash"].as_string()).equals(hash);
  if (!same) return std::unexpected(unknown_token());
  auto token = token_of((*record)->body);
  if (!token) return token;
  Time const now = clock_.now();
  if (now >= token->expires)
    return fail(ErrorCode::denied, "this token expired on " + rfc3339(token->expires),
                "An administrator can make another: sluice token create.");
  bool noted = token->last_used && now - *token->last_used < use_is_noted;
  if (!noted) note_use(std::move(**record));
  return token;
}

Result<std::optional<Tokens::AccessKey>> Tokens::access_key(std::string const& id, bool fresh) {
  if (fresh) forget(id);
  auto record = find(id);
  if (!record) return std::unexpected(record.error());
  if (!*record || !(*record)->body["access_key"].as_bool()) return std::nullopt;
  auto token = token_of((*record)->body);
  if (!token) return std::unexpected(token.error());
  return AccessKey{std::move(*token), std::move(**record)};
}

void Tokens::used(AccessKey const& key) {
  auto const& last = key.token.last_used;
  if (!last || clock_.now() - *last >= use_is_noted) note_use(key.record);
}

Result<std::optional<store::Record>> Tokens::find(std::string const& id) {
  Duration const now = clock_.monotonic();
  {
    std::lock_guard lock(mutex_);
    auto known = known_.find(id);
    if (known != known_.end() && now - known->second.read < options_.trust)
      return known->second.record;
  }
  auto record = in_store([&](store::Store& store) { return store.record(token_kind, id); });
  if (!record) return record;
  std::lock_guard lock(mutex_);
  known_.erase(id);
  if (known_.size() >= most_known) known_.clear();
  if (*record) known_.emplace(id, Known{**record, now});
  return record;
}

/// A write that is lost or that another one was before costs nothing but the note.
void Tokens::note_use(store::Record record) {
  record.body.set("last_used", rfc3339(clock_.now()));
  auto put = in_store([&](store::Store& store) { return store.put_record(record); });
  if (!put) return forget(record.id);
  record.version = *put;
  std::lock_guard lock(mutex_);
  if (auto known = known_.find(record.id); known != known_.end()) known->second.record = record;
}

void Tokens::forget(std::string const& id) {
  std::lock_guard lock(mutex_);
  known_.erase(id);
}

Result<std::optional<Secret>> Tokens::offer_setup() {
  auto all = list();
  if (!all) return std::unexpected(all.error());
  Time const now = clock_.now();
  auto lets_in = [&](Token const& token) { return token.expires > now && !token.access_key; };
  if (std::ranges::any_of(*all, lets_in)) return std::nullopt;
  auto key = pepper();
  if (!key) return std::unexpected(key.error());
  Secret text = make_token(TokenKind::setup, random_);
  json::Value const body{{"hash", token_hash(*key, text.open())}};
  bool const shared = options_.pepper_file.empty();
  auto offered = in_store([&](store::Store& store) -> Result<bool> {
    auto former = store.record(setup_kind, setup_id);
    if (!former) return std::unexpected(former.error());
    bool const fresh = *former && *(*former)->expires > now + setup_life - setup_turn;
    if (shared && fresh) return false;
    std::int64_t const version = *former ? (*former)->version : 0;
    auto put = store.put_record({setup_kind, setup_id, body, version, now + setup_life});
    if (!put && put.error().code == ErrorCode::conflict) return false;
    if (!put) return std::unexpected(put.error());
    return true;
  });
  if (!offered) return fail(offered.error(), "make a set-up token");
  return *offered ? std::optional(std::move(text)) : std::nullopt;
}

Result<NewToken> Tokens::redeem_setup(std::string_view text, std::string const& name) {
  auto refused = fail(ErrorCode::denied, "this is not the set-up token in force",
                      "It is valid once and for 60 minutes; the server prints another one when it "
                      "starts without any token.");
  TokenRequest request;
  request.name = name;
  request.roles = {Role::admin};
  request.by = "set-up token";
  if (auto fine = check_request(request); !fine) return std::unexpected(fine.error());
  if (!is_token_text(TokenKind::setup, text)) return refused;
  auto key = pepper();
  if (!key) return std::unexpected(key.error());
  std::string const hash = token_hash(*key, text);
  auto taken = in_store([&](store::Store& store) -> Result<bool> {
    auto record = store.record(setup_kind, setup_id);
    if (!record) return std::unexpected(record.error());
    if (!*record || !Secret((*record)->body["hash"].as_string()).equals(hash)) return false;
    // Of two that come at once, one removes it.
    auto removed = store.remove_record(setup_kind, setup_id, (*record)->version);
    if (removed) return true;
    if (removed.error().code == ErrorCode::conflict) return false;
    return std::unexpected(removed.error());
  });
  if (!taken) return std::unexpected(taken.error());
  if (!*taken) return refused;
  return create(request);
}

}  // namespace sluice::server
