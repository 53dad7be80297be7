#include "paused/paused_runs.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "config/render.hpp"
#include "dialect/compile.hpp"
#include "engine/engine.hpp"
#include "engine/events.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr Duration until_due = std::chrono::hours(1);
constexpr Duration spread = std::chrono::minutes(1);
constexpr std::size_t page = 200;

std::string replaced(std::string text, std::string const& what, std::string const& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

plan::Plan plan_of(std::string const& function, store::StoredPackage const& code) {
  std::string const yaml =
      "function: " + function +
      "\nregion: eu-west-1\nruntime: nodejs20.x\nhandler: index.handler\n"
      "role: arn:aws:iam::000000000000:role/bench\npackage: code.zip\nalias: live\nmemory: 128\n"
      "strategy:\n  - shift: 10\n  - pause: 1h\n";
  config::Diagnostics diagnostics;
  auto plan = dialect::compile(config::make_source("paused.yaml", yaml), {}, diagnostics);
  if (!plan)
    give_up("compile", config::render(diagnostics, config::Format::human, config::Colour::off));
  for (auto& release : plan->releases) {
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = code.sha256;
    release.package.size = code.size;
  }
  return std::move(*plan);
}

/// A run in its pause, as text with names to be replaced.
struct Template {
  std::string function, revision, due;  ///< what stands in the texts
  std::string plan, summary;
  store::RunRow row;
  std::vector<store::EventRow> events;
  std::vector<std::string> bodies;
  std::vector<std::string> locks;
};

bool pauses(engine::RunState const& state) {
  return std::ranges::any_of(state.nodes, [](auto const& entry) {
    return entry.second.status == engine::NodeStatus::parked;
  });
}

/// Waits until the release has come to its pause.
engine::RunState await_pause(engine::Engine& engine, Clock& clock, std::string const& run) {
  for (int look = 0; look < 10'000; ++look) {
    auto snapshot = engine.snapshot(run);
    if (!snapshot || snapshot->state.over()) give_up("release a function", "it has ended");
    if (pauses(snapshot->state)) return std::move(snapshot->state);
    clock.sleep(Duration(5), {});
  }
  give_up("release a function", "it does not come to its pause");
}

Template carry_one_out(store::Store& store, World& world, Clock& clock, Codes const& codes,
                       std::size_t number) {
  Template made;
  made.function = function_name(number);
  auto plan = plan_of(made.function, codes.stored);
  for (auto const& lock : plan.locks) made.locks.push_back(lock.name);
  made.plan = plan::to_json(plan).dump();
  auto executors = engine::standard_executors();
  plan::Evaluators evaluators;
  engine::Engine engine(store, clock, system_random(), executors, evaluators, {.owner = "bench"});
  auto started =
      must("start a run", engine.start({std::move(plan), "bench", {}, {}, {}}, world.services()));
  auto state = await_pause(engine, clock, started.run);
  for (auto const& [id, release] : state.releases)
    made.revision = release["alias_revision"].as_string();
  engine.with_store([&](store::Store& inner) {
    made.row = *must("read the run", inner.run(started.run));
    made.events = must("read the journal", inner.events(started.run));
    return true;
  });
  must("stop a run", engine.signal(started.run, {"stop", "", "bench", "", {}}));
  if (auto end = engine.wait(started.run, {}); !end || !end->state.over())
    give_up("stop a run", "it does not end");
  if (made.revision.empty() || !made.row.next_due) give_up("release a function", "no pause");
  made.due = std::to_string(to_millis(*made.row.next_due));
  made.summary = made.row.summary.dump();
  for (auto const& event : made.events) made.bodies.push_back(event.body.dump());
  return made;
}

store::NewRun run_like(Template const& made, std::size_t number, Time due,
                       std::string const& revision) {
  auto renamed = [&](std::string const& text) {
    auto named = replaced(text, made.function, function_name(number));
    if (!revision.empty()) named = replaced(std::move(named), made.revision, revision);
    return must("rename",
                json::parse(replaced(std::move(named), made.due, std::to_string(to_millis(due)))));
  };
  store::NewRun run;
  run.row = made.row;
  run.row.id = new_run_id(system_random());
  run.plan = renamed(made.plan);
  run.row.plan_digest = hex(sha256(run.plan.canonical()));
  run.row.summary = renamed(made.summary);
  run.row.next_due = due;
  run.row.owner = "killed";
  run.row.owner_incarnation = 0;
  run.row.epoch = 1;
  run.events = made.events;
  for (std::size_t i = 0; i < run.events.size(); ++i) run.events[i].body = renamed(made.bodies[i]);
  for (auto const& lock : made.locks)
    run.locks.push_back(replaced(lock, made.function, function_name(number)));
  return run;
}

}  // namespace

Time due_of(Time begin, std::size_t number, std::size_t runs) {
  auto const share = static_cast<std::int64_t>(number) * spread.count();
  return begin + until_due + Duration(share / static_cast<std::int64_t>(runs));
}

Codes make_codes(store::Packages& packages) {
  Workplace const workplace;
  auto before = make_code(workplace, packages, "exports.handler = async () => 1;\n");
  auto after = make_code(workplace, packages, "exports.handler = async () => 2;\n");
  return {std::move(before.bytes), std::move(after.bytes), std::move(after.stored)};
}

void make_paused_runs(std::filesystem::path const& folder, World& world, ForwardClock& clock,
                      Codes const& codes, std::size_t runs,
                      std::vector<std::string> const& revisions) {
  auto store = must("open the journal", store::open_sqlite(folder.string(), clock));
  auto const made = carry_one_out(*store, world, clock, codes, runs);
  Time const begin = clock.now();
  for (std::size_t number = 0; number < runs; ++number) {
    auto const& revision = number < revisions.size() ? revisions[number] : made.revision;
    auto const run = run_like(made, number, due_of(begin, number, runs), revision);
    if (auto busy = must("write a run", store->create(run)))
      give_up("write a run", busy->lock + " is held");
  }
}

std::vector<Unfinished> unfinished_runs(store::Store& store) {
  std::vector<Unfinished> all;
  store::RunFilter filter;
  filter.state = "active";
  filter.limit = page;
  while (true) {
    auto rows = must("list the runs", store.runs(filter));
    for (auto const& row : rows) {
      auto const& function = row.summary["releases"].items().front()["function"].as_string();
      all.push_back(
          {row.id, std::stoul(function.substr(function.find('-') + 1)), row.next_due.value()});
    }
    if (rows.size() < page) break;
    filter.before = all.back().id;
  }
  std::ranges::sort(all, {}, &Unfinished::due);
  return all;
}

}  // namespace sluice::bench
