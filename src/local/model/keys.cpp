#include "local/model/keys.hpp"

#include <algorithm>

namespace sluice::local {

bool is_account_id(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool KeyRing::add(AccessKey key, Time now) {
  if (keys_.size() >= max_keys) remove_expired(now);
  if (keys_.size() >= max_keys && !keys_.contains(key.id)) return false;
  auto id = key.id;
  keys_.insert_or_assign(std::move(id), std::move(key));
  return true;
}

AccessKey const* KeyRing::find(std::string_view id) const {
  auto at = keys_.find(id);
  return at == keys_.end() ? nullptr : &at->second;
}

Principal KeyRing::undeclared(std::string_view id) {
  Principal principal = declared(default_account);
  principal.user_id = "AIDA" + std::string(id.substr(0, 60));
  return principal;
}

Principal KeyRing::declared(std::string_view account) {
  auto const name = std::string(account);
  return {name, "arn:aws:iam::" + name + ":user/local", "AIDALOCAL" + name};
}

void KeyRing::remove_expired(Time now) {
  std::erase_if(keys_, [&](auto const& entry) {
    return entry.second.expires && *entry.second.expires <= now;
  });
}

json::Value KeyRing::save() const {
  json::Value saved = json::array({});
  for (auto const& [id, key] : keys_) {
    if (!key.expires) continue;  // Declared keys come from the settings of each start.
    saved.push(json::Value{{"id", id},
                           {"secret", key.secret},
                           {"account", key.principal.account},
                           {"arn", key.principal.arn},
                           {"userId", key.principal.user_id},
                           {"token", key.session_token},
                           {"expires", to_millis(*key.expires)}});
  }
  return saved;
}

void KeyRing::load(json::Value const& saved) {
  for (auto const& item : saved.items()) {
    AccessKey key;
    key.id = item["id"].as_string();
    key.secret = item["secret"].as_string();
    key.principal = {item["account"].as_string(), item["arn"].as_string(),
                     item["userId"].as_string()};
    key.session_token = item["token"].as_string();
    key.expires = from_millis(item["expires"].as_int());
    if (keys_.size() < max_keys) keys_.insert_or_assign(item["id"].as_string(), std::move(key));
  }
}

Result<AccessKey> parse_key(std::string_view text) {
  auto const first = text.find(':');
  auto const last = text.rfind(':');
  if (first == std::string_view::npos || first == last || first == 0 || last == first + 1)
    return fail(ErrorCode::invalid_input, "a declared key needs three parts",
                "write it as ID:SECRET:ACCOUNT, for example dev:secret:111111111111");
  AccessKey key;
  key.id = std::string(text.substr(0, first));
  key.secret = std::string(text.substr(first + 1, last - first - 1));
  auto const account = text.substr(last + 1);
  if (!is_account_id(account))
    return fail(ErrorCode::invalid_input,
                "the account of key '" + key.id + "' is not an account number",
                "an account number has twelve digits, for example 111111111111");
  key.principal = KeyRing::declared(account);
  return key;
}

}  // namespace sluice::local
