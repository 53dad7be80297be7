#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "store/postgres.hpp"

namespace sluice::engine {

/// What an engine needs on a store that several servers share.
struct SharedStore {
  NodeOptions node;
  Trust* trust = nullptr;               ///< the one that the services' clients look at
  store::ChangeHints* hints = nullptr;  ///< wake-ups, waited for on a thread of its own; or null
};

/// Where a server stands on a shared store.
struct LeaseState {
  bool trusted = false;    ///< it has a lease and may act (readiness)
  Duration clock_skew{0};  ///< the store's clock minus this one (operability I13)
  std::size_t runs = 0;    ///< that it executes
  std::size_t held = 0;    ///< that it owns and cannot go on with
};

struct EngineOptions {
  std::string owner;  ///< this process, as it stands in the runs' rows
  unsigned short_threads = 8;
  unsigned long_threads = 4;  ///< uploads, invocations, webhooks
  unsigned rollback_threads = 4;
  std::optional<Duration> unload_after = std::chrono::seconds(5);  ///< as in Core::Ports
  /// None: this process is the only one that has the store. All of it must outlive the engine.
  std::optional<SharedStore> shared;
};

/// A Core with a thread of its own and pools for its executors; on a shared store with a Node.
/// Every method is thread-safe and waits for the core's thread; none of them may be called from a
/// listener.
class Engine {
 public:
  /// All references must outlive the engine. `store` is used on the engine's thread only.
  Engine(store::Store& store, Clock& clock, Random& random, Executors const& executors,
         plan::Evaluators const& evaluators, EngineOptions const& options);
  /// Lets the runs go without ending them: they can be resumed.
  ~Engine();

  Result<Started> start(StartRequest request, std::shared_ptr<Services> services);
  Result<void> resume(std::string const& run, std::shared_ptr<Services> services);
  Result<void> signal(std::string const& run, Signal const& signal);
  Result<void> signal_unexecuted(std::string const& run, Signal const& signal);
  /// To whichever server executes the run now or takes it over: waits until that one has obeyed or
  /// refused. unavailable: nobody did for half a minute, and nobody will; or, where the message
  /// says so, it is not known. Only on a shared store.
  Result<void> send(std::string const& run, Signal const& signal);
  std::optional<Snapshot> snapshot(std::string const& run);
  std::vector<std::string> active();
  bool executes(std::string const& run);
  /// Why nothing can be journalled right now; none: all is well.
  std::optional<std::string> frozen();

  /// Runs something that needs the store on the engine's thread: reads of other runs.
  template <class Use>
  auto with_store(Use use) {
    using Answer = decltype(use(std::declval<store::Store&>()));
    std::optional<Answer> answer;
    look([&] { answer.emplace(use(store_)); });
    return std::move(*answer);
  }

  /// The same where it must be known, of the same moment, which runs are executed here.
  template <class Use>
  auto with_core(Use use) {
    using Answer = decltype(use(std::declval<store::Store&>(), std::declval<Core const&>()));
    std::optional<Answer> answer;
    look([&] { answer.emplace(use(store_, core())); });
    return std::move(*answer);
  }

  /// After every commit, on the engine's thread, with what was committed. Returns a token.
  using Listener =
      std::function<void(std::string const& run, Snapshot const&, std::vector<Event> const&)>;
  std::size_t listen(Listener listener);
  void forget(std::size_t token);

  /// Blocks until the run has ended, was taken over by another process, or `stop` is requested.
  /// Answers the last snapshot.
  std::optional<Snapshot> wait(std::string const& run, std::stop_token const& stop);

  /// None where the store is not shared.
  std::optional<LeaseState> lease();
  OwnershipCounts ownership();

  /// Stops taking work, lets running steps return (after a second they are asked to, after five
  /// they are left), commits what they answered, and gives up the runs; on a shared store together
  /// with the lease, in one commit, so that others go on at once (operability I9).
  /// From then on start, resume and signals answer ErrorCode::unavailable; reads still work.
  void shutdown();

 private:
  class Loop;
  Core const& core() const;
  /// Both run `what` on the core's thread; after shutdown() only `look` does something, here.
  void look(std::function<void()> const& what);
  Result<void> change(std::function<void()> const& what);

  store::Store& store_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace sluice::engine
