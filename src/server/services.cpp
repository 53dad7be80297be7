#include "server/services.hpp"

#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "aws/environment.hpp"
#include "aws/session.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "engine/aws_access.hpp"
#include "engine/secret_targets.hpp"
#include "engine/secrets.hpp"
#include "local/serving.hpp"
#include "server/local_endpoints.hpp"

namespace sluice::server {
namespace {

constexpr Duration aws_metric_lag = std::chrono::minutes(3);

/// Variables from the settings that were handed over; files as this process sees them, which runs
/// as the same user.
class HandedEnvironment final : public aws::Environment {
 public:
  explicit HandedEnvironment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}

  std::optional<std::string> get(std::string const& name) const override {
    auto found = variables_.find(name);
    if (found == variables_.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
  Result<std::optional<std::string>> read_file(std::string const& path) const override {
    return aws::process_environment().read_file(path);
  }
  std::string home() const override { return get("HOME").value_or(""); }

 private:
  std::map<std::string, std::string> variables_;
};

/// Remembers what was asked and answered, as one hash: who found the same has the same identity.
class FingerprintedEnvironment final : public aws::Environment {
 public:
  explicit FingerprintedEnvironment(aws::Environment const& inner) : inner_(inner) {}

  std::optional<std::string> get(std::string const& name) const override {
    auto value = inner_.get(name);
    note(name, value);
    return value;
  }
  Result<std::optional<std::string>> read_file(std::string const& path) const override {
    auto content = inner_.read_file(path);
    if (content) note(path, *content);
    return content;
  }
  std::string home() const override { return get("HOME").value_or(""); }

  void note(std::string_view what, std::optional<std::string> const& found) const {
    // Lengths keep what follows each other apart.
    seen_.update(std::to_string(what.size()) + " " + std::string(what));
    seen_.update(found ? std::to_string(found->size()) + " " + *found : "-");
  }
  /// Once.
  std::string fingerprint() const { return hex(seen_.finish()); }

 private:
  aws::Environment const& inner_;
  mutable Sha256 seen_;
};

/// Without files or profile: the local endpoint takes any key, and a developer's settings for AWS
/// must have no influence there.
std::map<std::string, std::string> local_variables(AwsSettings const& settings) {
  auto of = [&](char const* name) {
    auto found = settings.environment.find(name);
    return found == settings.environment.end() ? std::string() : found->second;
  };
  std::string region = of("AWS_REGION");
  if (region.empty()) region = of("AWS_DEFAULT_REGION");
  return {{"AWS_ACCESS_KEY_ID", "local"},
          {"AWS_SECRET_ACCESS_KEY", "local"},
          {"AWS_REGION", region.empty() ? local::default_region : region},
          {"AWS_CONFIG_FILE", "/dev/null"},
          {"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}};
}

bool is_loopback(aws::Endpoint const& endpoint) {
  return endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

/// A duration that a variable gives; `otherwise` where it is not set.
Result<Duration> duration_of(AwsSettings const& settings, std::string const& name,
                             Duration otherwise) {
  auto given = settings.environment.find(name);
  if (given == settings.environment.end() || given->second.empty()) return otherwise;
  auto read = parse_duration(given->second);
  if (!read) return fail(read.error(), "read " + name);
  return *read;
}

Result<Duration> metric_lag_of(AwsSettings const& settings, aws::Session const& session) {
  auto const& endpoints = session.caller.options().endpoints;
  auto endpoint = endpoints.find(aws::Service::cloudwatch, session.region.region);
  if (!endpoint) return std::unexpected(endpoint.error());
  Duration usual = is_loopback(*endpoint) ? Duration{} : aws_metric_lag;
  return duration_of(settings, "SLUICE_METRIC_LAG", usual);
}

Result<json::Value> world_of(AwsSettings const& settings, aws::Session const& session) {
  json::Value world{{"region", session.region.region}};
  if (settings.local_state) {
    world.set("local_state", *settings.local_state);
    return world;
  }
  auto const& endpoints = session.caller.options().endpoints;
  auto endpoint = endpoints.find(aws::Service::lambda, session.region.region);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (!endpoint->custom) return world;
  std::string url = endpoint->scheme + "://" + endpoint->authority;
  for (auto const& segment : endpoint->prefix) url += "/" + segment;
  world.set("endpoint", url);
  return world;
}

/// Targets as the run found them: in the account and Region that its journal names.
class RecordedAws final : public engine::AwsAccess {
 public:
  RecordedAws(std::unique_ptr<engine::AwsAccess> aws,
              std::map<std::string, RecordedWorld::Place> places)
      : aws_(std::move(aws)), places_(std::move(places)) {}

  Result<engine::TargetAws> open(plan::Target const& target, std::stop_token stop) override {
    auto place = places_.find(target.name);
    if (place == places_.end()) return aws_->open(target, stop);
    plan::Target pinned = target;
    if (!place->second.account.empty()) pinned.account = place->second.account;
    if (!place->second.region.empty()) pinned.region = place->second.region;
    return aws_->open(pinned, stop);
  }
  Duration metric_lag() const override { return aws_->metric_lag(); }

 private:
  std::unique_ptr<engine::AwsAccess> aws_;
  std::map<std::string, RecordedWorld::Place> places_;
};

/// Everything that `services` refers to and that belongs to one set of settings.
struct Bundle {
  std::unique_ptr<engine::AwsAccess> aws;
  std::unique_ptr<net::Client> named_urls;
  std::optional<engine::Services> services;
};

}  // namespace

struct ServicesFactory::Parts {
  Parts(Clock& the_clock, Random& the_random, store::Packages& the_packages, FactoryOptions given)
      : clock(the_clock),
        random(the_random),
        packages(the_packages),
        options(std::move(given)),
        budget(clock),
        endpoints(clock) {}

  Clock& clock;
  Random& random;
  store::Packages& packages;
  FactoryOptions options;
  aws::Budget budget;
  std::mutex mutex;
  /// By the file of certificates: nearly always one.
  struct Client {
    std::unique_ptr<net::Client> real, trusted;
    net::Client* given = nullptr;
  };
  std::map<std::string, Client> clients;  ///< under mutex
  /// By what their settings came to; those in use.
  std::map<std::string, std::weak_ptr<engine::Services>> opened;  ///< under mutex
  engine::History* history = nullptr;
  engine::SecretValues* secrets = nullptr;
  LocalEndpoints endpoints;

  net::Client& client_for(std::string const& ca_file) {
    std::lock_guard lock(mutex);
    auto& client = clients[ca_file];
    if (client.given) return *client.given;
    client.real =
        net::make_client(net::ClientOptions{.ca_file = ca_file, .user_agent = options.user_agent});
    client.given = client.real.get();
    if (options.trust) {
      client.trusted = std::make_unique<engine::TrustedClient>(*client.real, *options.trust);
      client.given = client.trusted.get();
    }
    return *client.given;
  }

  /// AWS may say back in an error what it was sent.
  std::function<void(aws::Attempt const&)> observer() const {
    if (!secrets || !options.observer) return options.observer;
    return [tell = options.observer, this](aws::Attempt attempt) {
      attempt.message = secrets->hide(std::move(attempt.message));
      tell(attempt);
    };
  }

  /// The services of that fingerprint that are in use already; else these.
  std::shared_ptr<engine::Services> shared(std::string const& fingerprint,
                                           std::shared_ptr<engine::Services> made) {
    std::lock_guard lock(mutex);
    auto& known = opened[fingerprint];
    if (auto in_use = known.lock()) return in_use;
    known = made;
    if (opened.size() > sweep_at) {
      std::erase_if(opened, [](auto const& entry) { return entry.second.expired(); });
      sweep_at = std::max(least_sweep, opened.size() * 2);
    }
    return made;
  }

  Result<OpenedServices> open(AwsSettings const& settings,
                              std::map<std::string, RecordedWorld::Place> const& places);

 private:
  static constexpr std::size_t least_sweep = 64;
  std::size_t sweep_at = least_sweep;  ///< under mutex
};

namespace {

/// What besides the variables and files decides where a run's calls go.
void note(FingerprintedEnvironment const& environment, AwsSettings const& settings,
          std::map<std::string, RecordedWorld::Place> const& places, Duration lag) {
  environment.note("profile", settings.profile);
  environment.note("region", settings.region);
  environment.note("endpoint", settings.endpoint_url);
  environment.note("local state", settings.local_state);
  environment.note("metric lag", std::to_string(lag.count()));
  for (auto name : {"SLUICE_CONNECT_TIMEOUT", "SLUICE_REQUEST_TIMEOUT"}) {
    auto given = settings.environment.find(name);
    environment.note(
        name, given == settings.environment.end() ? std::nullopt : std::optional(given->second));
  }
  for (auto const& [target, place] : places) {
    environment.note("account of " + target, place.account);
    environment.note("region of " + target, place.region);
  }
}

}  // namespace

Result<OpenedServices> ServicesFactory::Parts::open(
    AwsSettings const& settings, std::map<std::string, RecordedWorld::Place> const& places) {
  aws::SessionOptions session_options;
  session_options.region = settings.region;
  session_options.observer = observer();
  auto connect = duration_of(settings, "SLUICE_CONNECT_TIMEOUT", session_options.connect_timeout);
  if (!connect) return std::unexpected(connect.error());
  auto request = duration_of(settings, "SLUICE_REQUEST_TIMEOUT", session_options.total_timeout);
  if (!request) return std::unexpected(request.error());
  session_options.connect_timeout = *connect;
  session_options.total_timeout = *request;
  auto variables = settings.environment;
  if (settings.local_state) {
    auto url = endpoints.url_of(*settings.local_state);
    if (!url) return std::unexpected(url.error());
    session_options.endpoints.url = *url;
    variables = local_variables(settings);
  } else {
    session_options.profile = settings.profile;
    if (settings.endpoint_url) session_options.endpoints.url = *settings.endpoint_url;
  }
  HandedEnvironment handed(std::move(variables));
  FingerprintedEnvironment environment(handed);
  net::Client& client = client_for(environment.get("AWS_CA_BUNDLE").value_or(""));
  auto session =
      aws::open_session(session_options, environment, aws::Ports{client, clock, random, budget});
  if (!session) return std::unexpected(session.error());
  auto lag = metric_lag_of(settings, *session);
  if (!lag) return std::unexpected(lag.error());
  auto world = world_of(settings, *session);
  if (!world) return std::unexpected(world.error());

  auto bundle = std::make_shared<Bundle>();
  bundle->aws = std::make_unique<engine::SessionAws>(std::move(*session), *lag);
  if (!places.empty()) bundle->aws = std::make_unique<RecordedAws>(std::move(bundle->aws), places);
  if (secrets)
    bundle->aws = std::make_unique<engine::SecretTargets>(std::move(bundle->aws), *secrets);
  bundle->services.emplace(
      engine::Services{clock, random, *bundle->aws, client, packages, options.user_agent, history});
  bundle->services->secrets = secrets;
  if (options.egress) {
    bundle->named_urls = net::under_rules(client, *options.egress);
    bundle->services->named_urls = bundle->named_urls.get();
  }
  engine::Services* services = &*bundle->services;
  environment.note("url", session_options.endpoints.url);
  note(environment, settings, places, *lag);
  return OpenedServices{shared(environment.fingerprint(),
                               std::shared_ptr<engine::Services>(std::move(bundle), services)),
                        std::move(*world)};
}

ServicesFactory::ServicesFactory(Clock& clock, Random& random, store::Packages& packages,
                                 FactoryOptions options)
    : parts_(std::make_unique<Parts>(clock, random, packages, std::move(options))) {}

ServicesFactory::~ServicesFactory() = default;

Result<OpenedServices> ServicesFactory::open(AwsSettings const& settings) {
  return parts_->open(settings, {});
}

void ServicesFactory::share_budget(aws::TokenSource& tokens) { parts_->budget.share(tokens); }

void ServicesFactory::use_history(engine::History& history) { parts_->history = &history; }

void ServicesFactory::use_secrets(engine::SecretValues& secrets) { parts_->secrets = &secrets; }

engine::SecretValues* ServicesFactory::secrets() const { return parts_->secrets; }

Result<std::string> ServicesFactory::local_endpoint(std::string const& folder) {
  return parts_->endpoints.url_of(folder);
}

Result<OpenedServices> ServicesFactory::reopen(AwsSettings settings, RecordedWorld const& recorded,
                                               plan::Plan const& plan, std::stop_token stop) {
  auto const& local = recorded.world["local_state"].as_string();
  auto const& endpoint = recorded.world["endpoint"].as_string();
  if (!recorded.world["region"].as_string().empty())
    settings.region = recorded.world["region"].as_string();
  bool elsewhere = settings.endpoint_url || settings.local_state;
  if (!elsewhere && !local.empty()) settings.local_state = local;
  if (!elsewhere && !endpoint.empty()) settings.endpoint_url = endpoint;
  auto opened = parts_->open(settings, recorded.places);
  if (!opened) return opened;
  auto shown = [](json::Value const& world) {
    for (auto name : {"local_state", "endpoint"})
      if (!world[name].as_string().empty()) return world[name].as_string();
    return std::string("AWS");
  };
  if (shown(opened->world) != shown(recorded.world))
    return fail(ErrorCode::conflict,
                "the run was begun on " + shown(recorded.world) + ", but these settings lead to " +
                    shown(opened->world),
                "Resume it with the settings it was started with.");
  for (auto const& target : plan.targets) {
    auto place = recorded.places.find(target.name);
    if (place == recorded.places.end() || place->second.account.empty()) continue;
    auto reached = opened->services->aws.open(target, stop);
    if (!reached) return std::unexpected(reached.error());
  }
  return opened;
}

AwsSettings process_settings() {
  AwsSettings settings;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text(*entry);
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    std::string name(text.substr(0, equals));
    bool wanted = name.starts_with("AWS_") || lower(name).ends_with("_proxy") || name == "HOME" ||
                  name == "SLUICE_METRIC_LAG" || name == "SLUICE_CONNECT_TIMEOUT" ||
                  name == "SLUICE_REQUEST_TIMEOUT";
    if (wanted) settings.environment[name] = text.substr(equals + 1);
  }
  // Another process may use them, from another folder.
  for (auto name : {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE",
                    "AWS_WEB_IDENTITY_TOKEN_FILE"}) {
    auto found = settings.environment.find(name);
    if (found == settings.environment.end() || found->second.empty()) continue;
    if (found->second.starts_with('~')) continue;
    std::error_code failure;
    auto path = std::filesystem::absolute(found->second, failure);
    if (!failure) found->second = path.string();
  }
  return settings;
}

}  // namespace sluice::server
