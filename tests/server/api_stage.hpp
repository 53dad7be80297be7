#pragma once

#include <atomic>

#include "server/api.hpp"
#include "server/api_secrets.hpp"
#include "server/api_tokens.hpp"
#include "server/documented.hpp"
#include "server/fixture.hpp"
#include "server/host_runs.hpp"
#include "store/memory.hpp"

namespace sluice::server {

/// As a listener on TCP: every request names its sender and role in the Authorization field
/// ("Bearer ada/admin"), and nobody may bring credentials.
class TcpAccess final : public Access {
 public:
  Result<Principal> principal_of(net::Incoming const& request) override {
    std::string_view token = request.headers.get("Authorization");
    std::size_t slash = token.find('/');
    if (revoked || !token.starts_with("Bearer ") || slash == std::string_view::npos)
      return fail(ErrorCode::denied, "a token is needed", "sluice login keeps one.");
    auto role = role_of(token.substr(slash + 1));
    if (!role) return std::unexpected(role.error());
    return Principal{std::string(token.substr(7, slash - 7)), {*role}};
  }
  bool is_our_host(std::string const& host) const override { return host == "sluice.test"; }
  bool takes_credentials() const override { return false; }

  std::atomic<bool> revoked = false;
};

/// The machine's clock, ahead by what a test says.
class ShiftedClock final : public Clock {
 public:
  Time now() override { return system_clock().now() + Duration(ahead); }
  Duration monotonic() override { return system_clock().monotonic() + Duration(ahead); }
  void sleep(Duration time, std::stop_token stop) override {
    system_clock().sleep(time, std::move(stop));
  }
  void advance(Duration time) { ahead += time.count(); }

 private:
  std::atomic<std::int64_t> ahead = 0;
};

/// A server's API without its listener, on a store that outlives it. `restart` is a crash that
/// loses everything else.
class ApiStage : public testing::Test {
 protected:
  struct Process {
    explicit Process(ApiStage& stage)
        : store(store::open_memory(stage.memory_, stage.clock_)),
          factory(stage.clock_, system_random(), *stage.packages_),
          engine(*store, stage.clock_, system_random(), stage.executors_, stage.evaluators_,
                 {.owner = "process " + new_uuid(system_random())}),
          runs(engine, factory, *stage.packages_),
          streams(engine, stage.clock_),
          tokens(
              [this](std::function<void(store::Store&)> const& use) {
                engine.with_store([&](store::Store& opened) {
                  use(opened);
                  return true;
                });
              },
              stage.clock_, system_random(), {}),
          failures(stage.clock_),
          secrets(
              [this](std::function<void(store::Store&)> const& use) {
                engine.with_store([&](store::Store& opened) {
                  use(opened);
                  return true;
                });
              },
              stage.clock_, system_random(), {stage.keys_.path() / "secret-key"}),
          access_keys(tokens, secrets, system_random()),
          api({.runs = runs,
               .streams = streams,
               .access = stage.access_,
               .engine = engine,
               .packages = *stage.packages_,
               .clock = stage.clock_,
               .random = system_random(),
               .metrics = stage.metrics_,
               .health = [] { return json::Value{{"status", "ok"}}; },
               .ready_checks = {},
               .own_settings = settings(),
               .rate = stage.rate_,
               .more = routes_besides()}) {
      stage.metrics_.listen_to(engine);
      factory.use_secrets(secrets);
    }
    ~Process() {
      streams.stop();
      engine.shutdown();
    }

    std::vector<Route> routes_besides() {
      auto routes = token_routes(tokens, access_keys, failures);
      std::ranges::move(secret_routes(secrets), std::back_inserter(routes));
      return routes;
    }

    std::unique_ptr<store::Store> store;
    ServicesFactory factory;
    engine::Engine engine;
    HostRuns runs;
    Streams streams;
    Tokens tokens;
    Failures failures;
    Secrets secrets;
    codedeploy::AccessKeys access_keys;
    Api api;
  };

  static AwsSettings settings() {
    AwsSettings settings;
    settings.environment = {{"AWS_REGION", "eu-west-1"},
                            {"AWS_ACCESS_KEY_ID", "id"},
                            {"AWS_SECRET_ACCESS_KEY", "secret"}};
    return settings;
  }

  void restart() {
    process_.reset();
    process_ = std::make_unique<Process>(*this);
  }

  net::Response send(std::string method, std::string path, net::Headers headers = {},
                     std::string body = {}) {
    net::Incoming request;
    request.method = std::move(method);
    std::size_t mark = path.find('?');
    request.path = path.substr(0, mark);
    if (mark != std::string::npos) request.query = path.substr(mark + 1);
    request.headers = {{"Host", "sluice.test"}, {"Authorization", "Bearer ada/admin"}};
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    for (auto const& [name, value] : headers.all()) request.headers.set(name, value);
    request.body = std::move(body);
    auto response = process_->api.handle(request);
    expect_documented(request.method, request.path, response);
    return response;
  }

  net::Response post(std::string path, std::string key, json::Value const& body) {
    return send("POST", std::move(path), {{"Idempotency-Key", std::move(key)}}, body.dump());
  }

  /// A run that asks a person.
  static json::Value asking_run(std::string name = "asks") {
    plan::Plan plan;
    plan.name = std::move(name);
    plan.dialect = "native";
    plan.root = plan::sequence("", {plan::leaf("ask", plan::ApprovalStep{})});
    return json::Value{{"plan", plan::to_json(plan)}};
  }

  /// Returns when it asks.
  std::string start(std::string name = "asks") {
    auto response = post("/api/v1/runs", new_uuid(system_random()), asking_run(std::move(name)));
    EXPECT_EQ(response.status, 201) << response.body;
    std::string run = member(response, "run");
    auto asks = process_->runs.follow(
        run, 0,
        [](store::EventRow const& event) { return event.type != engine::event::node_parked; }, {});
    EXPECT_TRUE(asks) << asks.error().text();
    return run;
  }

  static std::string member(net::Response const& response, std::string_view name) {
    auto body = json::parse(response.body);
    EXPECT_TRUE(body) << response.body;
    return body ? (*body)[name].as_string() : "";
  }

  std::size_t count(std::string const& run, std::string const& type) {
    auto events = process_->runs.events(run, 0);
    EXPECT_TRUE(events) << events.error().text();
    return static_cast<std::size_t>(
        std::ranges::count_if(*events, [&](auto const& event) { return event.type == type; }));
  }
  std::vector<store::RunRow> rows() { return process_->runs.list({}).value(); }

  /// From here on these writes are answered "unavailable", `before` or after they were done.
  void break_writes(std::set<std::string> operations, bool before) {
    auto answer = [operations](char const* operation) -> Result<void> {
      if (operations.contains(operation)) return fail(ErrorCode::unavailable, "the disk is full");
      return {};
    };
    store::MemoryFaults faults;
    (before ? faults.before_commit : faults.after_commit) = answer;
    store::set_faults(*memory_, std::move(faults));
  }
  void mend() { store::set_faults(*memory_, {}); }

  ShiftedClock clock_;
  test::TemporaryFolder keys_;
  TcpAccess access_;
  RateLimitOptions rate_;
  Metrics metrics_{"1.2.3"};
  std::shared_ptr<store::Memory> memory_ = store::make_memory();
  std::unique_ptr<store::Packages> packages_ = store::memory_packages();
  engine::Executors executors_ = engine::standard_executors();
  plan::Evaluators evaluators_;
  std::unique_ptr<Process> process_ = std::make_unique<Process>(*this);
};

}  // namespace sluice::server
