#include "server/streams.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "server/event_stream.hpp"
#include "server/run_page.hpp"

namespace sluice::server {
namespace {

/// How often it is looked whether clients need a heartbeat or a run lost its process.
constexpr Duration round_length = std::chrono::seconds(1);

/// Lifetimes between 0.9 and 1.1 of `usual`, evenly spread whatever number comes next.
Duration spread(Duration usual, std::uint64_t number) {
  double golden = std::fmod(static_cast<double>(number % 100'000) * 0.6180339887, 1.0);
  return std::chrono::duration_cast<Duration>(usual * (0.9 + 0.2 * golden));
}

}  // namespace

Streams::Streams(engine::Engine& engine, Clock& clock, StreamOptions options)
    : engine_(engine), clock_(clock), options_(std::move(options)) {
  listener_ = engine_.listen(
      [this](std::string const& run, engine::Snapshot const&, std::vector<engine::Event> const&) {
        {
          std::lock_guard lock(mutex_);
          if (!news_.followed.contains(run) && !news_.polled.contains(run)) return;
          news_.runs.insert(run);
        }
        changed_.notify_one();
      });
  thread_ = std::thread([this] { loop(); });
}

void Streams::add(std::string run, std::int64_t after, std::shared_ptr<net::Feed> feed,
                  std::function<bool()> allowed) {
  Stream stream;
  stream.run = std::move(run);
  stream.after = after;
  stream.feed = std::move(feed);
  stream.allowed = std::move(allowed);
  stream.last_push = stream.checked = clock_.monotonic();
  {
    std::lock_guard lock(mutex_);
    stream.ends = stream.checked + spread(options_.lifetime, ++begun_);
  }
  take(std::move(stream));
}

void Streams::add_poll(std::string run, Poll const& poll, std::shared_ptr<net::Feed> feed) {
  Stream stream;
  stream.run = std::move(run);
  stream.after = poll.after;
  stream.feed = std::move(feed);
  stream.page = std::max<std::size_t>(1, poll.limit);
  stream.ends = clock_.monotonic() + poll.wait;
  take(std::move(stream));
}

void Streams::take(Stream stream) {
  auto feed = stream.feed;
  bool refused = false;
  {
    std::lock_guard lock(mutex_);
    refused = news_.stopping;
    if (!refused) {
      (stream.is_poll() ? news_.polled : news_.followed).insert(stream.run);
      news_.arrived.push_back(std::move(stream));
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
  changed_.wait_for(lock, std::min(round_length, options_.heartbeat), [&] {
    return news_.stopping || news_.ping || !news_.runs.empty() || !news_.arrived.empty();
  });
  news.ping = std::exchange(news_.ping, false);
  news.runs = std::exchange(news_.runs, {});
  news.arrived = std::exchange(news_.arrived, {});
  return !news_.stopping;
}

void Streams::note_runs() {
  std::lock_guard lock(mutex_);
  news_.followed.clear();
  news_.polled.clear();
  auto note = [&](Stream const& stream) {
    (stream.is_poll() ? news_.polled : news_.followed).insert(stream.run);
  };
  std::ranges::for_each(streams_, note);
  std::ranges::for_each(news_.arrived, note);
}

void Streams::loop() {
  News news;
  while (wait(news)) {
    for (auto& stream : news.arrived) streams_.push_back(std::move(stream));
    auto executed = executed_of_followed();
    std::erase_if(streams_, [&](Stream& stream) {
      return !keep(stream, news, executed.contains(stream.run));
    });
    note_runs();
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

bool Streams::keep(Stream& stream, News const& news, bool executed) {
  Duration now = clock_.monotonic();
  if (stream.allowed && now - stream.checked >= options_.recheck) {
    stream.checked = now;
    if (!stream.allowed()) {
      stream.feed->close();
      return false;
    }
  }
  bool over = now >= stream.ends;
  bool news_for_it = std::exchange(stream.fresh, false) || news.runs.contains(stream.run);
  if (stream.is_poll()) return !(news_for_it || !executed || over) || serve_poll(stream, over);
  if (news_for_it || !executed) return serve(stream);
  if (over) {
    send(stream, stream_mark(stream_again));
    stream.feed->close();
    return false;
  }
  bool heard = !news.ping && now - stream.last_push < options_.heartbeat;
  return heard || send(stream, stream_heartbeat());
}

bool Streams::send(Stream& stream, std::string text) {
  stream.last_push = clock_.monotonic();
  return stream.feed->push(std::move(text));
}

bool Streams::serve_poll(Stream& stream, bool last) {
  auto page = read_page(engine_, stream.run, stream.after, stream.page);
  bool waits = page && page->events.empty() && !page->over && page->executed && !last;
  if (waits) return true;
  if (page)
    send(stream, page_json(stream.run, *page, stream.after).dump());
  else
    log::warning("poll_ended", {{"run", stream.run}, {"reason", page.error().message}});
  stream.feed->close();
  return false;
}

bool Streams::serve(Stream& stream) {
  // What was there before somebody followed is late by no fault of the stream.
  bool live = std::exchange(stream.caught_up, true);
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
      if (live && options_.told) options_.told(clock_.now() - event.at);
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
