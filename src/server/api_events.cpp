#include <charconv>

#include "server/answers.hpp"
#include "server/api.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/run_page.hpp"

namespace sluice::server {
namespace {

bool wants_stream(net::Incoming const& request) {
  return request.headers.get("Accept").contains("text/event-stream");
}

net::Response fed(std::string content_type, std::function<void(std::shared_ptr<net::Feed>)> feed) {
  net::Response response;
  response.headers = {{"Content-Type", std::move(content_type)},
                      {"Cache-Control", "no-store"},
                      // Proxies that collect an answer before they pass it on shall not.
                      {"X-Accel-Buffering", "no"}};
  response.feed = std::move(feed);
  return response;
}

}  // namespace

net::Response Api::events(Call const& call) {
  auto const& run = call.parameters.at("run");
  auto query = events_query(run, call.request.query);
  if (!query) return problem(query.error());
  if (wants_stream(call.request)) return stream(call, *query);
  auto page = read_page(parts_.engine, run, query->after, query->limit);
  if (!page) return problem(page.error());
  bool waits = query->wait.count() > 0 && page->events.empty() && !page->over && page->executed;
  if (!waits) return answer(200, page_json(run, *page, query->after));
  return fed("application/json", [this, run, query = *query](std::shared_ptr<net::Feed> feed) {
    parts_.streams.add_poll(run, {query.after, query.limit, query.wait}, std::move(feed));
  });
}

net::Response Api::stream(Call const& call, EventsQuery const& query) {
  auto const& run = call.parameters.at("run");
  if (auto row = parts_.runs.get(run); !row) return problem(row.error());
  std::int64_t after = query.after;
  if (auto const& last = call.request.headers.get("Last-Event-ID"); !last.empty()) {
    auto [end, wrong] = std::from_chars(last.data(), last.data() + last.size(), after);
    if (wrong != std::errc() || end != last.data() + last.size() || after < 0)
      return problem({ErrorCode::invalid_input, "Last-Event-ID is no number of an event", ""});
  }
  // Who follows may lose the right to while the stream is open.
  auto allowed = [this, head = call.request] {
    auto who = parts_.access.principal_of(head);
    return who && may(*who, Permission::view);
  };
  return fed("text/event-stream", [this, run, after, allowed](std::shared_ptr<net::Feed> feed) {
    parts_.streams.add(run, after, std::move(feed), allowed);
  });
}

}  // namespace sluice::server
