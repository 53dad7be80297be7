#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "contention/measures.hpp"
#include "contention/stage.hpp"
#include "engine/events.hpp"

namespace sluice::bench {
namespace {

constexpr Duration look_every = std::chrono::milliseconds(50);
constexpr Duration most_patience = std::chrono::minutes(10);

/// The writes that were taken.
std::vector<AliasWrite> taken(Stand& stand, std::string const& prefix) {
  auto writes = alias_writes(stand, prefix);
  std::erase_if(writes, [](auto const& it) { return it.status != 200; });
  return writes;
}

std::vector<AliasWrite> await_writes(Stand& stand, std::string const& prefix, std::size_t number) {
  auto const patience = system_clock().monotonic() + most_patience;
  while (true) {
    auto writes = taken(stand, prefix);
    if (writes.size() >= number) return writes;
    if (system_clock().monotonic() > patience) give_up("wait for shifts", "it takes too long");
    system_clock().sleep(look_every, {});
  }
}

double seconds(Instant from, Instant to) { return milliseconds(to - from) / 1000; }

/// How far from its place in the order of the due times each one acted.
Samples displacements(std::vector<Waiting> const& due, std::vector<AliasWrite> const& acted) {
  std::map<std::string, std::size_t> places;
  for (auto const& it : due) places.emplace(it.function, places.size());
  Samples all;
  for (std::size_t place = 0; place < acted.size(); ++place) {
    auto const wanted = static_cast<double>(places.at(acted[place].function));
    all.add(std::abs(static_cast<double>(place) - wanted));
  }
  return all;
}

struct Prepared {
  std::vector<Waiting> crowd, neighbours, paused;
};

json::Value round(std::size_t releases) {
  Stage stage;
  Prepared all;
  all.crowd = stage.carry_out({"crowd-", "eu-west-1", releases, "1h"});
  all.neighbours = stage.carry_out({"other-", "eu-west-2", 10, "1h"});
  all.paused = stage.carry_out({"pause-", "eu-west-1", 1, "9h"});
  stage.throttle();
  auto const begun = stage.let_go(all.neighbours.back().due);
  await_writes(stage.stand(), "crowd-", releases / 4);
  auto const& turned = all.paused.front();
  auto const asked = instant();
  stage.client().signal(turned.run, "rollback");
  auto const restored = await_writes(stage.stand(), "pause-", 1).front().out;
  auto const acted = await_writes(stage.stand(), "crowd-", releases);
  auto const aside = await_writes(stage.stand(), "other-", all.neighbours.size());
  Samples waits, neighbour_waits;
  for (auto const& it : acted) waits.add(seconds(begun, it.in));
  for (auto const& it : aside) neighbour_waits.add(seconds(begun, it.in));
  auto const moved = displacements(all.crowd, acted);
  auto const overtaken =
      std::ranges::count_if(acted, [&](auto const& it) { return it.in > restored; });
  auto const before = std::ranges::count_if(
      acted, [&](auto const& it) { return it.in > asked && it.in < restored; });
  return {{"releases", releases},
          {"seconds", waits.largest()},
          {"per_second", static_cast<double>(releases) / waits.largest()},
          {"refused", refused_as_too_fast(stage.stand())},
          {"p50_s", waits.at(0.5)},
          {"p99_s", waits.at(0.99)},
          {"largest_to_median", waits.largest() / waits.at(0.5)},
          {"moved_p50", moved.at(0.5)},
          {"moved_largest", moved.largest()},
          {"neighbour_p50_s", neighbour_waits.at(0.5)},
          {"neighbour_largest_s", neighbour_waits.largest()},
          {"rollback_s", seconds(asked, restored)},
          {"shifts_before_rollback", before},
          {"shifts_overtaken", overtaken}};
}

}  // namespace

json::Value measure_order(std::size_t releases, std::size_t rounds) {
  json::Value figures = json::Array{};
  for (std::size_t number = 0; number < rounds; ++number) {
    std::fprintf(stderr, "order: %zu releases, round %zu\n", releases, number + 1);
    figures.push(round(releases));
    std::fprintf(stderr, "order:   %s\n", figures.items().back().dump().c_str());
  }
  return figures;
}

}  // namespace sluice::bench
