#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/process.hpp"
#include "releases/measure.hpp"

namespace sluice::bench {
namespace {

/// A settle delay and how often it is measured. The longer ones are spread over 100 ms, so that no
/// rhythm of looking fits them by luck.
struct Delay {
  int base;
  int rounds, quick_rounds;
  Duration of_round(int round, int all) const {
    return Duration(base == 0 ? 0 : base + 100 * round / all);
  }
};
constexpr Delay delays[] = {{0, 11, 3}, {250, 7, 2}, {1000, 5, 2}, {3000, 3, 1}};

std::string with_service(SeenCall const& call) {
  return call.service == "lambda" ? call.operation : call.service + ":" + call.operation;
}

json::Value count(Place& place, Scenario const& scenario) {
  auto const measured = measure_sluice(place, scenario, Duration(0), {});
  auto const floor = measure_plain(place, scenario, Duration(0));
  json::Value calls = json::Array{}, shortest = json::Array{};
  for (auto const& call : measured.calls) calls.push(with_service(call));
  for (auto const& call : floor.calls) shortest.push(with_service(call));
  if (shortest != json::array_of(scenario.bound))
    give_up(scenario.id, "the shortest way is not the bound: " + shortest.dump());
  return {{"id", scenario.id},
          {"title", scenario.title},
          {"bound", json::array_of(scenario.bound)},
          {"calls", calls},
          {"difference", scenario.difference},
          {"commits", measured.commits}};
}

json::Value walls(Place& place, Scenario const& scenario, Delay const& delay, bool quick) {
  Samples sluice, plain, endpoint, more, late, late_in_all, committing, unlimited;
  int early_looks = 0, early_in_plain = 0;
  int const rounds = quick ? delay.quick_rounds : delay.rounds;
  for (int round = 0; round < rounds; ++round) {
    auto const settle = delay.of_round(round, rounds);
    auto const ours = measure_sluice(place, scenario, settle, {});
    auto const floor = measure_plain(place, scenario, settle);
    auto const waits = waits_of(ours.calls, settle);
    auto const floor_waits = waits_of(floor.calls, settle);
    double sum = 0;
    for (double value : waits.late) late.add(value), sum += value;
    late_in_all.add(sum);
    early_looks += waits.early_looks;
    early_in_plain += floor_waits.early_looks;
    sluice.add(ours.wall);
    plain.add(floor.wall);
    more.add(ours.wall - floor.wall);
    committing.add(ours.committing);
    endpoint.add(static_cast<double>(floor_waits.late.size() * settle.count()) +
                 handling(floor.calls));
    if (delay.base == 0)
      unlimited.add(measure_sluice(place, scenario, settle, aws::Budget::unlimited()).wall);
  }
  json::Value row{{"id", scenario.id},
                  {"settle_delay", delay.base},
                  {"sluice", sluice.to_json()},
                  {"plain", plain.to_json()},
                  {"endpoint", endpoint.to_json()},
                  {"more", more.to_json()},
                  {"committing", committing.to_json()},
                  {"early_looks", static_cast<double>(early_looks) / rounds}};
  if (!late.empty()) row.set("late", late.to_json()), row.set("late_in_all", late_in_all.to_json());
  if (!unlimited.empty()) row.set("without_budget", unlimited.to_json());
  return row;
}

/// What the disk takes to keep a few kilobytes at the end of a file: the least that a commit of the
/// journal can take.
double time_of_keeping(int file) {
  std::array<char, 4096> const page{};
  auto const begun = instant();
  if (::write(file, page.data(), page.size()) != ssize_t{page.size()} || ::fdatasync(file) != 0)
    give_up("write to the disk", std::strerror(errno));
  return milliseconds(instant() - begun);
}

/// One commit of the journal beside one bare write to the same disk, alternately.
json::Value commits(Place& place, bool quick) {
  auto const path = place.workplace.path() / "page";
  FileHandle const file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  Samples commit, write;
  for (int round = 0; round < (quick ? 20 : 100); ++round) {
    write.add(time_of_keeping(file.get()));
    auto const measured = measure_sluice(place, scenarios().back(), Duration(0), {});
    commit.add(measured.committing / measured.commits);
  }
  return {{"commit", commit.to_json()}, {"write", write.to_json()}};
}

int run(bool quick, std::string_view only) {
  Place place;
  json::Value calls = json::Array{}, wall = json::Array{};
  for (auto const& scenario : scenarios()) {
    if (!only.empty() && only != scenario.id) continue;
    std::fprintf(stderr, "releases: %s\n", scenario.title.c_str());
    calls.push(count(place, scenario));
    for (auto const& delay : delays) wall.push(walls(place, scenario, delay, quick));
  }
  std::fprintf(stderr, "releases: commits\n");
  json::Value const figures{{"calls", calls}, {"wall", wall}, {"commits", commits(place, quick)}};
  std::puts(figures.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  bool quick = false;
  std::string_view only;
  for (int i = 1; i < count; ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "--quick") quick = true;
    if (argument == "--only" && i + 1 < count) only = arguments[++i];
  }
  return sluice::bench::run(quick, only);
}
