#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/event_stream.hpp"
#include "server/host_runs.hpp"
#include "server/problem.hpp"
#include "server/remote.hpp"
#include "server/wire.hpp"

namespace sluice::server {
namespace {

/// Streams in a row that may end without a single event.
constexpr int most_cuts = 3;
constexpr Duration between_cuts = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(3);

/// Requests a stop when nothing was heard for a while.
class Watchdog {
 public:
  Watchdog(Duration patience, std::stop_source target)
      : patience_(patience),
        target_(std::move(target)),
        thread_([this](std::stop_token const& stop) { watch(stop); }) {}

  void heard() { ++heard_; }

 private:
  void watch(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    for (unsigned seen = heard_;; seen = heard_) {
      changed_.wait_for(lock, stop, patience_, [] { return false; });
      if (stop.stop_requested()) return;
      if (seen == heard_) target_.request_stop();
    }
  }

  Duration const patience_;
  std::stop_source target_;
  std::atomic<unsigned> heard_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

void wait(Duration time, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
}

/// How long it is worth while to take a stream up again.
class Hope {
 public:
  explicit Hope(RemoteOptions const& options)
      : options_(options), heard_(options.clock->monotonic()) {}

  /// `moved`: events came; `heard`: something did.
  bool lost(bool moved, bool heard) {
    cuts_ = moved ? 1 : cuts_ + 1;
    if (options_.patience == Duration{}) return cuts_ >= most_cuts;
    Duration now = options_.clock->monotonic();
    if (moved || heard) heard_ = now;
    if (moved || heard) cuts_ = 1;
    return now - heard_ >= options_.patience;
  }
  Duration pause() const {
    if (options_.patience == Duration{}) return between_cuts;
    return std::min<Duration>(longest_pause, between_cuts * (1 << std::min(cuts_, 6)));
  }

 private:
  RemoteOptions const& options_;
  Duration heard_;  ///< when, monotonic
  int cuts_ = 0;
};

}  // namespace

Result<RemoteRuns::Ended> RemoteRuns::stream(
    std::string const& run, std::int64_t& after,
    std::function<bool(store::EventRow const&)> const& each, std::stop_token stop) {
  std::optional<Ended> ended;
  std::optional<Error> refused;
  auto take = [&](StreamMessage const& message) -> Result<void> {
    auto finish = [&](Ended how) {
      ended = how;
      return fail(ErrorCode::cancelled, "the stream is done with");
    };
    if (message.event == stream_end && message.id.empty()) return finish(Ended::run_over);
    if (message.event == stream_again && message.id.empty()) return finish(Ended::again);
    if (message.event == stream_unowned && message.id.empty()) {
      refused = not_executed(run);
      return finish(Ended::cut);
    }
    auto body = json::parse(message.data);
    if (!body) return std::unexpected(body.error());
    auto event = event_row(*body);
    if (!event) return std::unexpected(event.error());
    if (event->seq <= after) return {};
    after = event->seq;
    if (!each(*event)) return finish(Ended::told_to);
    return {};
  };

  std::stop_source ending;
  std::stop_callback on_stop(stop, [&] { ending.request_stop(); });
  Watchdog watchdog(api_.options().silence, ending);
  bool heard = false;
  StreamReader reader;
  net::Request request;
  request.url = "/api/v1/runs/" + net::percent_encode(run) + "/events";
  request.headers = {{"Accept", "text/event-stream"}, {"Last-Event-ID", std::to_string(after)}};
  net::SendOptions send;
  api_.complete(request, send);
  send.total_timeout = {};
  send.sink = [&](std::string_view piece) {
    watchdog.heard();
    heard = true;
    return reader.take(piece, take);
  };
  auto response = client_.send(request, send, ending.get_token());
  // Another server takes up a run whose own has gone.
  if (refused && api_.is_server()) return Ended::silent;
  if (refused) return std::unexpected(*refused);
  if (ended) return *ended;
  if (stop.stop_requested()) return Ended::told_to;
  if (response && response->status != 200) {
    if (api_.is_server() && try_again_after(*response)) return Ended::silent;
    return std::unexpected(api_.refusal(*response));
  }
  if (!response && response.error().error.code == ErrorCode::invalid_input)
    return std::unexpected(response.error().error);
  return heard ? Ended::cut : Ended::silent;
}

Result<void> RemoteRuns::follow(std::string const& run, std::int64_t after,
                                std::function<bool(store::EventRow const&)> each,
                                std::stop_token stop) {
  // What is journalled already comes in pages: a stream would drop who reads more slowly than it
  // is filled.
  for (bool more = true; more && !stop.stop_requested();) {
    auto page = events_page(run, after, stop);
    if (!page && stop.stop_requested()) return {};
    if (!page) return std::unexpected(page.error());
    for (auto const& event : page->events) {
      after = event.seq;
      if (!each(event)) return {};
    }
    more = page->more && !page->events.empty();
  }
  Hope hope(api_.options());
  while (true) {
    std::int64_t before = after;
    auto ended = stream(run, after, each, stop);
    if (!ended) return std::unexpected(ended.error());
    if (*ended == Ended::run_over || *ended == Ended::told_to) return {};
    if (*ended == Ended::again) continue;
    if (hope.lost(after > before, *ended == Ended::cut)) break;
    wait(hope.pause(), stop);
  }
  if (!api_.is_server())
    return fail(ErrorCode::unavailable, "the process that executes run " + run + " has gone away");
  return fail(ErrorCode::unavailable,
              "nothing has been heard of run " + run + " from " + api_.options().base_url +
                  " for " + text_of(api_.options().patience),
              "The run does not need this command. sluice watch " + run +
                  " looks again, once the server answers.");
}

}  // namespace sluice::server
