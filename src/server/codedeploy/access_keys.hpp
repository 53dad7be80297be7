#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "server/secrets.hpp"
#include "server/tokens.hpp"

namespace sluice::server::codedeploy {

/// An access key that was made right now.
struct NewAccessKey {
  Token token;    ///< its id is the access key id
  Secret secret;  ///< shown once
};

/// A key that came with the server's start.
struct DeclaredKey {
  std::string id;
  Secret secret;
  Principal who;
};

/// With what a signature is checked.
struct SigningKey {
  Principal who;
  Secret secret;
  bool expired = false;
};

/// The access keys that AWS's clients sign with. They are tokens of their own form: 20 letters as
/// the id, and a secret that is kept sealed (server/secrets.hpp), for a signature can be checked
/// only by who has it. Thread-safe.
class AccessKeys {
 public:
  /// The references must outlive it. `declared` go before those of the store.
  AccessKeys(Tokens& tokens, Secrets& secrets, Random& random,
             std::vector<DeclaredKey> declared = {});

  /// As Tokens::create; besides, conflict where several servers share the store and this one was
  /// given no key for the secrets.
  Result<NewAccessKey> create(TokenRequest const& request);

  /// None: nobody's. `id` may be anything.
  Result<std::optional<SigningKey>> find(std::string const& id);
  /// Notes that a request was signed with it.
  void used(std::string const& id);

 private:
  Result<SigningKey> opened(Tokens::AccessKey const& key);

  Tokens& tokens_;
  Secrets& secrets_;
  Random& random_;
  std::map<std::string, SigningKey> declared_;
};

/// Whether it could be an access key's id: 16 to 128 letters, digits and '_' (IAM API, AccessKey).
bool is_access_key_id(std::string_view text);

}  // namespace sluice::server::codedeploy
