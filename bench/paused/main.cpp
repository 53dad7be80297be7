#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <string_view>

#include "engine/engine.hpp"
#include "engine/events.hpp"
#include "paused/paused_runs.hpp"
#include "releases/timed_store.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr Duration idle_window = std::chrono::seconds(20);
constexpr Duration most_patience = std::chrono::minutes(15);

double megabytes(char const* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::stod(line.substr(std::strlen(field) + 1)) / 1024;
  give_up("read the memory of this process", field);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// An engine over a store with many runs, as the process that goes on with them has it.
class House {
 public:
  House(std::filesystem::path const& folder, World& world, ForwardClock& clock,
        std::optional<Duration> unload_after)
      : world_(world),
        store_(must("open the journal", store::open_sqlite(folder.string(), clock))),
        left_(unfinished_runs(store_)),
        engine_(std::make_unique<engine::Engine>(
            store_, clock, system_random(), executors_, evaluators_,
            engine::EngineOptions{.owner = "bench", .unload_after = unload_after})) {}

  std::vector<Unfinished> const& left() const { return left_; }
  engine::Engine& engine() { return *engine_; }
  TimedStore& store() { return store_; }
  void resume_all() {
    for (auto const& run : left_) must("resume a run", engine_->resume(run.id, world_.services()));
  }
  std::size_t in_memory() {
    return engine_->with_core(
        [](store::Store&, engine::Core const& core) { return core.in_memory(); });
  }

 private:
  World& world_;
  TimedStore store_;
  std::vector<Unfinished> left_;
  engine::Executors executors_ = engine::standard_executors();
  plan::Evaluators evaluators_;
  std::unique_ptr<engine::Engine> engine_;
};

void wait_until(Clock& clock, std::string_view what, std::function<bool()> const& reached) {
  auto const patience = clock.monotonic() + most_patience;
  while (!reached()) {
    if (clock.monotonic() > patience) give_up(what, "it takes too long");
    clock.sleep(Duration(20), {});
  }
}

struct Job {
  std::filesystem::path folder;
  std::size_t runs = 0;
  bool furnished = false;  ///< every run has its function
  bool unloads = true;
};

/// A process of its own for each measurement, which is killed when it has told its figures: what it
/// leaves is what a crash leaves.
json::Value in_a_child(std::function<json::Value()> const& measure) {
  int ends[2];
  if (::pipe(ends) != 0) give_up("make a pipe", std::strerror(errno));
  std::fflush(nullptr);
  pid_t const child = ::fork();
  if (child < 0) give_up("start a process", std::strerror(errno));
  if (child == 0) {
    ::close(ends[0]);
    std::string const text = measure().dump();
    bool const told = ::write(ends[1], text.data(), text.size()) == ssize_t(text.size());
    ::kill(::getpid(), told ? SIGKILL : SIGTERM);
  }
  ::close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  auto figures = json::parse(text);
  if (text.empty() || !figures) give_up("measure", "the process ended without its figures");
  return *figures;
}

/// Its own packages and clock, and the world that every process of one job finds alike.
struct Place {
  explicit Place(Job const& job)
      : packages(store::open_packages(job.folder.parent_path() / "packages")),
        codes(make_codes(*packages)),
        world(clock, *packages) {
    if (job.furnished) revisions = world.furnish(job.runs, codes.before, codes.after);
  }

  ForwardClock clock;
  std::unique_ptr<store::Packages> packages;
  Codes codes;
  World world;
  std::vector<std::string> revisions;
};

json::Value make(Job const& job) {
  Place place(job);
  place.world.furnish_fresh(job.runs, place.codes.before);
  auto const begun = instant();
  make_paused_runs(job.folder, place.world, place.clock, place.codes, job.runs, place.revisions);
  return {{"seconds", milliseconds(instant() - begun) / 1000}};
}

json::Value hold(Job const& job) {
  Place place(job);
  double const before = megabytes("VmRSS:");
  std::optional<Duration> unload_after;
  if (job.unloads) unload_after = std::chrono::seconds(5);
  House house(job.folder, place.world, place.clock, unload_after);
  auto const begun = instant();
  house.resume_all();
  double const resumed = milliseconds(instant() - begun) / 1000;
  double const peak = megabytes("VmHWM:");
  place.clock.sleep(std::chrono::seconds(2), {});
  double const cpu = cpu_seconds();
  auto const window = instant();
  place.clock.sleep(idle_window, {});
  double const busy = (cpu_seconds() - cpu) * 1000 / milliseconds(instant() - window);
  return {{"runs", house.left().size()},      {"resumed_seconds", resumed},
          {"in_memory", house.in_memory()},   {"empty_mb", before},
          {"memory_mb", megabytes("VmRSS:")}, {"peak_mb", peak},
          {"idle_cpu_percent", busy * 100}};
}

json::Value late(Job const& job) {
  Place place(job);
  House house(job.folder, place.world, place.clock, std::chrono::seconds(5));
  std::map<std::size_t, Time> due;
  for (auto const& run : house.left()) due[run.number] = run.due;
  house.resume_all();
  double const cpu = cpu_seconds();
  auto const begun = instant();
  place.clock.set(house.left().front().due - std::chrono::seconds(2));
  wait_until(place.clock, "shift on time", [&] { return place.world.shifts() == due.size(); });
  double const seconds = milliseconds(instant() - begun) / 1000;
  double const busy = (cpu_seconds() - cpu) / seconds;
  std::vector<double> lateness;
  for (auto const& shift : place.world.shifted())
    lateness.push_back(static_cast<double>((shift.at - due.at(shift.number)).count()));
  std::ranges::sort(lateness);
  auto at = [&](double share) {
    return lateness[static_cast<std::size_t>(share * static_cast<double>(lateness.size() - 1))];
  };
  return {{"runs", lateness.size()},
          {"p50_ms", at(0.5)},
          {"p99_ms", at(0.99)},
          {"largest_ms", at(1)},
          {"cpu_percent", busy * 100}};
}

/// Commits of one event each, one after the other, by a store that does nothing else.
double bare_commits_per_second(TimedStore& store, std::string const& run, Clock& clock) {
  constexpr int commits = 2'000;
  auto const row = must("read a run", store.run(run));
  auto const begun = instant();
  for (int i = 1; i <= commits; ++i) {
    engine::Event note;
    note.seq = row->last_seq + i;
    note.at = clock.now();
    note.type = engine::event::note;
    note.body = json::Value{{"level", "info"}, {"text", "measured"}};
    must("append", store.append(run, row->epoch, {note}, {}));
  }
  return commits * 1000 / milliseconds(instant() - begun);
}

json::Value recover(Job const& job) {
  Place place(job);
  place.clock.set(place.clock.now() + std::chrono::hours(2));
  auto const begun = instant();
  House house(job.folder, place.world, place.clock, std::chrono::seconds(5));
  std::atomic<std::size_t> events = 0, ended = 0;
  house.engine().listen([&](auto const&, auto const& snapshot, auto const& committed) {
    events += committed.size();
    if (snapshot.state.over()) ++ended;
  });
  double const opened = milliseconds(instant() - begun) / 1000;
  house.store().reset();
  house.resume_all();
  double const resumed = milliseconds(instant() - begun) / 1000;
  std::size_t const all = house.left().size();
  wait_until(place.clock, "recover", [&] { return ended == all; });
  double const seconds = milliseconds(instant() - begun) / 1000;
  int const commits = house.store().commits();
  double const committing = house.store().commit_milliseconds() / 1000;
  Instant first = Instant::max(), last = Instant::min();
  for (auto const& shift : place.world.shifted())
    first = std::min(first, shift.instant), last = std::max(last, shift.instant);
  if (place.world.shifts() != all) give_up("recover", "not every alias was moved once");
  house.engine().shutdown();
  double const bare = bare_commits_per_second(house.store(), house.left().front().id, place.clock);
  return {{"runs", all},
          {"opened_seconds", opened},
          {"resumed_seconds", resumed},
          {"first_seconds", milliseconds(first - begun) / 1000},
          {"last_seconds", milliseconds(last - begun) / 1000},
          {"ended_seconds", seconds},
          {"transitions_per_second", static_cast<double>(events) / (seconds - opened)},
          {"commits_per_second", commits / (seconds - opened)},
          {"committing_share", committing / (seconds - opened)},
          {"bare_commits_per_second", bare}};
}

void copy_folder(std::filesystem::path const& from, std::filesystem::path const& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

int run(std::vector<std::size_t> const& furnished, std::vector<std::size_t> const& held,
        bool recovery_only) {
  json::Value figures = json::Array{};
  auto measure = [&](char const* what, Job const& job, json::Value (*how)(Job const&)) {
    std::fprintf(stderr, "paused: %s, %zu runs\n", what, job.runs);
    auto figure = in_a_child([&] { return how(job); });
    figure.set("what", what);
    figure.set("wanted_runs", job.runs);
    std::fprintf(stderr, "paused:   %s\n", figure.dump().c_str());
    figures.push(std::move(figure));
  };
  for (auto runs : furnished) {
    Workplace const workplace;
    Job const left{workplace.folder("left"), runs, true, true};
    Job const taken{workplace.folder("taken"), runs, true, true};
    measure("make", left, make);
    copy_folder(left.folder, taken.folder);
    measure("recover", taken, recover);
    if (recovery_only) continue;
    copy_folder(left.folder, taken.folder);
    measure("late", taken, late);
    Job bare = taken;
    bare.furnished = false;
    copy_folder(left.folder, taken.folder);
    measure("hold", bare, hold);
    bare.unloads = false;
    copy_folder(left.folder, taken.folder);
    measure("hold all in memory", bare, hold);
  }
  for (auto runs : held) {
    Workplace const workplace;
    Job const job{workplace.folder("left"), runs, false, true};
    measure("make", job, make);
    measure("hold", job, hold);
  }
  std::puts(figures.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  std::vector<std::size_t> furnished{10'000}, held{100'000};
  bool recovery_only = false;
  for (int i = 1; i < count; ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "--quick") furnished = {1'000}, held = {10'000};
    if (argument == "--runs" && i + 1 < count) furnished = {std::stoul(arguments[++i])}, held = {};
    if (argument == "--held" && i + 1 < count) held = {std::stoul(arguments[++i])}, furnished = {};
    if (argument == "--recovery") recovery_only = true;
  }
  if (recovery_only) held = {};
  return sluice::bench::run(furnished, held, recovery_only);
}
