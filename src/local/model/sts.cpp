#include "local/model/sts.hpp"

#include <algorithm>
#include <optional>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace sluice::local {
namespace {

struct RoleName {
  std::string partition, account, name;
};

/// arn:PARTITION:iam::ACCOUNT:role[/PATH]/NAME
std::optional<RoleName> parse_role(std::string_view arn) {
  auto parts = split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "iam" || !parts[3].empty()) return {};
  if (!parts[1].starts_with("aws") || !is_account_id(parts[4])) return {};
  if (!parts[5].starts_with("role/")) return {};
  auto name = parts[5].substr(parts[5].rfind('/') + 1);
  if (name.empty() || name.size() > 64) return {};
  return RoleName{parts[1], parts[4], name};
}

bool consists_of(std::string_view text, std::string_view signs) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           signs.find(c) != std::string_view::npos;
  });
}

std::string draw(Random& random, std::string_view letters, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += letters[random.below(letters.size())];
  return text;
}

constexpr std::string_view id_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view secret_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::unexpected<Fault> invalid(std::string message) {
  return refuse(400, "ValidationError", std::move(message));
}

Outcome<void> check(AssumeRole const& request) {
  auto const& session = request.session_name;
  if (session.size() < 2 || session.size() > 64 || !consists_of(session, "+=,.@-"))
    return invalid("1 validation error detected: Value '" + session +
                   "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy "
                   "regular expression pattern: [\\w+=,.@-]{2,64}");
  if (request.duration_seconds < 900 || request.duration_seconds > 43200)
    return invalid("1 validation error detected: Value '" +
                   std::to_string(request.duration_seconds) +
                   "' at 'durationSeconds' failed to satisfy constraint: Member must have value "
                   "between 900 and 43200");
  auto const& external = request.external_id;
  bool const fits = external.size() >= 2 && external.size() <= 1224;
  if (!external.empty() && (!fits || !consists_of(external, "+=,.@:/-")))
    return invalid(
        "1 validation error detected: Value at 'externalId' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: "
        "[\\w+=,.@:\\/-]{2,1224}");
  return {};
}

Outcome<AccessKey> issue(Principal principal, Duration lifetime, KeyRing& ring, Random& random,
                         Time now) {
  AccessKey key;
  key.id = "ASIA" + draw(random, id_letters, 16);
  key.secret = draw(random, secret_letters, 40);
  key.session_token = "local" + draw(random, secret_letters, 120);
  key.expires = now + lifetime;
  key.principal = std::move(principal);
  if (!ring.add(key, now))
    return refuse(400, "Throttling",
                  "the local endpoint holds its limit of " + std::to_string(KeyRing::max_keys) +
                      " temporary credentials; wait until some have expired");
  return key;
}

}  // namespace

Outcome<void> Sts::declare(RoleTrust role) {
  if (!parse_role(role.arn)) return invalid(role.arn + " is no role ARN");
  if (roles_.size() >= max_roles && !roles_.contains(role.arn))
    return invalid("no more than " + std::to_string(max_roles) + " roles can be declared");
  auto arn = role.arn;
  roles_.insert_or_assign(std::move(arn), std::move(role));
  return {};
}

Outcome<AssumedRole> Sts::assume(AssumeRole const& request, Principal const& caller, KeyRing& ring,
                                 Random& random, Time now) const {
  auto const role = parse_role(request.role_arn);
  if (!role) return invalid(request.role_arn + " is invalid");
  if (auto fine = check(request); !fine) return std::unexpected(fine.error());

  int longest = 43200;
  if (auto declared = roles_.find(request.role_arn); declared != roles_.end()) {
    auto const& trust = declared->second;
    if (!trust.external_id.empty() && trust.external_id != request.external_id)
      return refuse(403, "AccessDenied",
                    "User: " + caller.arn +
                        " is not authorized to perform: sts:AssumeRole on "
                        "resource: " +
                        request.role_arn);
    longest = trust.max_duration_seconds;
  }
  if (request.duration_seconds > longest)
    return invalid(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this "
        "role.");
  // A session that assumes a further role is limited to one hour ("role chaining").
  if (caller.arn.find(":assumed-role/") != std::string::npos && request.duration_seconds > 3600)
    return invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles "
        "assumed by role chaining");

  Principal principal;
  principal.account = role->account;
  principal.arn = "arn:" + role->partition + ":sts::" + role->account + ":assumed-role/" +
                  role->name + "/" + request.session_name;
  principal.user_id =
      "AROA" + hex(sha256(request.role_arn)).substr(0, 16) + ":" + request.session_name;
  for (char& c : principal.user_id) {
    if (c == ':') break;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  auto key = issue(principal, std::chrono::seconds(request.duration_seconds), ring, random, now);
  if (!key) return std::unexpected(key.error());
  return AssumedRole{std::move(*key), request.role_arn};
}

Outcome<AccessKey> Sts::function_key(std::string const& account, KeyRing& ring, Random& random,
                                     Time now) {
  Principal const principal{account,
                            "arn:aws:sts::" + account + ":assumed-role/local-function/function",
                            "AROALOCALFUNCTION:function"};
  return issue(principal, std::chrono::hours(36), ring, random, now);
}

json::Value Sts::save() const {
  json::Value saved = json::array({});
  for (auto const& [arn, role] : roles_)
    saved.push(json::Value{{"arn", arn},
                           {"externalId", role.external_id},
                           {"maxDurationSeconds", role.max_duration_seconds}});
  return saved;
}

void Sts::load(json::Value const& saved) {
  for (auto const& item : saved.items()) {
    auto const longest = static_cast<int>(item["maxDurationSeconds"].as_int(3600));
    RoleTrust role{item["arn"].as_string(), item["externalId"].as_string(), longest};
    if (parse_role(role.arn)) roles_.insert_or_assign(item["arn"].as_string(), role);
  }
}

}  // namespace sluice::local
