#include "engine/cluster.hpp"

#include "config/render.hpp"

namespace sluice::test {
namespace {

std::unique_ptr<local::Endpoint> make_endpoint(Clock& clock, Random& random) {
  local::EndpointSettings settings;
  settings.lambda.settle_delay = Duration(0);
  settings.lambda.rates = {0, 0, 0};
  auto endpoint = local::Endpoint::open(settings, clock, random);
  EXPECT_TRUE(endpoint) << endpoint.error().text();
  return std::move(*endpoint);
}

aws::Session open_session(std::string const& url, aws::Ports ports) {
  aws::HeldEnvironment environment;
  environment.variables = {{"AWS_ACCESS_KEY_ID", "test"},
                           {"AWS_SECRET_ACCESS_KEY", "test"},
                           {"AWS_REGION", "eu-west-1"},
                           {"AWS_ENDPOINT_URL", url}};
  auto session = aws::open_session({}, environment, ports);
  EXPECT_TRUE(session) << session.error().text();
  return std::move(*session);
}

std::string file(std::string const& code, std::string const& more) {
  return "function: orders\nregion: eu-west-1\nalias: live\nruntime: nodejs20.x\nhandler: "
         "index.handler\nrole: arn:aws:iam::000000000000:role/orders\npackage: " +
         code + ".zip\n" + more;
}

}  // namespace

Cluster::Server::Server(Cluster& cluster, std::string name)
    : cluster_(cluster),
      trust_(cluster.clock_),
      client_(cluster.gate_, trust_),
      budget_(std::make_unique<aws::Budget>(cluster.clock_, aws::Budget::unlimited())) {
  aws_ = std::make_unique<engine::SessionAws>(
      open_session(cluster.endpoint_->url(), {client_, cluster.clock_, cluster.random_, *budget_}),
      Duration(0));
  services_ = std::make_shared<engine::Services>(
      engine::Services{cluster.clock_, cluster.random_, *aws_, client_, *cluster.packages_});
  engine::Core::Ports ports{.store = *cluster.store_,
                            .workers = workers_,
                            .clock = cluster.clock_,
                            .random = cluster.random_,
                            .executors = cluster.executors_,
                            .evaluators = cluster.evaluators_,
                            .owner = name,
                            .committed = nullptr,
                            .trust = &trust_};
  core_ = std::make_unique<engine::Core>(std::move(ports));
  engine::NodeOptions options;
  options.name = std::move(name);
  options.open = [this](store::RunRow const&, plan::Plan const&,
                        std::stop_token const&) -> Result<std::shared_ptr<engine::Services>> {
    ++opened;
    if (no_services) return std::unexpected(*no_services);
    return services_;
  };
  node_ =
      std::make_unique<engine::Node>(engine::Node::Ports{*core_, *cluster.store_, workers_,
                                                         cluster.clock_, cluster.random_, trust_},
                                     std::move(options));
  node_->tick();
}

std::string Cluster::Server::start(std::string const& yaml, std::optional<plan::Lock::Busy> busy) {
  plan::Plan plan = cluster_.plan(yaml);
  for (auto& lock : plan.locks) lock.busy = busy.value_or(lock.busy);
  auto started = core_->start({std::move(plan), "tester", {}, {}, {}}, services_);
  EXPECT_TRUE(started) << started.error().text();
  return started ? started->run : "";
}

bool Cluster::Server::work() {
  if (paused || !node_) return false;
  if (workers_.answered() > 0)
    workers_.deliver(0);
  else if (workers_.waiting() > 0)
    workers_.perform(0);
  else
    return false;
  return true;
}

Cluster::Cluster()
    : endpoint_(make_endpoint(clock_, random_)), direct_(*endpoint_), gate_(direct_) {
  Server& first = add("first");
  std::string run = first.start(file("one", ""));
  this->run();
  EXPECT_EQ(state(run), "succeeded") << texts(run);
  first.node().leave();
  kill(first);
  writes_of_alias();
}

Cluster::Server& Cluster::add(std::string const& name) {
  return *servers_.emplace_back(std::make_unique<Server>(*this, name));
}

void Cluster::kill(Server& server) {
  server.workers_.clear();
  server.node_.reset();
  server.core_.reset();
}

void Cluster::run() {
  bool any = true;
  for (int steps = 0; any; ++steps) {
    ASSERT_LT(steps, 10'000) << "it goes in circles";
    any = false;
    for (auto& server : servers_) any |= server->work();
  }
}

void Cluster::pass(Duration time) {
  Time end = clock_.now() + time;
  run();
  for (int steps = 0;; ++steps) {
    ASSERT_LT(steps, 100'000) << "it goes in circles";
    Time next = end;
    for (auto& server : servers_) {
      if (server->paused || !server->node_) continue;
      for (auto due : {server->core_->next_due(), server->node_->next_due()})
        if (due) next = std::min(next, *due);
    }
    clock_.advance(std::max(Duration(0), next - clock_.now()));
    for (auto& server : servers_) {
      if (server->paused || !server->node_) continue;
      server->node_->tick();
      server->core_->tick();
    }
    run();
    if (clock_.now() >= end) return;
  }
}

int Cluster::count(std::string const& run, std::string const& type) {
  return static_cast<int>(std::ranges::count(events(run), type, &engine::Event::type));
}

std::string Cluster::texts(std::string const& run) {
  std::string all;
  for (auto const& event : events(run))
    all += event.type + " " + event.body["node"].as_string() + " " +
           event.body["reason"].as_string() + event.body["text"].as_string() + "\n";
  return all;
}

std::string Cluster::alias() {
  aws::Budget budget(clock_, aws::Budget::unlimited());
  auto session = open_session(endpoint_->url(), {direct_, clock_, random_, budget});
  auto found = aws::Lambda(session.caller, "eu-west-1").get_alias("orders", "live");
  EXPECT_TRUE(found);
  std::string text = found->function_version;
  for (auto const& [version, share] : found->weights)
    text += " + " + version + ": " + json::Value(share).dump();
  return text;
}

std::string Cluster::revision() {
  aws::Budget budget(clock_, aws::Budget::unlimited());
  auto session = open_session(endpoint_->url(), {direct_, clock_, random_, budget});
  return aws::Lambda(session.caller, "eu-west-1").get_alias("orders", "live")->revision_id;
}

int Cluster::writes_of_alias() {
  json::Value calls = endpoint_->calls().list(0);
  endpoint_->calls().clear();
  return static_cast<int>(std::ranges::count_if(calls.items(), [](json::Value const& call) {
    return call["operation"].as_string() == "UpdateAlias";
  }));
}

void Cluster::fail_store(std::string const& operation, bool before, bool after) {
  auto answer = [operation](bool fails) {
    return [operation, fails](char const* called) -> Result<void> {
      if (fails && operation == called) return fail(ErrorCode::unavailable, "the store is away");
      return {};
    };
  };
  store::MemoryFaults faults;
  faults.before_commit = answer(before);
  faults.after_commit = answer(after);
  store::set_faults(*memory_, std::move(faults));
}

void Cluster::fail_store_once(std::string const& operation, int after) {
  store::MemoryFaults faults;
  faults.before_commit = [operation, after](char const* called) mutable -> Result<void> {
    if (operation != called || after-- != 0) return {};
    return fail(ErrorCode::unavailable, "the store is away");
  };
  store::set_faults(*memory_, std::move(faults));
}

plan::Plan Cluster::plan(std::string const& yaml) {
  config::Diagnostics diagnostics;
  auto plan = dialect::compile(config::make_source("test.yaml", yaml), {}, diagnostics);
  EXPECT_TRUE(plan) << config::render(diagnostics, config::Format::human, config::Colour::off);
  for (auto& release : plan->releases) {
    auto stored = packages_->add_bytes(make_zip({{"index.js", release.package.path}}));
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = stored->sha256;
    release.package.size = stored->size;
  }
  return std::move(*plan);
}

std::string Cluster::canary(std::string const& code) {
  return file(code, "strategy: [{shift: 10}, {approve: go}, {shift: 100}]\n");
}

}  // namespace sluice::test
