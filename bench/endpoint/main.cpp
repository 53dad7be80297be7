#include <cstdio>
#include <map>
#include <string_view>

#include "endpoint/load.hpp"
#include "endpoint/requests.hpp"
#include "endpoint/serve.hpp"
#include "releases/plain_client.hpp"
#include "server_process.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr char const* name = "bench";

struct Kind {
  std::string id, title;
  bool on_endpoint = true;
  bool runs_functions = false;
};

std::vector<Kind> const kinds{{"static", "fixed answer, our HTTP server alone", false},
                              {"invoke", "Invoke through a weighted alias", true, true},
                              {"get_function", "GetFunction"},
                              {"get_alias", "GetAlias"},
                              {"update_alias", "UpdateAlias"}};

/// What one kind of call showed at one number of callers, over all rounds.
struct Row {
  Samples per_second, share, median_ms, slow_ms;
  Samples server, functions, generator;  ///< microseconds of processor per call
};

/// Two versions of a function that does nothing, and an alias that sends every tenth call to the
/// second.
void make_function(std::string const& url) {
  Workplace workplace;
  auto packages = store::open_packages(workplace.folder("packages"));
  auto code = make_code(workplace, *packages, "exports.handler = async () => ({});\n");
  PlainClient client(url, Duration(0));
  client.create(name, {code.bytes, 128}, true);
  client.shift(name, "1", client.update_configuration(name, 256), 0.1);
}

std::vector<std::string> requests_of(Kind const& kind, std::string const& url) {
  std::string const function = name;
  if (kind.id == "static") return {lambda_request(url, "GET", {"functions", function})};
  if (kind.id == "invoke")
    return {lambda_request(url, "POST", {"functions", function + ":live", "invocations"}, "{}")};
  if (kind.id == "get_function") return {lambda_request(url, "GET", {"functions", function})};
  if (kind.id == "get_alias")
    return {lambda_request(url, "GET", {"functions", function, "aliases", "live"})};
  std::vector<std::string> updates;
  for (double weight : {0.1, 0.2}) {
    json::Value const body{
        {"FunctionVersion", "1"},
        {"RoutingConfig", json::Value{{"AdditionalVersionWeights", json::Value{{"2", weight}}}}}};
    updates.push_back(
        lambda_request(url, "PUT", {"functions", function, "aliases", "live"}, body.dump()));
  }
  return updates;
}

class Bench {
 public:
  Bench(bool quick, std::string only)
      : quick_(quick),
        only_(std::move(only)),
        fixed_(own_program(), {"--serve", "static"}),
        endpoint_(own_program(), {"--serve", "endpoint"}) {
    make_function(endpoint_.url());
  }

  json::Value run() {
    int const rounds = quick_ ? 2 : 5;
    auto const machine = machine_cpu();
    auto const begun = instant();
    for (int callers : {1, 8, 32}) {
      warm_up(callers);
      for (int round = 0; round < rounds; ++round) one_round(callers);
    }
    auto const seconds = milliseconds(instant() - begun) / 1000;
    auto const ours = fixed_.cpu().own + endpoint_.cpu().own + endpoint_.cpu().children + own_cpu_;
    json::Value rows = json::Array{};
    for (auto const& [key, row] : rows_) rows.push(to_json(key.first, key.second, row));
    return {{"rows", rows},
            {"processors_busy_with_others", (machine_cpu() - machine - ours) / seconds}};
  }

 private:
  ServerProcess const& server_of(Kind const& kind) const {
    return kind.on_endpoint ? endpoint_ : fixed_;
  }

  /// Until the functions' processes for that many callers are there.
  void warm_up(int callers) {
    std::fprintf(stderr, "endpoint: %d callers\n", callers);
    Load load(endpoint_.port(), callers, requests_of(kinds[1], endpoint_.url()));
    load.run(std::chrono::milliseconds(quick_ ? 1500 : 4000));
  }

  void one_round(int callers) {
    double ceiling = 0;
    for (auto const& kind : kinds) {
      if (!only_.empty() && kind.on_endpoint && kind.id != only_) continue;
      auto const& server = server_of(kind);
      Load load(server.port(), callers, requests_of(kind, server.url()));
      auto const before = server.cpu();
      auto const result = load.run(std::chrono::milliseconds(quick_ ? 500 : 1000));
      auto const after = server.cpu();
      own_cpu_ += result.generator_cpu;
      if (kind.id == "static") ceiling = result.per_second();
      auto& row = rows_[{callers, kind.id}];
      auto const per_call = 1e6 / static_cast<double>(result.calls);
      row.per_second.add(result.per_second());
      row.share.add(result.per_second() / ceiling);
      row.median_ms.add(result.median_ms);
      row.slow_ms.add(result.slow_ms);
      row.server.add((after.own - before.own) * per_call);
      row.functions.add((after.children - before.children) * per_call);
      row.generator.add(result.generator_cpu * per_call);
    }
  }

  static json::Value to_json(int callers, std::string const& id, Row const& row) {
    std::string title;
    for (auto const& kind : kinds)
      if (kind.id == id) title = kind.title;
    return {{"id", id},
            {"title", title},
            {"callers", callers},
            {"per_second", row.per_second.to_json()},
            {"share_of_ceiling", row.share.to_json()},
            {"median_ms", row.median_ms.to_json()},
            {"slow_ms", row.slow_ms.to_json()},
            {"server_us", row.server.to_json()},
            {"functions_us", row.functions.to_json()},
            {"generator_us", row.generator.to_json()}};
  }

  bool quick_;
  std::string only_;  ///< the one kind that is measured beside the ceiling; empty: all
  ServerProcess fixed_, endpoint_;
  double own_cpu_ = 0;
  std::map<std::pair<int, std::string>, Row> rows_;
};

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  bool quick = false;
  std::string only;
  for (int i = 1; i < count; ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "--quick") quick = true;
    if (argument == "--only" && i + 1 < count) only = arguments[++i];
    if (argument == "--serve" && i + 1 < count) return sluice::bench::serve(arguments[i + 1]);
  }
  std::puts(sluice::bench::Bench(quick, only).run().dump().c_str());
  return 0;
}
