#include "server/secrets.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/seal.hpp"
#include "base/strings.hpp"
#include "plan/secrets.hpp"
#include "server/key_file.hpp"
#include "server/token_text.hpp"

namespace sluice::server {
namespace {

constexpr char secret_kind[] = "secret";
constexpr char access_key_kind[] = "token";  // some hold the secret of an access key
constexpr std::size_t most_secrets = 1000;
constexpr std::size_t shortest_value = 4;  // what is shorter could not be told from other text
constexpr std::size_t longest_value = 32 << 10;
constexpr std::size_t fingerprint_letters = 16;
constexpr std::size_t id_letters = 12;
constexpr int most_tries = 5;
constexpr char without_key[] =
    "The secrets of this journal cannot be opened without it. Restore it, or delete it and store "
    "every secret again: sluice secret set NAME.";

std::string raw_of(std::string_view hexadecimal) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    out += static_cast<char>(digit(hexadecimal[i]) * 16 + digit(hexadecimal[i + 1]));
  return out;
}

/// A sealed value belongs to this name in this kind of record.
std::string about(std::string const& kind, std::string const& id) {
  return "sluice " + kind + " 1\n" + id;
}

Error unknown_secret(std::string const& name) {
  return {ErrorCode::not_found, "there is no secret " + printable(name),
          "Store it: sluice secret set " + printable(name)};
}

Result<void> check(std::string const& name, Secret const& value) {
  if (!plan::is_secret_name(name))
    return fail(ErrorCode::invalid_input, "'" + printable(name) + "' is no name for a secret",
                "Use letters, digits, '_', '-' and '.', at most 100, for example DEPLOY_TOKEN.");
  std::string_view const text = value.open();
  if (text.size() < shortest_value)
    return fail(ErrorCode::invalid_input, "the value of a secret has 4 bytes at least",
                "A shorter one could not be kept out of messages.");
  if (text.size() > longest_value)
    return fail(ErrorCode::invalid_input, "the value of a secret has 32 KiB at most");
  if (!is_valid_utf8(text) || text.contains('\0'))
    return fail(ErrorCode::invalid_input, "the value of a secret is text in UTF-8",
                "Encode bytes first, for example with base64.");
  return {};
}

}  // namespace

/// One key and what is derived from it: no two uses share a key.
struct Secrets::Key {
  explicit Key(std::string const& text) : root(raw_of(text)) {
    id = hex(hmac_sha256(root.open(), "id")).substr(0, id_letters);
  }
  std::string sealing() const { return hmac_sha256(root.open(), "seal"); }
  std::string hash(std::string_view what, std::string_view text) const {
    return hex(hmac_sha256(hmac_sha256(root.open(), what), text));
  }
  std::string fingerprint(std::string const& name, Secret const& value) const {
    return hash("fingerprint", name + "\n" + std::string(value.open()))
        .substr(0, fingerprint_letters);
  }

  Secret root;
  std::string id;  ///< says which key a record was sealed with, and nothing about it
};

json::Value to_json(SecretEntry const& entry) {
  return json::Value{{"name", entry.name},
                     {"fingerprint", entry.fingerprint},
                     {"by", entry.by},
                     {"at", rfc3339(entry.at)}};
}

Result<SecretEntry> secret_entry(json::Value const& value) {
  auto at = parse_rfc3339(value["at"].as_string());
  if (!at) return fail(at.error(), "read a secret");
  return SecretEntry{value["name"].as_string(), value["fingerprint"].as_string(),
                     value["by"].as_string(), *at};
}

Secrets::Secrets(WithStore with_store, Clock& clock, Random& random, Options options)
    : with_store_(std::move(with_store)),
      clock_(clock),
      random_(random),
      options_(std::move(options)) {}

Secrets::~Secrets() = default;

std::filesystem::path Secrets::next_file() const {
  std::filesystem::path next = options_.key_file;
  next += ".next";
  return next;
}

/// What is sealed from now on is sealed with this one.
Result<Secrets::Key> Secrets::key() {
  if (options_.own_file) {
    auto made = key_file(options_.key_file, random_, without_key);
    if (!made) return std::unexpected(made.error());
    return Key(*made);
  }
  auto read = read_key_file(options_.key_file, without_key);
  if (!read) return std::unexpected(read.error());
  if (!*read)
    return fail(
        ErrorCode::conflict,
        "there is no file " + options_.key_file.string() + " with the key of the secrets",
        "It holds 32 random bytes in hex: (umask 077; openssl rand -hex 32 > FILE). Servers "
        "that share a store need the same one.");
  return Key(**read);
}

/// Of two while they are changed.
Result<Secrets::Key> Secrets::key_of(std::string const& id) {
  auto current = key();
  if (!current || current->id == id) return current;
  if (options_.own_file) {
    auto next = read_key_file(next_file(), without_key);
    if (!next) return std::unexpected(next.error());
    if (*next && Key(**next).id == id) return Key(**next);
  }
  return fail(ErrorCode::corrupt,
              "it was stored under another key than the one in " + options_.key_file.string(),
              "Bring the file with that key back (--secret-key-file), or store the value again.");
}

json::Object Secrets::sealed(Key const& key, std::string const& kind, std::string const& id,
                             Secret const& value) {
  std::string const nonce = raw_of(random_hex(random_)).substr(0, seal_nonce_bytes);
  return {{"key", key.id},
          {"nonce", base64(nonce)},
          {"sealed", base64(seal(key.sealing(), nonce, about(kind, id), value.open()))}};
}

Result<json::Object> Secrets::seal_into(std::string const& kind, std::string const& id,
                                        Secret const& value) {
  std::lock_guard lock(writing_);
  auto key = this->key();
  if (!key) return std::unexpected(key.error());
  return sealed(*key, kind, id, value);
}

Result<SecretEntry> Secrets::set(std::string const& name, Secret const& value,
                                 std::string const& by) {
  if (auto fine = check(name, value); !fine) return std::unexpected(fine.error());
  std::lock_guard lock(writing_);
  auto key = this->key();
  if (!key) return std::unexpected(key.error());
  SecretEntry entry{name, key->fingerprint(name, value), by, clock_.now()};
  json::Value body = to_json(entry);
  for (auto& member : sealed(*key, secret_kind, name, value)) body.set(member.first, member.second);
  auto put = in_store([&](store::Store& store) -> Result<std::int64_t> {
    auto there = store.record(secret_kind, name);
    if (!there) return std::unexpected(there.error());
    if (!*there) {
      auto all = store.records(secret_kind);
      if (!all) return std::unexpected(all.error());
      if (all->size() >= most_secrets)
        return fail(ErrorCode::conflict, "there are 1,000 secrets already", "Remove some first.");
    }
    return store.put_record({secret_kind, name, body, *there ? (*there)->version : 0, {}});
  });
  if (!put) return fail(put.error(), "keep the secret " + name);
  remember(name, value);
  return entry;
}

Result<std::vector<SecretEntry>> Secrets::list() {
  auto records = in_store([](store::Store& store) { return store.records(secret_kind); });
  if (!records) return std::unexpected(records.error());
  std::vector<SecretEntry> all;
  for (auto const& record : *records) {
    auto entry = secret_entry(record.body);
    if (!entry) return std::unexpected(entry.error());
    all.push_back(std::move(*entry));
  }
  std::ranges::sort(all, {}, &SecretEntry::name);
  return all;
}

Result<SecretEntry> Secrets::remove(std::string const& name) {
  std::lock_guard lock(writing_);
  return in_store([&](store::Store& store) -> Result<SecretEntry> {
    auto record = store.record(secret_kind, name);
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::unexpected(unknown_secret(name));
    auto removed = store.remove_record(secret_kind, name, (*record)->version);
    if (!removed) return fail(removed.error(), "remove the secret " + name);
    return secret_entry((*record)->body);
  });
}

Result<Secret> Secrets::open_record(store::Record const& record) {
  std::string const what = "the " + record.kind + " " + printable(record.id);
  auto key = key_of(record.body["key"].as_string());
  if (!key) return fail(key.error(), "open " + what);
  auto nonce = decode_base64(record.body["nonce"].as_string());
  auto text = decode_base64(record.body["sealed"].as_string());
  std::optional<Secret> value;
  if (nonce && text) value = unseal(key->sealing(), *nonce, about(record.kind, record.id), *text);
  if (value) return std::move(*value);
  return fail(ErrorCode::corrupt, what + " is damaged",
              record.kind == secret_kind ? "Store it again: sluice secret set " + record.id
                                         : "Make another: sluice token create.");
}

Result<Secret> Secrets::open(std::string const& name) {
  auto record = in_store([&](store::Store& store) { return store.record(secret_kind, name); });
  if (!record) return fail(record.error(), "open the secret " + name);
  if (!*record) return std::unexpected(unknown_secret(name));
  auto value = open_record(**record);
  if (value) remember(name, *value);
  return value;
}

Result<std::string> Secrets::keyed_hash(std::string_view text) {
  auto key = this->key();
  if (!key) return std::unexpected(key.error());
  return key->id + ":" + key->hash("request", text);
}

Result<void> Secrets::seal_again(Key const& key, std::string const& kind, std::string const& id) {
  for (int tries = 1;; ++tries) {
    auto record = in_store([&](store::Store& store) { return store.record(kind, id); });
    if (!record) return std::unexpected(record.error());
    if (!*record || (*record)->body["key"].as_string() == key.id) return {};
    auto value = open_record(**record);
    if (!value) return std::unexpected(value.error());
    store::Record again = **record;
    for (auto& member : sealed(key, kind, id, *value)) again.body.set(member.first, member.second);
    if (kind == secret_kind) again.body.set("fingerprint", key.fingerprint(id, *value));
    auto put = in_store([&](store::Store& store) { return store.put_record(again); });
    if (put) return {};
    if (put.error().code != ErrorCode::conflict || tries == most_tries)
      return fail(put.error(), "seal the " + kind + " " + printable(id));
  }
}

/// Records of that kind which hold nothing sealed are left alone.
Result<void> Secrets::seal_all(Key const& key, std::string const& kind) {
  auto all = in_store([&](store::Store& store) { return store.records(kind); });
  if (!all) return std::unexpected(all.error());
  for (auto const& record : *all) {
    if (!record.body.contains("sealed")) continue;
    if (auto done = seal_again(key, kind, record.id); !done) return done;
  }
  return {};
}

Result<std::size_t> Secrets::rotate_key() {
  if (!options_.own_file)
    return fail(ErrorCode::conflict,
                "the key of the secrets was given with --secret-key-file, and is not changed here",
                "Start with another file and store the secrets again.");
  std::lock_guard lock(writing_);
  auto current = this->key();
  if (!current) return std::unexpected(current.error());
  // What an interrupted call left behind is gone on with, unless that was nearly done.
  auto left = read_key_file(next_file(), without_key);
  if (!left) return std::unexpected(left.error());
  std::error_code ignored;
  if (*left && Key(**left).id == current->id) std::filesystem::remove(next_file(), ignored);
  auto next = key_file(next_file(), random_, without_key);
  if (!next) return std::unexpected(next.error());
  Key const key(*next);
  auto all = list();
  if (!all) return std::unexpected(all.error());
  for (auto const* kind : {secret_kind, access_key_kind})
    if (auto done = seal_all(key, kind); !done) return std::unexpected(done.error());
  // The same name again: from here on what was sealed with the old one is lost, and there is none.
  if (auto written = write_key_file(options_.key_file, *next); !written)
    return std::unexpected(written.error());
  std::filesystem::remove(next_file(), ignored);
  return all->size();
}

}  // namespace sluice::server
