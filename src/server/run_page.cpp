#include "server/run_page.hpp"

#include "server/query.hpp"
#include "server/wire.hpp"

namespace sluice::server {

Result<RunPage> read_page(engine::Engine& engine, std::string const& run, std::int64_t after,
                          std::size_t most) {
  RunPage page;
  auto read = engine.with_core([&](store::Store& store, engine::Core const& core) -> Result<void> {
    page.executed = core.shared() || core.executes(run);
    auto row = store.run(run);
    if (!row) return std::unexpected(row.error());
    if (!*row)
      return fail(ErrorCode::not_found, "there is no run " + run, "sluice list shows the runs.");
    // One more than asked for tells whether anything stands behind them.
    auto events = store.events(run, after, most + 1);
    if (!events) return std::unexpected(events.error());
    page.events = std::move(*events);
    page.over = (*row)->ended.has_value();
    page.complete = page.events.size() <= most;
    if (!page.complete) page.events.resize(most);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return page;
}

json::Value page_json(std::string const& run, RunPage const& page, std::int64_t after) {
  json::Value events = json::Array{};
  for (auto const& event : page.events) events.push(to_json(event));
  json::Value body{{"events", std::move(events)}, {"more", !page.complete}};
  std::int64_t last = page.events.empty() ? after : page.events.back().seq;
  if (!page.complete || !page.over) body.set("next", next_events(run, last));
  return body;
}

}  // namespace sluice::server
