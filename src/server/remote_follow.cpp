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
  Watchdog watchdog(options_.silence, ending);
  StreamReader reader;
  net::Request request;
  request.url = options_.base_url + "/api/v1/runs/" + net::percent_encode(run) + "/events";
  request.headers = {{"Accept", "text/event-stream"}, {"Last-Event-ID", std::to_string(after)}};
  net::SendOptions send;
  send.unix_socket = options_.unix_socket;
  send.total_timeout = {};
  send.sink = [&](std::string_view piece) {
    watchdog.heard();
    return reader.take(piece, take);
  };
  auto response = client_.send(request, send, ending.get_token());
  if (refused) return std::unexpected(*refused);
  if (ended) return *ended;
  if (stop.stop_requested()) return Ended::told_to;
  if (response && response->status != 200) return std::unexpected(error_of(*response));
  if (!response && response.error().error.code == ErrorCode::invalid_input)
    return std::unexpected(response.error().error);
  return Ended::cut;
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
  for (int cuts = 0; cuts < most_cuts;) {
    std::int64_t before = after;
    auto ended = stream(run, after, each, stop);
    if (!ended) return std::unexpected(ended.error());
    if (*ended == Ended::again) {
      cuts = 0;
      continue;
    }
    if (*ended != Ended::cut) return {};
    cuts = after > before ? 1 : cuts + 1;
    wait(between_cuts, stop);
  }
  return fail(ErrorCode::unavailable, "the process that executes run " + run + " has gone away");
}

}  // namespace sluice::server
