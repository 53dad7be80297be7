#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/core.hpp"
#include "engine/trust.hpp"

namespace sluice::engine {

/// What stands behind a run's calls to the outside. May block, and is called on a worker, so it
/// must be thread-safe; `stop` is requested when the answer is of no use any more. Its clients must
/// pass through a TrustedClient of this server's Trust.
using OpenServices = std::function<Result<std::shared_ptr<Services>>(
    store::RunRow const& run, plan::Plan const& plan, std::stop_token const& stop)>;

/// How one of several servers takes its share of a shared store's runs.
struct NodeOptions {
  std::string name;  ///< unique among the servers; shown as the owner of its runs
  OpenServices open;
  Duration ttl = std::chrono::seconds(15);         ///< of its lease
  Duration safety = std::chrono::seconds(3);       ///< trust ends so long before the lease
  Duration renew_every = std::chrono::seconds(5);  ///< give or take `renew_spread`
  Duration renew_spread = std::chrono::seconds(1);
  Duration poll_every = std::chrono::seconds(2);  ///< looks for free runs at least so often
  std::size_t batch = 50;                         ///< claimed at a time
  std::size_t most_runs = 200'000;                ///< of this server at once
};

/// A server's lease on its share of the runs (design E7; operability I2, I5, I6, I9, I10): joins,
/// renews, claims what is free and hands it to the core, obeys letters for its runs, and gives
/// everything up at the end. Who *should* work is all it decides: whose writes count is decided by
/// the epochs.
///
/// Without a thread or a clock of its own: everything is called on the core's thread, and what may
/// block goes to the workers. `tick` is to be called whenever `next_due` says so, and after every
/// message; it costs nothing where nothing is due. Times are measured by the monotonic clock.
class Node {
 public:
  struct Ports {
    Core& core;
    store::Store& store;
    Workers& workers;
    Clock& clock;
    Random& random;
    Trust& trust;  ///< the one that the core's Ports and the services' clients look at
  };

  /// The ports must outlive it and its work. Joins with the first tick.
  Node(Ports ports, NodeOptions options);
  ~Node();
  Node(Node const&) = delete;

  void tick();
  std::optional<Time> next_due() const;
  /// Something may be free: looks with the next tick. Only a hint.
  void look();

  /// Claims nothing more; keeps its lease and its runs.
  void stop_claiming() { claiming_ = false; }
  /// Gives up all runs and the lease in one commit: others take them at once. Steps that are out
  /// are told to stop. It does not join again. Where the store cannot be reached the lease runs out
  /// by itself.
  void leave();

  /// Whether it has a lease and may act on it now.
  bool trusted() const { return member_ && ports_.trust.holds(); }
  /// None: it has no lease at this moment.
  std::optional<store::Membership> const& member() const { return member_; }
  /// Runs that are claimed, but whose services cannot be opened.
  std::size_t held() const { return held_.size(); }
  /// How far the store's clock was from this one at the last renewal (operability I13).
  Duration clock_skew() const { return skew_; }

 private:
  /// A claimed run that is not executed yet.
  struct Held {
    store::RunRow row;
    Duration retry{0};  ///< monotonic; meaningless while it is being opened
    bool opening = false;
    int tries = 0;
    std::string told;  ///< the last reason that was journalled
  };

  void join();
  void renew();
  void end_term();
  void watch_trust();
  void claim();
  void read_letters();
  bool find_adrift();
  void take(store::RunRow row);
  void retry_held();
  void open(std::string const& run);
  void opened(std::string const& run, Result<std::shared_ptr<Services>> services);
  void hold(std::string const& run, Error const& why);
  void note(Held& held, Error const& why);
  Duration now() const { return ports_.clock.monotonic(); }
  Duration spread_renewal();

  Ports ports_;
  NodeOptions options_;
  std::optional<store::Membership> member_;
  std::map<std::string, Held> held_;
  std::stop_source term_;  ///< requested when the term ends
  std::int64_t terms_ = 0;
  Duration join_at_{0}, renew_at_{0}, look_at_{0};
  Duration retry_at_ = Duration::max();  ///< the next of the held ones
  std::size_t opening_ = 0;
  Duration skew_{0};
  bool trusted_ = false;  ///< as the core was last told
  bool adrift_ = false;   ///< the answer to a claim was lost: it may own runs unknowingly
  bool claiming_ = true;
  bool left_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< for answers that come late
};

}  // namespace sluice::engine
