#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/secrets.hpp"
#include "store/store.hpp"

namespace sluice::server {

/// What is told of a secret; its value is not.
struct SecretEntry {
  std::string name;
  /// Of name and value, under the key: the same value has the same one as long as the key does.
  std::string fingerprint;
  std::string by;  ///< who stored it
  Time at{};
};

/// The secrets of a store (operability M9): records of kind "secret", sealed under a key that is
/// not in the store, each with a nonce of its own and bound to its name. Thread-safe.
class Secrets final : public engine::SecretValues {
 public:
  /// Calls the function with the store, where that may be used, and returns after it.
  using WithStore = std::function<void(std::function<void(store::Store&)> const&)>;

  struct Options {
    /// Where the key lies, mode 0600.
    std::filesystem::path key_file;
    /// Whether it is this server's own file: made when it is first needed, and changed by
    /// rotate_key. Another one has to be there.
    bool own_file = true;
  };

  Secrets(WithStore with_store, Clock& clock, Random& random, Options options);
  ~Secrets() override;

  /// invalid_input: an unusable name, or a value that is too short, too long or no UTF-8.
  Result<SecretEntry> set(std::string const& name, Secret const& value, std::string const& by);
  /// By name.
  Result<std::vector<SecretEntry>> list();
  /// Also where it cannot be opened. not_found: there is none.
  Result<SecretEntry> remove(std::string const& name);
  /// A value for the record of that kind and id, which another one keeps: {"key", "nonce",
  /// "sealed"}, to be members of its body. Opens for no other record.
  Result<json::Object> seal_into(std::string const& kind, std::string const& id,
                                 Secret const& value);
  /// What `seal_into` put there.
  Result<Secret> open_record(store::Record const& record);
  /// Seals everything under a new key and forgets the old one: secrets, and what tokens hold.
  /// Interrupted, it leaves both, and the next call goes on. Answers how many there are. conflict:
  /// the file is not this server's own.
  Result<std::size_t> rotate_key();

  Result<Secret> open(std::string const& name) override;
  Result<std::string> keyed_hash(std::string_view text) override;
  std::string hide(std::string text) const override;

 private:
  struct Key;

  template <class Use>
  auto in_store(Use use) {
    using Answer = decltype(use(std::declval<store::Store&>()));
    std::optional<Answer> answer;
    with_store_([&](store::Store& store) { answer.emplace(use(store)); });
    ENSURE(answer.has_value());
    return std::move(*answer);
  }
  std::filesystem::path next_file() const;
  Result<Key> key();
  Result<Key> key_of(std::string const& id);
  json::Object sealed(Key const& key, std::string const& kind, std::string const& id,
                      Secret const& value);
  Result<void> seal_again(Key const& key, std::string const& kind, std::string const& id);
  Result<void> seal_all(Key const& key, std::string const& kind);
  void remember(std::string const& name, Secret const& value);

  WithStore const with_store_;
  Clock& clock_;
  Random& random_;
  Options const options_;
  std::mutex writing_;  ///< whoever seals; taken before mutex_
  mutable std::mutex mutex_;
  /// What was opened here, in every form it is written in, by name: what texts are searched for.
  /// Under mutex_; bounded.
  std::map<std::string, std::vector<Secret>> seen_;
};

/// {"name", "fingerprint", "by", "at"}.
json::Value to_json(SecretEntry const& entry);
Result<SecretEntry> secret_entry(json::Value const& value);

}  // namespace sluice::server
