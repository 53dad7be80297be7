#include "sim/cluster.hpp"

#include "sim/cluster_world.hpp"

namespace sluice::sim {
namespace {

/// Far above what any seed takes: runs that need more go in circles.
constexpr int most_steps = 400'000;

engine::NodeOptions options_at(int pace) {
  engine::NodeOptions options;
  options.ttl *= pace;
  options.safety *= pace;
  options.renew_every *= pace;
  options.renew_spread *= pace;
  options.poll_every *= pace;
  return options;
}

}  // namespace

Cluster::Cluster(std::uint64_t seed, Options const& options)
    : ReleaseStage(seed, options, draw_cluster_scenario),
      options_of_nodes_(options_at(scenario_.servers.pace)),
      machine_(machine(clock_, scenario_)),
      ownership_(*own_store_, clock_, faults_, {options_of_nodes_.ttl, options_of_nodes_.safety}) {
  set_store_faults();
}

void Cluster::set_store_faults() {
  store_faults_.reaches = [this]() -> Result<void> {
    if (!acting_ || acting_->cut_off_until <= clock_.now()) return {};
    return fail(ErrorCode::unavailable, "the database does not answer");
  };
  store_faults_.commits = [this](std::string_view) { may_stop(*acting_); };
  store_faults_.committed = [this](std::string_view operation) {
    if (operation == "create") followed_.created();
    committed_ = true;
    ownership_.committed(acting_->number(), operation);
    may_stop(*acting_);
  };
}

bool Cluster::awake(ClusterServer const& server) {
  return !server.dead && server.asleep_until <= clock_.now();
}

bool Cluster::listens(ClusterServer const& server) {
  return awake(server) && !server.in_core && !server.leaving;
}

/// None, where all are dead, stopped or about to go.
ClusterServer* Cluster::anybody() {
  std::vector<ClusterServer*> there;
  for (auto const& server : servers_)
    if (listens(*server)) there.push_back(server.get());
  return there.empty() ? nullptr : there[random_.below(there.size())];
}

ClusterServer* Cluster::find(int process) {
  auto found = std::ranges::find(servers_, process, [](auto const& it) { return it->number(); });
  return found == servers_.end() || (*found)->dead ? nullptr : found->get();
}

/// Whatever it does, dies of, or asks of the store and AWS is that server's doing.
void Cluster::act(ClusterServer& server, std::function<void()> const& what) {
  ENSURE(!acting_ && !server.dead);
  acting_ = &server;
  ++server.entered;
  what();
  --server.entered;
  acting_ = nullptr;
  if (std::exchange(faults_.crashed, false)) kill(server);
}

void Cluster::on_core(ClusterServer& server, std::function<void()> const& what) {
  server.in_core = true;
  act(server, what);
  server.in_core = false;
}

/// The world goes on without it, until the time is over and it is awake.
void Cluster::hold(ClusterServer& server, Duration time, std::stop_token const& stop) {
  ENSURE(acting_ == &server);
  acting_ = nullptr;
  if (std::exchange(faults_.crashed, false)) kill(server);
  Time until = clock_.now() + time;
  while (!server.dead && !exhausted()) {
    bool up = awake(server);
    if (up && (clock_.now() >= until || stop.stop_requested())) break;
    step(up ? until : server.asleep_until);
  }
  if (exhausted()) clock_.advance(time);
  acting_ = &server;
  faults_.crashed = server.dead;
}

void Cluster::wait(ClusterServer& server, Duration time, std::stop_token const& stop) {
  hold(server, time, stop);
}

void Cluster::may_stop(ClusterServer& server) {
  if (faults_.crashed) return;
  if (faults_.draw_pause()) stop(server);
  if (!awake(server)) hold(server, Duration(0), {});
}

/// Something that is ready on a server that is awake. False: nothing is.
bool Cluster::do_one() {
  enum class Kind { perform, deliver, tick };
  std::vector<std::pair<ClusterServer*, Kind>> ready;
  for (auto const& it : servers_) {
    if (!awake(*it)) continue;
    if (!it->working && it->workers().waiting() > 0) ready.emplace_back(it.get(), Kind::perform);
    if (it->in_core) continue;
    if (it->workers().answered() > 0) ready.emplace_back(it.get(), Kind::deliver);
    if (auto due = it->next_due(); due && *due <= clock_.now())
      ready.emplace_back(it.get(), Kind::tick);
  }
  if (ready.empty()) return false;
  auto [server, kind] = ready[random_.below(ready.size())];
  auto& workers = server->workers();
  switch (kind) {
    case Kind::perform:
      server->working = true;
      act(*server, [&] { workers.perform(random_.below(workers.waiting())); });
      server->working = false;
      break;
    case Kind::deliver:
      on_core(*server, [&] { workers.deliver(random_.below(workers.answered())); });
      break;
    case Kind::tick: on_core(*server, [&] { server->tick(); }); break;
  }
  return true;
}

void Cluster::pass_time(std::optional<Time> until) {
  std::optional<Time> next = until;
  auto consider = [&](std::optional<Time> time) {
    if (time && *time > clock_.now() && (!next || *time < *next)) next = time;
  };
  consider(agenda_.next());
  for (auto const& way : ways_) consider(way->client().next_arrival());
  for (auto const& server : servers_) {
    if (!server->dead) consider(server->asleep_until);
    if (awake(*server) && !server->in_core) consider(server->next_due());
  }
  ENSURE(next);  // somebody looks again and again
  clock_.advance(std::max(Duration(1), *next - clock_.now()));
}

void Cluster::step(std::optional<Time> until) {
  ++steps_;
  for (auto const& way : ways_) way->client().deliver_late();
  if (!agenda_.happen(clock_.now()) && !do_one()) pass_time(until);
  look();
  std::erase_if(servers_, [](auto const& it) { return it->dead && it->entered == 0; });
  if (!too_late() || exhausted()) return;
  broken("the run has not ended after " + text_of(scenario_.bound));
  steps_ = most_steps;
}

bool Cluster::exhausted() const { return steps_ >= most_steps; }

void Cluster::look() {
  if (std::exchange(committed_, false)) followed_.sync();
  followed_.look();
  for (auto const& run : followed_.unfinished()) {
    std::vector<int> acting;
    for (auto const& server : servers_)
      if (!server->dead && server->may_act_on(run)) acting.push_back(server->number());
    ownership_.acting(run, acting);
  }
}

void Cluster::look_back() {
  if (!over()) return;
  for (auto const& server : servers_) check_memory(server->process());
  faults_.quiet = true;
  auto locks = own_store_->locks();
  if (!locks->empty())
    broken("lock " + locks->front().name + " is still held by " + locks->front().run);
}

Report Cluster::run() {
  draw_events();
  while (!over() && !exhausted()) step();
  finish();
  look_back();
  for (auto const& text : ownership_.violations()) broken(text);
  return told();
}

Cluster::Way::Way(Cluster& cluster, ClusterServer& server)
    : cluster_(cluster),
      process_(server.number()),
      client_({cluster.cloud_, cluster.clock_, cluster.faults_, cluster.script_}, *this,
              server.clock(), [&cluster, &server] {
                cluster.stop(server);
                cluster.hold(server, Duration(0), {});
              }) {}

void Cluster::Way::accepted(Write write) {
  cluster_.ownership_.accepted(process_, write);
  cluster_.followed_.accepted(std::move(write));
}

void Cluster::Way::arrived_late(Write const& write) { cluster_.followed_.arrived_late(write); }

void Cluster::Way::delivered(std::string const& id) { cluster_.followed_.delivered(id); }

void Cluster::Way::sent(CloudCall& call) {
  cluster_.followed_.sent(call);
  cluster_.ownership_.sent(process_, call);
}

bool Cluster::Way::owns(CloudCall const& call) { return cluster_.ownership_.owns(process_, call); }

net::Client& Cluster::way_of(ClusterServer& server) {
  return ways_.emplace_back(std::make_unique<Way>(*this, server))->client();
}

std::vector<FaultyClient*> Cluster::clients() {
  std::vector<FaultyClient*> all;
  for (auto const& way : ways_) all.push_back(&way->client());
  return all;
}

Report run_cluster_seed(std::uint64_t seed, Options const& options) {
  return Cluster(seed, options).run();
}

}  // namespace sluice::sim
