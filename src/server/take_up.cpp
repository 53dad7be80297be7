#include "server/take_up.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t page = 1000;
constexpr Duration look_again = std::chrono::seconds(1);

bool before(store::RunRow const& a, store::RunRow const& b) {
  if (a.rolling_back != b.rolling_back) return a.rolling_back;
  if (a.next_due.has_value() != b.next_due.has_value()) return !a.next_due.has_value();
  if (a.next_due && *a.next_due != *b.next_due) return *a.next_due < *b.next_due;
  return a.created < b.created;
}

}  // namespace

TakeUp::TakeUp(HostRuns& runs, Clock& clock, Options options)
    : runs_(runs), clock_(clock), options_(std::move(options)) {
  threads_.emplace_back([this](std::stop_token const& stop) { find(stop); });
  for (unsigned i = 0; i < options_.threads; ++i)
    threads_.emplace_back([this](std::stop_token const& stop) { work(stop); });
}

TakeUp::~TakeUp() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

bool TakeUp::tried_all(Duration patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return found_ && untried_ == 0; });
}

Result<std::deque<TakeUp::Waiting>> TakeUp::unexecuted() {
  std::vector<store::RunRow> all;
  store::RunFilter filter;
  filter.state = "active";
  filter.limit = page;
  while (true) {
    auto rows = runs_.list(filter);
    if (!rows) return std::unexpected(rows.error());
    std::size_t const size = rows->size();
    for (auto& row : *rows) {
      filter.before = row.id;
      if (row.owner.empty()) all.push_back(std::move(row));
    }
    if (size < page) break;
  }
  std::ranges::sort(all, before);
  std::deque<Waiting> found;
  Duration const now = clock_.monotonic();
  for (auto const& row : all) found.push_back({row.id, now, options_.first_wait});
  return found;
}

void TakeUp::find(std::stop_token const& stop) {
  while (!stop.stop_requested()) {
    auto found = unexecuted();
    std::unique_lock lock(mutex_);
    if (found) {
      untried_ = found->size();
      waiting_ = std::move(*found);
      found_ = true;
      if (untried_ > 0) log::info("runs_taken_up", {{"runs", static_cast<std::int64_t>(untried_)}});
      changed_.notify_all();
      return;
    }
    log::error("unfinished_runs_unknown", {{"reason", found.error().message}});
    changed_.wait_for(lock, stop, look_again, [] { return false; });
  }
}

void TakeUp::work(std::stop_token const& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    Duration const now = clock_.monotonic();
    if (waiting_.empty() || waiting_.front().due > now) {
      Duration wait = std::chrono::hours(1);
      if (!waiting_.empty()) wait = waiting_.front().due - now;
      Duration const first = waiting_.empty() ? Duration::max() : waiting_.front().due;
      changed_.wait_for(lock, stop, wait,
                        [&] { return !waiting_.empty() && waiting_.front().due < first; });
      continue;
    }
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    attempt(std::move(next), stop);
    lock.lock();
  }
}

void TakeUp::attempt(Waiting waiting, std::stop_token const& stop) {
  auto taken = runs_.take_up(waiting.run, options_.settings, stop);
  bool again = false;
  if (taken) {
    runs_.held().clear(waiting.run);
  } else if (!stop.stop_requested()) {
    auto row = runs_.get(waiting.run);
    again = !row || !row->ended;
    if (again) {
      runs_.held().hold(waiting.run, taken.error().text());
      log::warning("run_held", {{"run", waiting.run},
                                {"reason", taken.error().message},
                                {"again_in_s", waiting.wait.count() / 1000}});
    } else {
      runs_.held().clear(waiting.run);
    }
  }
  std::lock_guard lock(mutex_);
  if (!std::exchange(waiting.tried, true)) --untried_;
  if (again) {
    waiting.due = clock_.monotonic() + waiting.wait;
    waiting.wait = std::min(waiting.wait * 2, options_.longest_wait);
    auto place = std::ranges::upper_bound(waiting_, waiting.due, {}, &Waiting::due);
    waiting_.insert(place, std::move(waiting));
  }
  changed_.notify_all();
}

}  // namespace sluice::server
