#include <algorithm>
#include <charconv>

#include "aws/assume_role.hpp"
#include "aws/session.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

/// What a profile may ask for and this version cannot do: the setting, and what to do instead.
struct Unsupported {
  std::string_view key, what, instead;
};

constexpr std::string_view use_keys =
    "Put temporary keys into AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, for "
    "example with `aws configure export-credentials --format env`.";

constexpr Unsupported unsupported_settings[] = {
    {"sso_session", "IAM Identity Center (SSO)", use_keys},
    {"sso_start_url", "IAM Identity Center (SSO)", use_keys},
    {"sso_account_id", "IAM Identity Center (SSO)", use_keys},
    {"credential_process", "credential programs", use_keys},
    {"web_identity_token_file", "web identity tokens", use_keys},
    {"login_session", "console login sessions", use_keys},
    {"mfa_serial", "asking for an MFA code", use_keys},
};

std::shared_ptr<Provider> from_environment(Environment const& environment) {
  auto id = environment.get("AWS_ACCESS_KEY_ID");
  auto secret = environment.get("AWS_SECRET_ACCESS_KEY");
  if (!id || !secret) return nullptr;
  Credentials keys;
  keys.access_key_id = *id;
  keys.secret = Secret(*secret);
  auto token = environment.get("AWS_SESSION_TOKEN");
  if (!token) token = environment.get("AWS_SECURITY_TOKEN");
  keys.session_token = Secret(token.value_or(""));
  keys.account = environment.get("AWS_ACCOUNT_ID").value_or("");
  if (auto end = environment.get("AWS_CREDENTIAL_EXPIRATION"))
    if (auto time = parse_rfc3339(*end)) keys.expiry = *time;
  return static_provider(std::move(keys), "environment variables");
}

Result<std::chrono::seconds> read_seconds(std::string const& text, std::string const& profile) {
  long long value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size())
    return fail(
        ErrorCode::invalid_input,
        "profile '" + profile + "': duration_seconds = " + printable(text) + " is not a number",
        "Set it between 900 and 43200.");
  return std::chrono::seconds(value);
}

class Chain {
 public:
  Chain(Environment const& environment, Profiles const& profiles, Ports ports,
        CallerOptions const& options, std::string const& region)
      : environment_(environment),
        profiles_(profiles),
        ports_(ports),
        options_(options),
        region_(region) {}

  Result<std::shared_ptr<Provider>> choose(ProfileChoice const& choice) {
    if (!choice.is_explicit) {
      if (auto half = check_environment_keys(); !half) return std::unexpected(half.error());
      if (auto found = from_environment(environment_)) return found;
    }
    Section const* section = profiles_.find(choice.name);
    // Web identity of the environment stands before static keys of files, as in the SDKs.
    if (!choice.is_explicit && !(section && section->get("role_arn")))
      if (auto told = environment_.get("AWS_WEB_IDENTITY_TOKEN_FILE"))
        return refuse_setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web identity tokens");
    if (section) {
      if (auto found = from_profile(choice.name); !found || *found) return found;
    } else if (choice.from != "the default") {
      return unknown_profile(choice.name, choice.from);
    }
    for (std::string name :
         {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"})
      if (environment_.get(name)) return refuse_setting(name, "container credentials");
    return nothing_found(choice);
  }

 private:
  using Found = Result<std::shared_ptr<Provider>>;

  Result<void> check_environment_keys() {
    bool id = environment_.get("AWS_ACCESS_KEY_ID").has_value();
    bool secret = environment_.get("AWS_SECRET_ACCESS_KEY").has_value();
    if (id == secret) return {};
    std::string there = id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    std::string missing = id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    return fail(ErrorCode::denied, there + " is set but " + missing + " is not",
                "Set both, or neither.");
  }

  /// Null where the profile says nothing about credentials.
  Found from_profile(std::string const& name) {
    Section const& section = *profiles_.find(name);
    for (Unsupported const& each : unsupported_settings)
      if (section.get(std::string(each.key)))
        return fail(ErrorCode::denied,
                    "profile '" + name + "' sets " + std::string(each.key) + ", but " +
                        std::string(each.what) + " is not supported by this version",
                    std::string(each.instead));
    if (section.get("role_arn")) return role(name, section);
    if (section.get("source_profile") || section.get("credential_source"))
      return fail(ErrorCode::denied,
                  "profile '" + name + "' names a source for a role but no role_arn",
                  "Add role_arn, or remove the source.");
    return static_keys(name, section);
  }

  Found static_keys(std::string const& name, Section const& section) {
    auto id = section.get("aws_access_key_id");
    auto secret = section.get("aws_secret_access_key");
    if (!id && !secret) return nullptr;
    if (!id || !secret)
      return fail(ErrorCode::denied,
                  "profile '" + name +
                      "' has only one of aws_access_key_id and "
                      "aws_secret_access_key",
                  "Set both.");
    Credentials keys;
    keys.access_key_id = *id;
    keys.secret = Secret(*secret);
    auto token = section.get("aws_session_token");
    if (!token) token = section.get("aws_security_token");
    keys.session_token = Secret(token.value_or(""));
    keys.account = section.get("aws_account_id").value_or("");
    return static_provider(std::move(keys), "profile '" + name + "'");
  }

  Found role(std::string const& name, Section const& section) {
    if (std::ranges::find(visited_, name) != visited_.end()) {
      visited_.push_back(name);
      return fail(ErrorCode::denied, "the profiles lead in a circle: " + join(visited_, " -> "),
                  "Let one source_profile end in a profile with keys.");
    }
    visited_.push_back(name);
    Found source = source_of(name, section);
    if (!source) return source;
    RoleRequest request;
    request.role_arn = *section.get("role_arn");
    request.session_name = section.get("role_session_name").value_or("");
    request.external_id = section.get("external_id").value_or("");
    if (auto text = section.get("duration_seconds")) {
      auto seconds = read_seconds(*text, name);
      if (!seconds) return std::unexpected(seconds.error());
      request.duration = *seconds;
    }
    std::string description = "profile '" + name + "' (role " + request.role_arn + ")";
    CallerOptions options = options_;
    options.account.clear();
    return assume_role_provider(Caller(ports_, *source, std::move(options)), region_,
                                std::move(request), std::move(description));
  }

  /// Who assumes the role.
  Found source_of(std::string const& name, Section const& section) {
    auto source = section.get("source_profile");
    auto kind = section.get("credential_source");
    if (source && kind)
      return fail(ErrorCode::denied,
                  "profile '" + name + "' sets both source_profile and credential_source",
                  "Keep one of them.");
    if (kind) return credential_source(name, *kind);
    if (!source)
      return fail(ErrorCode::denied,
                  "profile '" + name + "' has a role_arn but says not who assumes it",
                  "Add source_profile or credential_source = Environment.");
    Section const* next = profiles_.find(*source);
    if (!next) return unknown_profile(*source, "source_profile of profile '" + name + "'");
    // A profile may name itself: then its own keys assume the role. A second visit is a circle
    // unless it ends in keys.
    bool ends_here = *source == name || std::ranges::find(visited_, *source) != visited_.end();
    Found found = ends_here ? static_keys(*source, *next) : from_profile(*source);
    if (!found || *found) return found;
    if (ends_here) return role(*source, *next);
    return fail(ErrorCode::denied,
                "profile '" + name + "' takes its credentials from profile '" + *source +
                    "', which has none",
                "Add aws_access_key_id and aws_secret_access_key to '" + *source + "'.");
  }

  Found credential_source(std::string const& name, std::string const& kind) {
    if (kind != "Environment")
      return fail(ErrorCode::denied,
                  "profile '" + name + "' sets credential_source = " + printable(kind) +
                      ", which is not supported by this version",
                  std::string(use_keys));
    if (auto half = check_environment_keys(); !half) return std::unexpected(half.error());
    if (auto found = from_environment(environment_)) return found;
    return fail(ErrorCode::denied,
                "profile '" + name +
                    "' sets credential_source = Environment, but AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY are not set",
                "Set both.");
  }

  std::unexpected<Error> unknown_profile(std::string const& name, std::string const& from) {
    auto near = nearest(name, profiles_.names());
    return fail(ErrorCode::denied,
                "there is no profile '" + printable(name) + "' (from " + from + ") in " +
                    profiles_.places(),
                near ? "Did you mean '" + *near + "'?" : "Create it with `aws configure`.");
  }

  std::unexpected<Error> refuse_setting(std::string const& variable, std::string const& what) {
    return fail(ErrorCode::denied,
                variable + " is set, but " + what + " are not supported by this version",
                std::string(use_keys));
  }

  std::unexpected<Error> nothing_found(ProfileChoice const& choice) {
    std::string keys = choice.is_explicit ? "the environment (skipped: a profile was given)"
                                          : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not set)";
    return fail(ErrorCode::denied,
                "no AWS credentials found: looked at " + keys + " and at profile '" + choice.name +
                    "' in " + profiles_.places() +
                    "; credentials of an EC2 instance are not supported by this version",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile "
                "or AWS_PROFILE.");
  }

  Environment const& environment_;
  Profiles const& profiles_;
  Ports ports_;
  CallerOptions const& options_;
  std::string const& region_;
  std::vector<std::string> visited_;  ///< profiles whose role is being built, outermost first
};

}  // namespace

Result<std::shared_ptr<Provider>> choose_credentials(ProfileChoice const& profile,
                                                     Environment const& environment,
                                                     Profiles const& profiles, Ports ports,
                                                     CallerOptions const& options,
                                                     std::string const& region) {
  return Chain(environment, profiles, ports, options, region).choose(profile);
}

}  // namespace sluice::aws
