#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "server/access.hpp"
#include "store/store.hpp"

namespace sluice::server {

/// What is known of an API token; its text is not.
struct Token {
  std::string id;
  std::string name;  ///< of whoever uses it: the requester of runs and the giver of answers
  std::set<Role> roles;
  std::string by;  ///< who made it
  Time created{};
  Time expires{};
  std::optional<Time> last_used;  ///< to the minute
  bool access_key = false;        ///< one that signs requests; `id` is then its access key id
};

struct NewToken {
  Token token;
  Secret text;  ///< shown once, kept nowhere
};

struct TokenRequest {
  std::string name;
  std::set<Role> roles;
  Duration lifetime = std::chrono::days(90);
  std::string by;
};

/// The API tokens of a store (operability M1, M3), as records of kind "token" under a hash with the
/// server's pepper. Thread-safe.
class Tokens {
 public:
  /// Calls the function with the store, where that may be used, and returns after it.
  using WithStore = std::function<void(std::function<void(store::Store&)> const&)>;

  struct Options {
    /// Where the pepper lies, mode 0600, made when it is first needed. Empty: in the store, which
    /// several servers share.
    std::filesystem::path pepper_file;
    /// For how long what was read of a token is believed: a token that another server revoked works
    /// on for so long.
    Duration trust = std::chrono::seconds(3);
  };

  Tokens(WithStore with_store, Clock& clock, Random& random, Options options);

  /// invalid_input: no name, no role, or a lifetime outside a minute to a year.
  Result<NewToken> create(TokenRequest const& request);
  /// A token that is no text but an access key: `sealed` holds its secret, to be opened again
  /// (Secrets::seal_into). It is listed, expires and is revoked as every other one.
  Result<Token> create_access_key(TokenRequest const& request, std::string const& id,
                                  json::Object const& sealed);
  /// invalid_input, as `create` says it.
  static Result<void> check_request(TokenRequest const& request);
  /// By name, then the oldest first. Those that have expired are there for another 30 days.
  Result<std::vector<Token>> list();
  /// By id, or by a name that only one token has.
  Result<Token> revoke(std::string const& id_or_name);

  /// Whose token that text is, and notes its use. denied: nobody's, or it has expired.
  Result<Token> check(std::string_view text);

  struct AccessKey {
    Token token;
    store::Record record;  ///< with what was sealed
  };
  /// The access key of that id; none: there is none. One that has expired is answered for as long
  /// as it is listed. `fresh`: what was read of late is not believed.
  Result<std::optional<AccessKey>> access_key(std::string const& id, bool fresh = false);
  /// Notes that a request was signed with it.
  void used(AccessKey const& key);
  /// Whether it has expired.
  bool is_over(Token const& token) const { return clock_.now() >= token.expires; }

  /// A text to log in with the first time, once and within the hour; none where a token is in force
  /// already. An earlier one is void from then on; where several servers share the store, one that
  /// another server has offered within the last minute stays, and there is none.
  Result<std::optional<Secret>> offer_setup();
  /// An administrator's token for it. denied: it is not the one in force.
  Result<NewToken> redeem_setup(std::string_view text, std::string const& name);

 private:
  struct Known {
    store::Record record;
    Duration read{};
  };

  template <class Use>
  auto in_store(Use use) {
    using Answer = decltype(use(std::declval<store::Store&>()));
    std::optional<Answer> answer;
    with_store_([&](store::Store& store) { answer.emplace(use(store)); });
    ENSURE(answer.has_value());
    return std::move(*answer);
  }
  Result<void> keep(Token const& token, json::Value body);
  Result<std::string> pepper();
  Result<std::string> pepper_in_file() const;
  Result<std::string> pepper_in_store();
  Result<std::optional<store::Record>> find(std::string const& id);
  void note_use(store::Record record);
  void forget(std::string const& id);

  WithStore const with_store_;
  Clock& clock_;
  Random& random_;
  Options const options_;
  std::mutex mutex_;
  std::string pepper_;                  ///< under mutex_; empty: not read yet
  std::map<std::string, Known> known_;  ///< under mutex_, by id; bounded
};

/// {"id", "name", "roles", "by", "created", "expires", "last_used"}.
json::Value to_json(Token const& token);
Result<Token> token_of(json::Value const& value);

}  // namespace sluice::server
