#include "server/host.hpp"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <latch>

#include "engine/engine.hpp"
#include "engine/shared_tokens.hpp"
#include "net/server.hpp"
#include "server/api.hpp"
#include "server/api_secrets.hpp"
#include "server/api_tokens.hpp"
#include "server/codedeploy/face.hpp"
#include "server/host_runs.hpp"
#include "server/host_store.hpp"
#include "server/lease_status.hpp"
#include "server/streams.hpp"
#include "server/take_up.hpp"
#include "store/timed.hpp"

namespace sluice::server {
namespace {

constexpr Duration linger_interval = std::chrono::milliseconds(200);
/// After as many heartbeats a client that is gone has been noticed.
constexpr int enough_pings = 3;

std::string owner_name(Random& random) {
  std::array<char, 256> name{};
  bool known = ::gethostname(name.data(), name.size() - 1) == 0;
  // The last part tells this process from an earlier one with the same number.
  return std::string(known ? name.data() : "localhost") + ":" + std::to_string(::getpid()) + ":" +
         new_uuid(random);
}

/// "0.1.0" of "sluice/0.1.0".
std::string version_of(FactoryOptions const& options) {
  return options.user_agent.substr(options.user_agent.find('/') + 1);
}

/// As the factory of this host needs them: counted, and on a shared store under its lease.
FactoryOptions factory_of(FactoryOptions options, Metrics& metrics, engine::Trust const* trust) {
  options.trust = trust;
  options.observer = [first = std::move(options.observer), &metrics](aws::Attempt const& attempt) {
    if (first) first(attempt);
    metrics.called(attempt);
  };
  return options;
}

/// Servers that share a store have one key, which nobody but the operator can bring to all of them.
Secrets::Options secret_options(HostOptions const& options) {
  bool const given = !options.secret_key_file.empty();
  return {given ? options.secret_key_file : options.state_folder / "secret-key",
          !given && !options.store};
}

}  // namespace

/// Everything, in the order in which it is made; taken apart the other way round.
struct Host::Parts {
  Parts(HostOptions given, store::Held lock, HostStore opened)
      : held(std::move(lock)),
        options(std::move(given)),
        journal{store::timed(std::move(opened.store), *options.clock,
                             [this](Duration took) { metrics.committed_in(took); }),
                std::move(opened.packages), std::move(opened.hints)},
        trust(*options.clock),
        metrics(version_of(options.services)),
        services(*options.clock, *options.random, *journal.packages,
                 factory_of(options.services, metrics, shared() ? &trust : nullptr)),
        executors(engine::standard_executors()),
        secrets(engine_store(), *options.clock, *options.random, secret_options(options)),
        engine(*journal.store, *options.clock, *options.random, executors, options.evaluators,
               engine_options()),
        call_tokens(engine),
        runs(engine, services, *journal.packages),
        streams(engine, *options.clock, {.told = [this](Duration lag) { metrics.told(lag); }}),
        tokens(engine_store(), *options.clock, *options.random,
               {.pepper_file = shared() ? "" : options.state_folder / "token-pepper"}),
        failures(*options.clock),
        access_keys(tokens, secrets, *options.random, options.codedeploy.keys),
        registry(engine_store(), *options.clock, *options.random),
        signatures(access_keys, failures, *options.clock),
        face(registry, signatures, *options.clock, options.codedeploy),
        access(same_user()),
        api(api_parts(*access, {})) {
    metrics.listen_to(engine);
    if (shared()) services.share_budget(call_tokens);
    services.use_secrets(secrets);
    complete.count_down();
  }

  ~Parts() {
    hand_over();
    // Clients first, so that nobody asks an engine that has ended.
    if (server) server->stop();
    taking_up.reset();
    streams.stop();
    engine.shutdown();
  }

  bool shared() const { return journal.hints != nullptr; }

  engine::EngineOptions engine_options() {
    engine::EngineOptions chosen{.owner = owner_name(*options.random)};
    if (!shared()) return chosen;
    engine::NodeOptions node;
    node.name = chosen.owner;
    // The engine begins before what stands behind it is complete.
    node.open = [this, open = open_with(services, *options.take_up)](
                    store::RunRow const& run, plan::Plan const& plan, std::stop_token const& stop) {
      complete.wait();
      return open(run, plan, stop);
    };
    chosen.shared = engine::SharedStore{std::move(node), &trust, journal.hints.get()};
    return chosen;
  }

  void hand_over() {
    if (shared()) engine.shutdown();
  }

  Tokens::WithStore engine_store() {
    return [this](std::function<void(store::Store&)> const& use) {
      engine.with_store([&](store::Store& opened) {
        use(opened);
        return true;
      });
    };
  }

  ApiParts api_parts(Access& of_listener, AwsSettings own_settings) {
    return {.runs = runs,
            .streams = streams,
            .access = of_listener,
            .engine = engine,
            .packages = *journal.packages,
            .clock = *options.clock,
            .random = *options.random,
            .metrics = metrics,
            .health = [this] { return health(); },
            .ready_checks = [this] { return ready_checks(); },
            .own_settings = std::move(own_settings),
            .rate = {},
            .more = routes_besides()};
  }

  std::vector<Route> routes_besides() {
    auto routes = token_routes(tokens, access_keys, failures);
    std::ranges::move(secret_routes(secrets), std::back_inserter(routes));
    routes.push_back(face.route());
    return routes;
  }

  std::vector<ReadyCheck> ready_checks() {
    auto lease = engine.lease();
    return lease ? lease_checks(*lease) : std::vector<ReadyCheck>{};
  }

  json::Value health() {
    json::Value body{{"status", "ok"},
                     {"pid", static_cast<std::int64_t>(::getpid())},
                     {"command", options.command}};
    if (auto why = engine.frozen()) {
      body.set("status", "frozen");
      body.set("reason", *why);
    }
    return body;
  }

  void begin() {
    // On a shared store the engine claims what is free.
    if (!options.take_up || shared()) return;
    taking_up = std::make_unique<TakeUp>(runs, *options.clock,
                                         TakeUp::Options{.settings = *options.take_up});
  }

  Result<void> serve() {
    if (held.socket().empty()) return {};
    net::ServerOptions settings;
    settings.unix_socket = held.socket();
    settings.max_body = Api::most_body;
    settings.body_limit = Api::body_limit;
    settings.uploads = api.uploads(options.state_folder / "packages");
    auto listening =
        net::listen(settings, [this](net::Incoming const& request) { return api.handle(request); });
    if (!listening) return fail(listening.error(), "serve other commands");
    server = std::move(*listening);
    return {};
  }

  store::Held held;
  HostOptions options;
  HostStore journal;
  engine::Trust trust;  ///< of a shared store's lease
  std::latch complete{1};
  Metrics metrics;
  ServicesFactory services;
  engine::Executors executors;
  Secrets secrets;  ///< steps at work ask it until the engine has ended
  engine::Engine engine;
  engine::StoreTokens call_tokens;
  HostRuns runs;
  Streams streams;
  Tokens tokens;
  Failures failures;
  codedeploy::AccessKeys access_keys;
  codedeploy::Registry registry;
  codedeploy::Signatures signatures;
  codedeploy::Face face;
  std::unique_ptr<Access> access;
  Api api;
  std::unique_ptr<TakeUp> taking_up;
  std::unique_ptr<net::Server> server;
};

std::unique_ptr<store::Packages> packages_of(std::filesystem::path const& state_folder) {
  return store::open_packages(state_folder / "packages");
}

Result<Host::Opened> Host::open(HostOptions options) {
  ENSURE(!options.store || options.take_up);
  store::HolderOptions holder{options.state_folder, options.runtime_dir, options.command};
  auto acquired = store::Holder::acquire(holder, *options.clock);
  if (!acquired) return std::unexpected(acquired.error());
  if (auto* other = std::get_if<store::HeldBy>(&*acquired)) return Opened(std::move(*other));
  auto opened = open_host_store(options);
  if (!opened) return std::unexpected(opened.error());
  auto parts = std::make_unique<Parts>(
      std::move(options), std::get<store::Held>(std::move(*acquired)), std::move(*opened));
  if (auto serving = parts->serve(); !serving) return std::unexpected(serving.error());
  parts->begin();
  return Opened(std::unique_ptr<Host>(new Host(std::move(parts))));
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Host::~Host() = default;

Runs& Host::runs() { return parts_->runs; }
store::Packages& Host::packages() { return *parts_->journal.packages; }
ServicesFactory& Host::services() { return parts_->services; }
Tokens& Host::tokens() { return parts_->tokens; }
Failures& Host::failures() { return parts_->failures; }
engine::Engine& Host::engine() { return parts_->engine; }
ApiParts Host::api_parts(Access& access, AwsSettings own_settings) {
  return parts_->api_parts(access, std::move(own_settings));
}
void Host::hand_over() { parts_->hand_over(); }
std::string const& Host::socket() const { return parts_->held.socket(); }

std::vector<std::string> Host::linger(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  for (int pings = 0;; ++pings) {
    auto followed = parts_->streams.followed();
    auto active = parts_->engine.active();
    auto alone = active;
    std::erase_if(alone, [&](std::string const& run) { return followed.contains(run); });
    if (stop.stop_requested() || active.empty()) return alone;
    // Who follows may have died without a word.
    if (!alone.empty()) pings = 0;
    if (pings == enough_pings) return alone;
    parts_->streams.ping();
    stopped.wait_for(lock, stop, linger_interval, [] { return false; });
  }
}

}  // namespace sluice::server
