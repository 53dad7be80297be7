#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

#include "base/process.hpp"
#include "server_process.hpp"
#include "store/private_postgres.hpp"
#include "transitions/server.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr Duration warm_up = std::chrono::seconds(4);

ProcessOptions command(std::vector<std::string> arguments) {
  ProcessOptions options{.program = own_program(), .arguments = std::move(arguments)};
  for (char const* name : {"PATH", "TMPDIR", "HOME"})
    if (char const* value = std::getenv(name)) options.environment[name] = value;
  return options;
}

/// So many servers on one store at the same time, each a process of its own.
json::Value measure(std::string const& kind, std::string const& store, int servers,
                    Duration window) {
  std::fprintf(stderr, "transitions: %s, %d\n", kind.c_str(), servers);
  auto const begin = std::to_string(to_millis(system_clock().now() + warm_up));
  std::vector<Result<ProcessResult>> results(static_cast<std::size_t>(servers));
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < results.size(); ++i)
      threads.emplace_back([&, i] {
        results[i] = run_process(command({"--serve", store, "server-" + std::to_string(i + 1),
                                          begin, std::to_string(window.count())}));
      });
  }
  json::Value row{{"store", kind}, {"servers", servers}};
  for (char const* name : {"steps", "events", "commits", "bare_commits"}) {
    std::int64_t all = 0;
    for (auto const& result : results) {
      auto const& done = must("start a server", result);
      auto const figures = json::parse(done.output);
      if (!done.exit.success() || !figures)
        give_up("measure transitions", done.exit.text() + ": " + done.errors);
      all += (*figures)[name].as_int();
    }
    row.set(name + std::string("_per_second"),
            static_cast<double>(all) * 1000 / static_cast<double>(window.count()));
  }
  std::fprintf(stderr, "transitions:   %s\n", row.dump().c_str());
  return row;
}

int run(Duration window) {
  json::Value figures = json::Array{};
  Workplace const workplace;
  figures.push(measure("SQLite", workplace.folder("journal").string(), 1, window));
  auto* postgres = store::PrivatePostgres::shared(store::PrivatePostgres::Commits::durable);
  if (!postgres) std::fputs("transitions: PostgreSQL is not installed: it is left out\n", stderr);
  for (int servers : {1, 2, 4})
    if (postgres) figures.push(measure("PostgreSQL", postgres->make_database(), servers, window));
  std::puts(figures.dump().c_str());
  return 0;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace
}  // namespace sluice::bench

int main(int count, char** arguments) {
  using namespace sluice;
  std::vector<std::string_view> const words(arguments + 1, arguments + count);
  if (words.size() == 5 && words[0] == "--serve") {
    auto const figures = bench::serve_transitions({std::string(words[1]), std::string(words[2]),
                                                   from_millis(bench::number(words[3])),
                                                   Duration(bench::number(words[4]))});
    std::puts(figures.dump().c_str());
    return 0;
  }
  bool const quick = words.size() == 1 && words[0] == "--quick";
  return bench::run(quick ? std::chrono::seconds(2) : std::chrono::seconds(6));
}
