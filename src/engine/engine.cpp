#include "engine/engine.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/guarded.hpp"
#include "engine/letters.hpp"
#include "engine/thread_pool.hpp"

namespace sluice::engine {
namespace {

constexpr Duration letter_poll = std::chrono::milliseconds(100);
/// A run that has ended is noticed after so many polls.
constexpr int polls_per_look = 10;
constexpr Duration hint_wait = std::chrono::seconds(2);
constexpr Duration longest_sleep = std::chrono::seconds(1);
/// Something can be due and yet have to wait for a step in flight: do not spin meanwhile.
constexpr Duration shortest_sleep = std::chrono::milliseconds(5);
/// At the end: how long steps may take to return by themselves, and then when they were asked to.
constexpr Duration unhurried = std::chrono::seconds(1);
constexpr Duration hurried = std::chrono::seconds(4);

std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

/// The mailbox, its thread, and the pools. Lock order: none is held while calling out.
class Engine::Loop final : public Workers {
 public:
  Loop(store::Store& store, Clock& clock, Random& random, Executors const& executors,
       plan::Evaluators const& evaluators, EngineOptions const& options)
      : clock_(clock),
        random_(random),
        pools_{ThreadPool(options.short_threads), ThreadPool(options.long_threads),
               ThreadPool(options.rollback_threads)},
        core_(core_ports(store, random, executors, evaluators, options)),
        node_(make_node(store, random, options)),
        thread_([this](std::stop_token const& stop) { loop(stop); }) {
    if (node_) post([] {});  // it joins at once
    if (node_ && options.shared->hints)
      hints_ = std::jthread([this, &hints = *options.shared->hints](std::stop_token const& stop) {
        while (!stop.stop_requested())
          if (hints.wait_for_change(hint_wait, stop)) post([this] { node_->look(); });
      });
  }

  ~Loop() override { stop(); }

  void run(Pool pool, std::function<std::function<void()>()> work) override {
    run_for("", pool, std::move(work));
  }

  void run_for(std::string const& party, Pool pool,
               std::function<std::function<void()>()> work) override {
    pools_[static_cast<std::size_t>(pool)].submit(party,
                                                  [this, work = std::move(work)] { post(work()); });
  }

  /// False: the thread has ended, and nobody would take the message.
  bool post(std::function<void()> message) {
    {
      std::lock_guard lock(mutex_);
      if (closed_) return false;
      messages_.push_back(std::move(message));
    }
    arrived_.notify_one();
    return true;
  }

  /// Waits until the thread has done it. False: it has ended, and nothing was done.
  bool call(std::function<void()> const& what) {
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    bool taken = post([&] {
      what();
      std::lock_guard lock(mutex);
      finished = true;
      done.notify_one();
    });
    if (!taken) return false;
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return finished; });
    return true;
  }

  /// The same for what only reads: after the end nothing runs beside the callers any more.
  void look(std::function<void()> const& what) {
    if (call(what)) return;
    std::lock_guard lock(after_end_);
    what();
  }

  void stop() {
    if (stopped_.exchange(true)) return;
    hints_ = {};
    call([&] {
      if (node_) node_->stop_claiming();
      core_.drain();
    });
    if (!await_rest(unhurried)) {
      call([&] { core_.hurry(); });
      await_rest(hurried);
    }
    call([&] { node_ ? node_->leave() : core_.let_go(); });
    for (auto& pool : pools_) pool.stop();
    thread_.request_stop();
    arrived_.notify_one();
    thread_.join();
  }

  Core& core() { return core_; }
  Node const* node() const { return node_.get(); }
  bool ending() const { return stopped_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  Guarded<std::map<std::size_t, Listener>>& listeners() { return listeners_; }

 private:
  Core::Ports core_ports(store::Store& store, Random& random, Executors const& executors,
                         plan::Evaluators const& evaluators, EngineOptions const& options) {
    return {.store = store,
            .workers = *this,
            .clock = clock_,
            .random = random,
            .executors = executors,
            .evaluators = evaluators,
            .owner = options.owner,
            .committed = [this](std::string const& run, Snapshot const& snapshot,
                                std::vector<Event> const& events) { tell(run, snapshot, events); },
            .unload_after = options.unload_after,
            .trust = options.shared ? options.shared->trust : nullptr};
  }

  std::unique_ptr<Node> make_node(store::Store& store, Random& random,
                                  EngineOptions const& options) {
    if (!options.shared) return nullptr;
    Node::Ports ports{core_, store, *this, clock_, random, *options.shared->trust};
    return std::make_unique<Node>(ports, options.shared->node);
  }

  /// True: nothing is out any more.
  bool await_rest(Duration time) {
    std::unique_lock lock(mutex_);
    return rest_.wait_for(lock, time, [&] { return at_rest_; });
  }

  void loop(std::stop_token const& stop) {
    while (true) {
      std::deque<std::function<void()>> batch;
      {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, time_to_sleep(),
                          [&] { return !messages_.empty() || stop.stop_requested(); });
        batch.swap(messages_);
        closed_ = batch.empty() && stop.stop_requested();
        if (closed_) return;
      }
      for (auto& message : batch) {
        message();
        if (node_) node_->tick();  // the lease is renewed also where there is much to do
      }
      if (node_) node_->tick();
      core_.tick();
      due_ = core_.next_due();
      if (node_) due_ = earlier(due_, node_->next_due());
      if (stopped_ && core_.at_rest()) tell_rest();
    }
  }

  void tell_rest() {
    std::lock_guard lock(mutex_);
    at_rest_ = true;
    rest_.notify_all();
  }

  Duration time_to_sleep() {
    if (!due_) return longest_sleep;
    return std::clamp<Duration>(*due_ - clock_.now(), shortest_sleep, longest_sleep);
  }

  void tell(std::string const& run, Snapshot const& snapshot, std::vector<Event> const& events) {
    auto all = listeners_.with([](auto& listeners) { return listeners; });
    for (auto& [token, listener] : all) listener(run, snapshot, events);
  }

  Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> messages_;
  bool closed_ = false;   // under mutex_
  bool at_rest_ = false;  // under mutex_, once it is ending
  std::condition_variable rest_;
  std::mutex after_end_;     // for callers, once the thread has ended
  std::optional<Time> due_;  // the thread's own
  std::atomic<bool> stopped_{false};
  Guarded<std::map<std::size_t, Listener>> listeners_;
  std::array<ThreadPool, 3> pools_;
  Core core_;                   // touched by the thread only
  std::unique_ptr<Node> node_;  // the same; null: the store is not shared
  std::jthread thread_;
  std::jthread hints_;
};

Engine::Engine(store::Store& store, Clock& clock, Random& random, Executors const& executors,
               plan::Evaluators const& evaluators, EngineOptions const& options)
    : store_(store),
      loop_(std::make_unique<Loop>(store, clock, random, executors, evaluators, options)) {}

Engine::~Engine() = default;

Core const& Engine::core() const { return loop_->core(); }

void Engine::look(std::function<void()> const& what) { loop_->look(what); }

Result<void> Engine::change(std::function<void()> const& what) {
  if (!loop_->ending() && loop_->call(what)) return {};
  return fail(ErrorCode::unavailable, "this process is ending and takes nothing more",
              "Ask again: another process takes the run up.");
}

Result<Started> Engine::start(StartRequest request, std::shared_ptr<Services> services) {
  Result<Started> answer;
  auto done =
      change([&] { answer = loop_->core().start(std::move(request), std::move(services)); });
  if (!done) return std::unexpected(done.error());
  return answer;
}

Result<void> Engine::resume(std::string const& run, std::shared_ptr<Services> services) {
  Result<void> answer;
  auto done = change([&] { answer = loop_->core().resume(run, std::move(services)); });
  return done ? answer : done;
}

Result<void> Engine::signal(std::string const& run, Signal const& signal) {
  Result<void> answer;
  auto done = change([&] { answer = loop_->core().signal(run, signal); });
  return done ? answer : done;
}

Result<void> Engine::signal_unexecuted(std::string const& run, Signal const& signal) {
  Result<void> answer;
  auto done = change([&] { answer = loop_->core().signal_unexecuted(run, signal); });
  return done ? answer : done;
}

Result<void> Engine::send(std::string const& run, Signal const& signal) {
  Clock& clock = loop_->clock();
  Result<std::string> id;
  auto sent = change([&] { id = send_letter(store_, loop_->random(), clock.now(), run, signal); });
  if (!sent) return sent;
  if (!id) return std::unexpected(id.error());
  auto taken_back = [&] {
    return with_store([&](store::Store& store) { return take_back(store, *id); });
  };
  Duration until = clock.monotonic() + letter_patience;
  for (int polls = 1; clock.monotonic() < until && !loop_->ending(); ++polls) {
    auto answer = with_store([&](store::Store& store) { return take_answer(store, *id); });
    if (answer && *answer) return **answer;
    if (!answer && answer.error().code != ErrorCode::unavailable)
      return std::unexpected(answer.error());
    if (polls % polls_per_look == 0) {
      auto row = with_store([&](store::Store& store) { return store.run(run); });
      bool const ended = row && *row && (*row)->ended;
      // What was obeyed before the end is answered all the same.
      if (ended && taken_back().value_or(false))
        return fail(ErrorCode::conflict, "run " + run + " has ended: " + (*row)->state);
    }
    clock.sleep(letter_poll, {});
  }
  auto back = taken_back();
  if (back && *back)
    return fail(ErrorCode::unavailable, "no server executes run " + run + " at the moment",
                "Nothing was done. Ask again; sluice get " + run + " shows where it stands.");
  return fail(ErrorCode::unavailable, "whether run " + run + " was told is not known",
              "sluice get " + run + " shows where it stands.");
}

std::optional<Snapshot> Engine::snapshot(std::string const& run) {
  std::optional<Snapshot> answer;
  look([&] { answer = loop_->core().snapshot(run); });
  return answer;
}

std::vector<std::string> Engine::active() {
  std::vector<std::string> answer;
  look([&] { answer = loop_->core().active(); });
  return answer;
}

bool Engine::executes(std::string const& run) {
  bool answer = false;
  look([&] { answer = loop_->core().executes(run); });
  return answer;
}

std::optional<std::string> Engine::frozen() {
  std::optional<std::string> answer;
  look([&] { answer = loop_->core().frozen(); });
  return answer;
}

std::optional<LeaseState> Engine::lease() {
  std::optional<LeaseState> answer;
  look([&] {
    Node const* node = loop_->node();
    if (node)
      answer = {node->trusted(), node->clock_skew(), loop_->core().executing(), node->held()};
  });
  return answer;
}

OwnershipCounts Engine::ownership() {
  OwnershipCounts answer;
  look([&] { answer = loop_->core().ownership(); });
  return answer;
}

std::size_t Engine::listen(Listener listener) {
  return loop_->listeners().with([&](auto& all) {
    std::size_t token = all.empty() ? 1 : all.rbegin()->first + 1;
    all[token] = std::move(listener);
    return token;
  });
}

void Engine::forget(std::size_t token) {
  loop_->listeners().with([&](auto& all) { return all.erase(token); });
  look([] {});  // a call of the listener that was under way has ended after this
}

std::optional<Snapshot> Engine::wait(std::string const& run, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool over = false;
  std::size_t token =
      listen([&](std::string const& id, Snapshot const& snapshot, std::vector<Event> const&) {
        if (id != run || !snapshot.state.over()) return;
        std::lock_guard lock(mutex);
        over = true;
        changed.notify_all();
      });
  if (executes(run)) {
    std::unique_lock lock(mutex);
    while (!over && !stop.stop_requested()) {
      changed.wait_for(lock, stop, std::chrono::seconds(1), [&] { return over; });
      lock.unlock();
      bool lost = !executes(run);  // taken over by another process: no commit of ours will tell
      lock.lock();
      if (lost) break;
    }
  }
  forget(token);
  return snapshot(run);
}

void Engine::shutdown() { loop_->stop(); }

}  // namespace sluice::engine
