#include "aws/session.hpp"

#include <charconv>

#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr int most_attempts = 20;

struct Setting {
  std::string value, from;
};

std::optional<Setting> find_setting(Environment const& environment, std::string const& variable,
                                    Section const* profile, std::string const& key) {
  if (auto value = environment.get(variable)) return Setting{*value, variable};
  if (profile)
    if (auto value = profile->get(key)) return Setting{*value, "the profile's " + key};
  return std::nullopt;
}

Result<RetryOptions> read_retry(Environment const& environment, Section const* profile) {
  RetryOptions out;
  if (auto mode = find_setting(environment, "AWS_RETRY_MODE", profile, "retry_mode")) {
    if (mode->value == "legacy")
      out.mode = RetryMode::legacy;
    else if (mode->value != "standard" && mode->value != "adaptive")
      return fail(ErrorCode::invalid_input,
                  "'" + printable(mode->value) + "' from " + mode->from + " is no retry mode",
                  "Use standard, adaptive or legacy.");
  }
  if (auto most = find_setting(environment, "AWS_MAX_ATTEMPTS", profile, "max_attempts")) {
    std::string const& text = most->value;
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out.max_attempts);
    bool whole = problem == std::errc() && end == text.data() + text.size();
    if (!whole || out.max_attempts < 1 || out.max_attempts > most_attempts)
      return fail(ErrorCode::invalid_input,
                  "'" + printable(text) + "' from " + most->from + " is no number of attempts",
                  "Use 1 to " + std::to_string(most_attempts) + ".");
  }
  return out;
}

bool wants_path_style(Section const* profile) {
  if (!profile) return false;
  auto s3 = profile->nested.find("s3");
  if (s3 == profile->nested.end()) return false;
  auto style = s3->second.find("addressing_style");
  return style != s3->second.end() && style->second == "path";
}

}  // namespace

Result<Session> open_session(SessionOptions const& options, Environment const& environment,
                             Ports ports) {
  auto profiles = Profiles::read(environment);
  if (!profiles) return std::unexpected(profiles.error());
  ProfileChoice profile = choose_profile(options.profile, environment);
  Section const* section = profiles->find(profile.name);
  auto region = choose_region(options.region, environment, profile.name, section);
  if (!region) return std::unexpected(region.error());

  CallerOptions caller;
  auto endpoints = Endpoints::read(options.endpoints, environment, *profiles, section);
  if (!endpoints) return std::unexpected(endpoints.error());
  caller.endpoints = std::move(*endpoints);
  auto retry = read_retry(environment, section);
  if (!retry) return std::unexpected(retry.error());
  caller.retry = *retry;
  caller.connect_timeout = options.connect_timeout;
  caller.total_timeout = options.total_timeout;
  caller.s3_path_style = wants_path_style(section);
  caller.observer = options.observer;

  auto provider =
      choose_credentials(profile, environment, *profiles, ports, caller, region->region);
  if (!provider) return std::unexpected(provider.error());
  std::string from = (*provider)->description();
  return Session{Caller(ports, std::move(*provider), std::move(caller)), std::move(*region),
                 std::move(profile), std::move(from)};
}

}  // namespace sluice::aws
