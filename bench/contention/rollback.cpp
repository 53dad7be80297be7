#include <algorithm>
#include <cstdio>
#include <span>

#include "contention/measures.hpp"
#include "contention/stage.hpp"
#include "engine/events.hpp"

namespace sluice::bench {
namespace {

constexpr Duration look_every = std::chrono::milliseconds(5);
constexpr Duration between = std::chrono::milliseconds(500);
constexpr Duration most_patience = std::chrono::minutes(10);

struct Turned {
  Samples decided;   ///< from the commit of the decision, ms
  Samples asked;     ///< from the signal, ms
  Samples deciding;  ///< from the signal to the commit of the decision, ms
};

json::Value to_json(Turned const& turned, std::string_view what) {
  json::Value row{{"what", what}, {"count", turned.decided.count()}};
  auto add = [&](std::string const& name, Samples const& samples) {
    row.set(name + "_p50_ms", samples.at(0.5));
    row.set(name + "_p99_ms", samples.at(0.99));
    row.set(name + "_largest_ms", samples.largest());
  };
  add("decided", turned.decided);
  add("asked", turned.asked);
  add("deciding", turned.deciding);
  return row;
}

/// A rollback that was asked for.
struct Asked {
  Waiting release;
  Instant at;
};

Asked ask(Stage& stage, Waiting const& release) {
  Asked asked{release, instant()};
  stage.client().signal(release.run, "rollback");
  return asked;
}

/// Waits until the alias of every one of them is restored, and adds their times.
void await_restored(Stage& stage, std::span<Asked const> asked, Turned& turned) {
  auto const patience = system_clock().monotonic() + most_patience;
  for (auto const& it : asked) {
    auto const decided = stage.committed(it.release.run, engine::event::stopping);
    auto const ended = stage.committed(it.release.run, engine::event::rollback_ended);
    std::optional<Instant> restored;
    for (auto const& write : alias_writes(stage.stand(), it.release.function))
      if (write.status == 200 && write.in >= it.at && write.in < ended) restored = write.out;
    if (!restored) continue;  // its own shift had not happened: there was nothing to restore
    turned.decided.add(milliseconds(*restored - decided));
    turned.asked.add(milliseconds(*restored - it.at));
    turned.deciding.add(milliseconds(decided - it.at));
    if (system_clock().monotonic() > patience) give_up("roll back", "it takes too long");
  }
}

Turned one_by_one(Stage& stage, std::span<Waiting const> releases) {
  Turned turned;
  for (auto const& release : releases) {
    Asked const asked = ask(stage, release);
    await_restored(stage, {&asked, 1}, turned);
    system_clock().sleep(between, {});
  }
  return turned;
}

Turned at_once(Stage& stage, std::span<Waiting const> releases) {
  std::vector<Asked> asked;
  for (auto const& release : releases) asked.push_back(ask(stage, release));
  Turned turned;
  await_restored(stage, asked, turned);
  return turned;
}

}  // namespace

json::Value measure_rollback(std::size_t releases, std::size_t rollbacks) {
  json::Value rows = json::Array{};
  auto tell = [&](Turned const& turned, std::string_view what) {
    rows.push(to_json(turned, what));
    std::fprintf(stderr, "rollback:   %s\n", rows.items().back().dump().c_str());
  };
  std::fprintf(stderr, "rollback: %zu other releases\n", releases);
  Stage stage;
  std::size_t const burst = std::min<std::size_t>(rollbacks, 20);
  auto const crowd = stage.carry_out({"crowd-", "eu-west-1", releases, "1h"});
  auto const paused = stage.carry_out({"pause-", "eu-west-1", 2 * rollbacks + burst, "9h"});
  stage.throttle();
  std::span<Waiting const> subjects(paused), tail(crowd);
  tell(one_by_one(stage, subjects.subspan(0, rollbacks)), "idle");
  stage.fill_long_pool();
  stage.stand().clear();
  auto const begun = stage.let_go(crowd.back().due);
  tell(one_by_one(stage, tail.subspan(releases - burst, burst)), "waits for its own shift");
  tell(one_by_one(stage, subjects.subspan(rollbacks, rollbacks)), "paused, others compete");
  tell(at_once(stage, subjects.subspan(2 * rollbacks, burst)), "paused, many at once");
  std::size_t shifted = 0;
  for (auto const& write : alias_writes(stage.stand(), "crowd-"))
    if (write.status == 200) ++shifted;
  return {{"rows", rows},
          {"releases", releases},
          {"seconds", milliseconds(instant() - begun) / 1000},
          {"shifted_meanwhile", shifted},
          {"refused", refused_as_too_fast(stage.stand())}};
}

}  // namespace sluice::bench
