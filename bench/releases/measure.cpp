#include "releases/measure.hpp"

#include <algorithm>

namespace sluice::bench {
namespace {

bool starts_a_wait(SeenCall const& call) {
  return call.status < 300 &&
         (call.operation == "CreateFunction" || call.operation == "UpdateFunctionCode" ||
          call.operation == "UpdateFunctionConfiguration");
}

void prepare(Place& place, Scenario const& scenario, std::string const& function) {
  place.stand.set_settle_delay(Duration(0));
  if (!scenario.exists) return;
  PlainClient(place.stand.url(), Duration(0))
      .create(function, place.codes.before(), scenario.alias);
}

void begin(Place& place, Duration settle_delay) {
  place.stand.set_settle_delay(settle_delay);
  place.stand.clear();
  place.home.store().reset();
}

bool parked(engine::RunState const& state) {
  return std::ranges::any_of(state.nodes, [](auto const& entry) {
    return entry.second.status == engine::NodeStatus::parked;
  });
}

}  // namespace

Place::Place()
    : codes{make_code(workplace, home.packages(), "exports.handler = async () => 1;\n"),
            make_code(workplace, home.packages(), "exports.handler = async () => 2;\n")} {}

std::string Place::new_function() { return "bench-" + std::to_string(++functions_); }

Measured measure_sluice(Place& place, Scenario const& scenario, Duration settle_delay,
                        aws::Budget::Rates rates) {
  auto const function = place.new_function();
  prepare(place, scenario, function);
  auto const& code = (scenario.new_code && scenario.exists ? place.codes.two : place.codes.one);
  auto const file = release_file(scenario, function, !scenario.exists);
  Measured result;
  bool const rollback = !scenario.turn_back.empty();
  begin(place, rollback ? Duration(0) : settle_delay);
  auto begun = instant();
  SluiceClient sluice(place.home, place.stand.url(), rates);
  auto const run = sluice.start(file, code.stored);
  if (rollback) {
    sluice.wait_for(run, parked);
    begin(place, settle_delay);
    begun = instant();
    sluice.signal(run, scenario.turn_back);
  }
  auto const end = !rollback                      ? "succeeded"
                   : scenario.turn_back == "stop" ? "stopped"
                                                  : "rolled_back";
  sluice.finish(run, end);
  result.wall = milliseconds(instant() - begun);
  result.commits = place.home.store().commits();
  result.committing = place.home.store().commit_milliseconds();
  result.calls = place.stand.calls();
  return result;
}

Measured measure_plain(Place& place, Scenario const& scenario, Duration settle_delay) {
  auto const function = place.new_function();
  prepare(place, scenario, function);
  if (scenario.before) {
    PlainClient forward(place.stand.url(), Duration(0));
    scenario.before(forward, function, place.codes);
  }
  Measured result;
  begin(place, settle_delay);
  auto const begun = instant();
  PlainClient plain(place.stand.url(), settle_delay);
  scenario.shortest(plain, function, place.codes);
  result.wall = milliseconds(instant() - begun);
  result.calls = place.stand.calls();
  return result;
}

Waits waits_of(std::vector<SeenCall> const& calls, Duration settle_delay) {
  // The endpoint counts whole milliseconds.
  constexpr auto resolution = std::chrono::milliseconds(1);
  Waits waits;
  for (auto call = calls.begin(); call != calls.end(); ++call) {
    if (!starts_a_wait(*call)) continue;
    auto const ready = std::max<Instant>(call->in + settle_delay, call->out);
    for (auto look = call + 1; look != calls.end(); ++look) {
      if (look->operation != "GetFunction") continue;
      if (look->in + resolution < ready) {
        ++waits.early_looks;
        continue;
      }
      waits.late.push_back(std::max(0.0, milliseconds(look->in - ready)));
      break;
    }
  }
  return waits;
}

double handling(std::vector<SeenCall> const& calls) {
  double sum = 0;
  for (auto const& call : calls) sum += milliseconds(call.out - call.in);
  return sum;
}

}  // namespace sluice::bench
