#include "engine/letters.hpp"
#include "sim/cluster_world.hpp"
#include "sim/signals.hpp"

/// What happens to several servers, and what people say to them.
namespace sluice::sim {
namespace {

using std::chrono::seconds;

constexpr Duration between_looks = std::chrono::milliseconds(200);
/// A server that goes waits so long for what is under way.
constexpr Duration unhurried = seconds(1);
/// … and so much longer once it was told to hurry.
constexpr Duration hurried = seconds(4);

}  // namespace

void Cluster::draw_events() {
  run_ = new_run_id(random_);
  for (int place = 1; place <= scenario_.servers.places; ++place) {
    bool late = place > scenario_.servers.places - scenario_.servers.late;
    agenda_.at(late ? some_time() : clock_.now(), [this, place] { join(place); });
  }
  draw_people();
  draw_doings(scenario_.servers.kills, &Cluster::kill);
  draw_doings(scenario_.servers.stops, &Cluster::stop);
  draw_doings(scenario_.servers.leaves, &Cluster::leave);
  draw_doings(scenario_.servers.cuts, &Cluster::cut_off);
  draw_doings(scenario_.faults.clock_jumps, &Cluster::jump);
  agenda_.at(clock_.now(), [this] { begin(); });
  agenda_.at(clock_.now(), [this] { somebody_looks(); });
}

/// To any of those that live then.
void Cluster::draw_doings(int count, void (Cluster::*what)(ClusterServer&)) {
  for (int i = 0; i < count; ++i) {
    Time at = some_time();
    if (!faults_.next_trouble()) continue;
    agenda_.at(at, [this, what] {
      std::vector<ClusterServer*> living;
      for (auto const& server : servers_)
        if (!server->dead) living.push_back(server.get());
      if (!living.empty()) (this->*what)(*living[random_.below(living.size())]);
    });
  }
}

/// Mostly longer than a lease lasts.
Duration Cluster::nap() {
  auto most = options_of_nodes_.ttl.count() * (chance(random_, 0.3) ? 1 : 3);
  return Duration(1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most))));
}

void Cluster::join(int place) {
  bool taken = std::ranges::any_of(
      servers_, [&](auto const& it) { return !it->dead && it->place() == place; });
  if (taken) return;
  auto options = options_of_nodes_;
  options.name = "server-" + std::to_string(place);
  servers_.push_back(
      std::make_unique<ClusterServer>(*this, clock_, machine_, options, place, ++lives_));
  script_.say("process " + std::to_string(lives_) + " starts as " + options.name);
}

void Cluster::kill(ClusterServer& server) {
  if (std::exchange(server.dead, true)) return;
  server.core().hurry();  // so that the simulator comes out of its worker
  script_.say("process " + std::to_string(server.number()) + " dies");
  agenda_.at(clock_.now() + Duration(between(random_, 0, 30'000)),
             [this, place = server.place()] { join(place); });
}

void Cluster::stop(ClusterServer& server) {
  server.asleep_until = std::max(server.asleep_until, clock_.now() + nap());
  script_.say("process " + std::to_string(server.number()) + " is stopped for " +
              text_of(server.asleep_until - clock_.now()));
}

void Cluster::cut_off(ClusterServer& server) {
  bool all = chance(random_, 0.3);
  Time until = clock_.now() + nap();
  script_.say((all ? "nobody" : "process " + std::to_string(server.number()) + " does not") +
              std::string(all ? " reaches" : " reach") + " the database for " +
              text_of(until - clock_.now()));
  for (auto const& it : servers_)
    if (all || it.get() == &server) it->cut_off_until = until;
}

void Cluster::jump(ClusterServer& server) {
  Duration by(between(random_, -3'600'000, 3'600'000));
  script_.say("the clock of process " + std::to_string(server.number()) + " jumps by " +
              std::to_string(by.count()) + " ms");
  server.clock().jump(by);
}

/// In order: what is under way comes to its end, then everything is given up at once.
void Cluster::leave(ClusterServer& server) {
  if (server.leaving) return;
  script_.say("process " + std::to_string(server.number()) + " is told to go");
  server.leaving = true;
  server.node().stop_claiming();
  server.core().drain();
  go(server.number(), clock_.now() + unhurried);
}

void Cluster::go(int process, Time hurry) {
  ClusterServer* server = find(process);
  if (!server) return;
  bool late = hurry <= clock_.now();
  bool can = awake(*server) && !server->in_core;
  if (can && late && !server->core().at_rest()) server->core().hurry();
  bool rests = server->core().at_rest() || hurry + hurried <= clock_.now();
  if (!can || !rests) {
    agenda_.at(clock_.now() + between_looks, [this, process, hurry] { go(process, hurry); });
    return;
  }
  on_core(*server, [&] { server->node().leave(); });
  if (std::exchange(server->dead, true)) return;
  server->core().hurry();
  script_.say("process " + std::to_string(process) + " has gone");
  agenda_.at(clock_.now() + seconds(between(random_, 0, 120)),
             [this, place = server->place()] { join(place); });
}

void Cluster::begin() {
  auto again = [this] { agenda_.at(clock_.now() + seconds(1), [this] { begin(); }); };
  ClusterServer* server = anybody();
  if (!server || !server->node().trusted()) return again();
  Result<engine::Started> started;
  on_core(*server, [&] {
    auto asked = request();
    asked.id = run_;
    started = server->core().start(std::move(asked), server->services());
  });
  if (started && started->busy) broken("the run's own locks are busy");
  followed_.sync();
  if (followed_.any()) return;
  if (!started && started.error().code != ErrorCode::invalid_input) return again();
  broken(started ? "the run does not begin" : started.error().message);
}

/// People answer some time after they are asked.
void Cluster::somebody_looks() {
  agenda_.at(clock_.now() + seconds(between(random_, 1, 120)), [this] { somebody_looks(); });
  if (!followed_.any() || over()) return;
  if (auto answer = draw_answer(random_, scenario_, followed_.current())) send(*answer);
}

/// To any server: people do not know which one executes the run.
void Cluster::send(engine::Signal signal) {
  ClusterServer* server = anybody();
  if (!server || !followed_.any()) {
    agenda_.at(clock_.now() + seconds(1), [this, signal] { send(signal); });
    return;
  }
  name_what_was_read(signal);
  std::string run = followed_.current().id;
  if (!server->core().executes(run)) return write_letter(*server, run, signal);
  Result<void> taken;
  on_core(*server, [&] { taken = server->core().signal(run, signal); });
  script_.say("signal " + signal.kind + " " + signal.node + ": " +
              (taken ? "taken" : taken.error().message));
  if (taken) promises_.acknowledged(run, signal.kind);
}

void Cluster::write_letter(ClusterServer& server, std::string const& run,
                           engine::Signal const& signal) {
  Result<std::string> id;
  on_core(server,
          [&] { id = engine::send_letter(server.store(), random_, clock_.now(), run, signal); });
  script_.say("letter with " + signal.kind + " to whoever executes " + run + ": " +
              (id ? *id : id.error().message));
  if (id) look_for_answer({*id, run, signal.kind, clock_.now() + engine::letter_patience});
}

/// As the server that has sent it does for the one who asked.
void Cluster::look_for_answer(Letter const& letter) {
  faults_.quiet = true;
  auto answer = engine::take_answer(*own_store_, letter.id);
  bool waits = answer && !*answer && clock_.now() < letter.give_up;
  bool gives_up = answer && !*answer && !waits;
  auto back = gives_up ? engine::take_back(*own_store_, letter.id) : Result<bool>(false);
  faults_.quiet = false;
  if (waits) {
    agenda_.at(clock_.now() + between_looks * 5, [this, letter] { look_for_answer(letter); });
    return;
  }
  if (back && *back) promises_.taken_back(letter.id);
  if (!answer || !*answer) return;
  script_.say("letter " + letter.id +
              " is answered: " + (**answer ? std::string("taken") : (**answer).error().message));
  if (**answer) promises_.acknowledged(letter.run, letter.kind, letter.id);
}

}  // namespace sluice::sim
