#include "server/codedeploy/access_keys.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace sluice::server::codedeploy {
namespace {

constexpr char token_kind[] = "token";
/// Ids that do not begin as AWS's do: a scanner for leaked keys of AWS need not see them.
constexpr std::string_view id_prefix = "SLUICE";
constexpr std::string_view id_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t id_random = 14;
constexpr std::string_view secret_letters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t secret_random = 40;

std::string drawn(Random& random, std::string_view letters, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += letters[random.below(letters.size())];
  return text;
}

}  // namespace

bool is_access_key_id(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return text.size() >= 16 && text.size() <= 128 && std::ranges::all_of(text, fits);
}

AccessKeys::AccessKeys(Tokens& tokens, Secrets& secrets, Random& random,
                       std::vector<DeclaredKey> declared)
    : tokens_(tokens), secrets_(secrets), random_(random) {
  for (auto& key : declared)
    declared_.insert_or_assign(key.id, SigningKey{std::move(key.who), std::move(key.secret)});
}

Result<NewAccessKey> AccessKeys::create(TokenRequest const& request) {
  if (auto fine = Tokens::check_request(request); !fine) return std::unexpected(fine.error());
  std::string const id = std::string(id_prefix) + drawn(random_, id_letters, id_random);
  Secret secret(drawn(random_, secret_letters, secret_random));
  auto sealed = secrets_.seal_into(token_kind, id, secret);
  if (!sealed) return fail(sealed.error(), "keep the access key");
  auto token = tokens_.create_access_key(request, id, *sealed);
  if (!token) return std::unexpected(token.error());
  // A rotation of the key in between did not see it: what it was sealed with is gone.
  if (auto opens = find(id); !opens) {
    if (auto revoked = tokens_.revoke(id); !revoked) return std::unexpected(revoked.error());
    return fail(opens.error(), "keep the access key");
  }
  return NewAccessKey{std::move(*token), std::move(secret)};
}

Result<SigningKey> AccessKeys::opened(Tokens::AccessKey const& key) {
  auto secret = secrets_.open_record(key.record);
  if (!secret) return std::unexpected(secret.error());
  return SigningKey{{key.token.name, key.token.roles}, std::move(*secret)};
}

Result<std::optional<SigningKey>> AccessKeys::find(std::string const& id) {
  if (auto declared = declared_.find(id); declared != declared_.end()) return declared->second;
  if (!is_access_key_id(id)) return std::nullopt;
  auto key = tokens_.access_key(id);
  if (!key) return std::unexpected(key.error());
  if (!*key) return std::nullopt;
  auto found = opened(**key);
  if (!found) {
    // What is remembered may have been sealed under the key before.
    key = tokens_.access_key(id, true);
    if (!key) return std::unexpected(key.error());
    if (!*key) return std::nullopt;
    found = opened(**key);
  }
  if (!found) return std::unexpected(found.error());
  found->expired = tokens_.is_over((*key)->token);
  return std::move(*found);
}

void AccessKeys::used(std::string const& id) {
  if (declared_.contains(id)) return;
  auto key = tokens_.access_key(id);
  if (key && *key) tokens_.used(**key);
}

}  // namespace sluice::server::codedeploy
