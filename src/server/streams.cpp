#include "server/streams.hpp"

#include "base/log.hpp"
#include "server/event_stream.hpp"
#include "server/run_page.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t page_events = 500;
/// How often it is looked whether clients need a heartbeat or a run lost its process.
constexpr Duration round_length = std::chrono::seconds(1);

}  // namespace

Result<RunPage> read_page(engine::Engine& engine, std::string const& run, std::int64_t after) {
  RunPage page;
  auto read = engine.with_core([&](store::Store& store, engine::Core const& core) -> Result<void> {
    page.executed = core.shared() || core.executes(run);
    auto row = store.run(run);
    if (!row) return std::unexpected(row.error());
    if (!*row)
      return fail(ErrorCode::not_found, "there is no run " + run, "sluice list shows the runs.");
    auto events = store.events(run, after, page_events);
    if (!events) return std::unexpected(events.error());
    page.events = std::move(*events);
    page.over = (*row)->ended.has_value();
    page.complete = page.events.size() < page_events;
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return page;
}

Streams::Streams(engine::Engine& engine, Clock& clock, Duration heartbeat)
    : engine_(engine), clock_(clock), heartbeat_(heartbeat) {
  listener_ = engine_.listen(
      [this](std::string const& run, engine::Snapshot const&, std::vector<engine::Event> const&) {
        {
          std::lock_guard lock(mutex_);
          if (!news_.followed.contains(run)) return;
          news_.runs.insert(run);
        }
        changed_.notify_one();
      });
  thread_ = std::thread([this] { loop(); });
}

void Streams::add(std::string run, std::int64_t after, std::shared_ptr<net::Feed> feed) {
  bool refused = false;
  {
    std::lock_guard lock(mutex_);
    refused = news_.stopping;
    if (!refused) {
      news_.followed.insert(run);
      news_.arrived.push_back({std::move(run), after, feed, clock_.monotonic(), true});
    }
  }
  if (refused) feed->close();
  changed_.notify_one();
}

std::set<std::string> Streams::followed() {
  std::lock_guard lock(mutex_);
  return news_.followed;
}

void Streams::ping() {
  {
    std::lock_guard lock(mutex_);
    news_.ping = true;
  }
  changed_.notify_one();
}

void Streams::stop() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(news_.stopping, true)) return;
  }
  changed_.notify_one();
  thread_.join();
  engine_.forget(listener_);
}

bool Streams::wait(News& news) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::min(round_length, heartbeat_), [&] {
    return news_.stopping || news_.ping || !news_.runs.empty() || !news_.arrived.empty();
  });
  news.ping = std::exchange(news_.ping, false);
  news.runs = std::exchange(news_.runs, {});
  news.arrived = std::exchange(news_.arrived, {});
  return !news_.stopping;
}

void Streams::loop() {
  News news;
  while (wait(news)) {
    for (auto& stream : news.arrived) streams_.push_back(std::move(stream));
    auto executed = executed_of_followed();
    std::erase_if(streams_, [&](Stream& stream) {
      bool gone = !executed.contains(stream.run);
      bool new_to_it = std::exchange(stream.fresh, false) || news.runs.contains(stream.run);
      if (new_to_it || gone) return !serve(stream);
      bool heard = !news.ping && clock_.monotonic() - stream.last_push < heartbeat_;
      if (heard) return false;
      return !send(stream, stream_heartbeat());
    });
    std::lock_guard lock(mutex_);
    news_.followed.clear();
    for (auto const& stream : streams_) news_.followed.insert(stream.run);
    for (auto const& stream : news_.arrived) news_.followed.insert(stream.run);
  }
  for (auto& stream : streams_) stream.feed->close();
  for (auto& stream : news.arrived) stream.feed->close();
  streams_.clear();
}

/// The followed runs that this process executes.
std::set<std::string> Streams::executed_of_followed() {
  std::set<std::string> executed;
  if (streams_.empty()) return executed;
  engine_.with_core([&](store::Store&, engine::Core const& core) {
    for (auto const& stream : streams_)
      if (core.executes(stream.run)) executed.insert(stream.run);
    return true;
  });
  return executed;
}

bool Streams::send(Stream& stream, std::string text) {
  stream.last_push = clock_.monotonic();
  return stream.feed->push(std::move(text));
}

bool Streams::serve(Stream& stream) {
  while (true) {
    auto page = read_page(engine_, stream.run, stream.after);
    if (!page) {
      log::warning("stream_ended", {{"run", stream.run}, {"reason", page.error().message}});
      stream.feed->close();
      return false;
    }
    std::string text;
    for (auto const& event : page->events) {
      text += stream_text(event);
      stream.after = event.seq;
    }
    if (!text.empty() && !send(stream, std::move(text))) return false;
    if (!page->complete) continue;
    if (!page->over && page->executed) return true;
    send(stream, stream_mark(page->over ? stream_end : stream_unowned));
    stream.feed->close();
    return false;
  }
}

}  // namespace sluice::server
