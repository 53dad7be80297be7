#include <cstdio>
#include <string_view>
#include <thread>

#include "plan/plan.hpp"
#include "plan/steps.hpp"
#include "releases/stand.hpp"
#include "streams/listeners.hpp"
#include "streams/served.hpp"

namespace sluice::bench {
namespace {

constexpr Duration between_signals = std::chrono::milliseconds(30);

struct Sizes {
  std::size_t runs = 25, streams = 500, events = 200, lists = 200;
};

plan::Plan plan_that_waits(std::size_t number) {
  plan::Plan plan;
  plan.name = "waits-" + std::to_string(number);
  plan.root = plan::sequence("waits", {plan::leaf("ask", plan::ApprovalStep{})});
  return plan;
}

json::Value to_json(Samples const& samples) {
  return {{"p50_ms", samples.at(0.5)},
          {"p99_ms", samples.at(0.99)},
          {"largest_ms", samples.largest()},
          {"count", samples.count()}};
}

/// A page of all runs, asked for again and again by one client.
json::Value measure_lists(Served& server, std::size_t lists, std::string const& name) {
  auto const token = server.make_token(name);
  Samples samples;
  for (std::size_t i = 0; i < lists; ++i) {
    auto const begun = instant();
    server.ask("GET", "/api/v1/runs?limit=50", token);
    samples.add(milliseconds(instant() - begun));
  }
  return to_json(samples);
}

/// Signals that change nothing but the journal: a pause, and its end.
class Talk {
 public:
  Talk(Served& server, Listeners& listeners, std::vector<std::string> runs, std::size_t of_each)
      : server_(server), listeners_(listeners), runs_(std::move(runs)), of_each_(of_each) {}

  void say(std::string const& token, std::size_t number) {
    std::string const& run = runs_[number % runs_.size()];
    auto const path = "/api/v1/runs/" + run;
    auto const before = server_.ask("GET", path, token)["last_seq"].as_int();
    bool const pause = (number / runs_.size()) % 2 == 0;
    auto const begun = instant();
    server_.ask("POST", path + "/signals", token, {{"kind", pause ? "pause" : "continue"}});
    answers_.add(milliseconds(instant() - begun));
    auto const heard = listeners_.await({run, before + 1}, of_each_);
    Time last_wall{};
    Instant last{};
    for (auto const& wall : heard.wall) {
      from_journal_.add(static_cast<double>((wall - heard.at).count()));
      last_wall = std::max(last_wall, wall);
    }
    for (auto const& at : heard.instants) {
      from_request_.add(milliseconds(at - begun));
      last = std::max(last, at);
    }
    last_.add(milliseconds(last - begun));
  }

  json::Value figures(std::string_view what) const {
    return {{"what", what},
            {"streams_of_the_run", of_each_},
            {"request", to_json(answers_)},
            {"from_journal", to_json(from_journal_)},
            {"from_request", to_json(from_request_)},
            {"last_stream", to_json(last_)}};
  }

 private:
  Served& server_;
  Listeners& listeners_;
  std::vector<std::string> runs_;
  std::size_t of_each_;
  Samples answers_, from_journal_, from_request_, last_;
};

json::Value talk(Served& server, Listeners& listeners, std::vector<std::string> const& runs,
                 std::size_t events, std::string const& what) {
  Talk talk(server, listeners, runs, listeners.count() / runs.size());
  std::vector<std::string> tokens;
  for (int i = 0; i < 4; ++i) tokens.push_back(server.make_token(what + std::to_string(i)));
  for (std::size_t number = 0; number < events; ++number) {
    talk.say(tokens[number % tokens.size()], number);
    system_clock().sleep(between_signals, {});
  }
  return talk.figures(what);
}

json::Value measure(std::filesystem::path const& sluice, Sizes const& sizes) {
  Stand stand;
  Served server(sluice, stand.url());
  std::vector<std::string> runs;
  for (std::size_t number = 0; number < sizes.runs; ++number)
    runs.push_back(server
                       .ask("POST", "/api/v1/runs", server.admin(),
                            {{"plan", plan::to_json(plan_that_waits(number))}})["run"]
                       .as_string());
  json::Value lists = json::Array{}, events = json::Array{};
  auto list = [&](std::string const& what) {
    std::fprintf(stderr, "streams: lists, %s\n", what.c_str());
    auto row = measure_lists(server, sizes.lists, what);
    row.set("what", what);
    lists.push(std::move(row));
  };
  list("no-stream");
  {
    Listeners listeners(server.port(), server.make_token("streams"));
    for (std::size_t i = 0; i < sizes.streams; ++i) listeners.open(runs[i % runs.size()]);
    listeners.listen();
    list("open-streams");
    std::fprintf(stderr, "streams: %zu on %zu runs\n", sizes.streams, runs.size());
    std::jthread const beside([&] { list("open-streams-and-events"); });
    events.push(talk(server, listeners, runs, sizes.events, "many-runs"));
  }
  Listeners listeners(server.port(), server.make_token("streams-of-one"));
  for (std::size_t i = 0; i < sizes.streams; ++i) listeners.open(runs.front());
  listeners.listen();
  std::fprintf(stderr, "streams: %zu on one run\n", sizes.streams);
  events.push(talk(server, listeners, {runs.front()}, sizes.events / 2, "one-run"));
  return {{"streams", sizes.streams}, {"runs", sizes.runs}, {"lists", lists}, {"events", events}};
}

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  using namespace sluice;
  std::vector<std::string_view> const words(arguments + 1, arguments + count);
  if (words.empty()) {
    std::fputs("usage: bench_streams SLUICE [--quick]\n", stderr);
    return 2;
  }
  bench::Sizes sizes;
  if (words.back() == "--quick") sizes = {10, 500, 40, 50};
  std::puts(bench::measure(words.front(), sizes).dump().c_str());
  return 0;
}
