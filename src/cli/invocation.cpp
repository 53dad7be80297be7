#include "cli/invocation.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/strings.hpp"
#include "cli/hint.hpp"

namespace sluice::cli {
namespace {

/// What a run's process needs of the environment to reach AWS, and nothing else.
bool selects_aws(std::string const& name) {
  static constexpr std::string_view exact[] = {"HOME",
                                               "HTTPS_PROXY",
                                               "https_proxy",
                                               "http_proxy",
                                               "ALL_PROXY",
                                               "all_proxy",
                                               "NO_PROXY",
                                               "no_proxy",
                                               "SSL_CERT_FILE",
                                               "SSL_CERT_DIR",
                                               "SLUICE_METRIC_LAG",
                                               "SLUICE_CONNECT_TIMEOUT",
                                               "SLUICE_REQUEST_TIMEOUT"};
  return name.starts_with("AWS_") || std::ranges::find(exact, name) != std::end(exact);
}

std::string user_name() {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found)
    return found->pw_name;
  return "uid " + std::to_string(::geteuid());
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

std::string absolute(std::string const& path) {
  std::error_code ignored;
  auto out = std::filesystem::absolute(path, ignored);
  return ignored ? path : out.lexically_normal().string();
}

std::optional<std::string> not_empty(std::optional<std::string> text) {
  return text && !text->empty() ? text : std::nullopt;
}

/// A project may say where its journal lies, but not bring one along: runs in it would be resumed
/// with this user's credentials. What Sluice makes is closed to others, what a checkout makes is
/// not.
Result<std::string> journal_of_project(std::string const& folder, std::string const& place) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return folder;
  return fail(
      ErrorCode::invalid_input,
      "'" + folder + "', where " + place + " puts the journal, is open to other users",
      "Sluice makes such a folder with mode 0700; a journal that came with a project is not "
      "used. If it is yours: chmod 700 " +
          folder);
}

/// Options of the AWS chain: typed they are stronger than its variables, from a file weaker.
void hand_on(Parsed const& line, std::string_view option, std::optional<std::string>& typed,
             std::string const& variable, std::map<std::string, std::string>& environment) {
  auto value = not_empty(line.maybe(option));
  if (!value) return;
  if (line.typed(option))
    typed = *value;
  else
    environment[variable] = *value;
}

}  // namespace

std::string Invocation::variable(std::string const& name) const {
  auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string Invocation::requester() const { return user_name() + "@" + host_name(); }

Result<std::string> Invocation::state_folder() const {
  auto const origin = line.origins.find("state");
  bool of_project = origin != line.origins.end() && origin->second.kind == Origin::Kind::project;
  if (auto given = not_empty(line.maybe("state")))
    return of_project ? journal_of_project(*given, origin->second.text) : absolute(*given);
  if (!line.usual_state.empty()) return absolute(line.usual_state);
  if (auto given = variable("SLUICE_STATE"); !given.empty()) return absolute(given);
  // XDG base directories: a relative path is invalid and to be ignored.
  if (auto xdg = variable("XDG_STATE_HOME"); xdg.starts_with('/')) return xdg + "/sluice";
  if (auto home = variable("HOME"); !home.empty()) return home + "/.local/state/sluice";
  return fail(ErrorCode::invalid_input,
              "it is not known where to keep the journal: HOME is not set",
              "Give a folder with --state DIR or SLUICE_STATE.");
}

Result<std::optional<std::string>> Invocation::local_folder() const {
  // Typed it means --local; a usual place for the folder does not.
  if (!line.has("local") && !line.typed("local-state")) return std::nullopt;
  if (auto given = not_empty(line.maybe("local-state"))) return absolute(*given);
  if (!line.has("local")) return std::nullopt;
  auto state = state_folder();
  if (!state) return std::unexpected(state.error());
  return *state + "/local";
}

Result<server::AwsSettings> Invocation::aws_settings() const {
  server::AwsSettings settings;
  if (server) return settings;
  for (auto const& [name, value] : environment)
    if (selects_aws(name)) settings.environment[name] = value;
  for (auto [flag, variable] : {std::pair{"connect-timeout", "SLUICE_CONNECT_TIMEOUT"},
                                std::pair{"request-timeout", "SLUICE_REQUEST_TIMEOUT"},
                                std::pair{"metric-lag", "SLUICE_METRIC_LAG"}}) {
    auto given = duration_option(line, flag);
    if (!given) return std::unexpected(given.error());
    if (*given) settings.environment[variable] = std::to_string((*given)->count()) + "ms";
  }
  hand_on(line, "profile", settings.profile, "AWS_PROFILE", settings.environment);
  hand_on(line, "region", settings.region, "AWS_REGION", settings.environment);
  hand_on(line, "endpoint-url", settings.endpoint_url, "AWS_ENDPOINT_URL", settings.environment);
  auto local = local_folder();
  if (!local) return std::unexpected(local.error());
  settings.local_state = *local;
  if (settings.local_state && settings.endpoint_url)
    return fail(ErrorCode::invalid_input, "--local and --endpoint-url exclude each other",
                "Leave out one of them.");
  return settings;
}

void Invocation::warn(std::string_view text) {
  say(terminal.err_style().yellow("warning:") + " " + printable(text));
}

int Invocation::refuse(Error const& error) {
  Style style = terminal.err_style();
  std::string text = style.red("error:") + " " + printable(error.message) + "\n";
  if (!error.hint.empty()) text += "  " + printable(runnable(line, error.hint)) + "\n";
  terminal.err(text);
  return exit_for(error);
}

std::string Invocation::hint(std::string const& words) const { return command_hint(line, words); }

int Invocation::refuse_usage(std::string const& message, std::string const& hint) {
  refuse(Error{ErrorCode::invalid_input, message, hint});
  return exit_usage;
}

std::optional<std::string> Invocation::ask(std::string_view question) {
  if (!terminal.traits.may_ask) return std::nullopt;
  terminal.err(question);
  return terminal.read_line();
}

void take_region(server::AwsSettings& settings, plan::Plan const& plan) {
  bool named = settings.region || settings.environment.contains("AWS_REGION") ||
               settings.environment.contains("AWS_DEFAULT_REGION");
  bool all = !plan.targets.empty() && std::ranges::none_of(plan.targets, [](auto const& target) {
    return target.region.empty();
  });
  if (!named && all) settings.region = plan.targets.front().region;
}

void take_world(server::AwsSettings& settings, json::Value const& world) {
  auto const& local = world["local_state"].as_string();
  auto const& endpoint = world["endpoint"].as_string();
  if (!settings.local_state && !settings.endpoint_url) {
    if (!local.empty())
      settings.local_state = local;
    else if (!endpoint.empty())
      settings.endpoint_url = endpoint;
  }
  if (auto const& region = world["region"].as_string(); !settings.region && !region.empty())
    settings.region = region;
}

Result<std::optional<Duration>> duration_option(Parsed const& line, std::string_view option) {
  auto text = line.maybe(option);
  if (!text) return std::nullopt;
  auto duration = *text == "0" ? Result<Duration>(Duration{}) : parse_duration(*text);
  if (!duration) return fail(duration.error(), line.place_of(option));
  return *duration;
}

}  // namespace sluice::cli
