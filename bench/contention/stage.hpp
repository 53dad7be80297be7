#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "forward_clock.hpp"
#include "releases/sluice_client.hpp"
#include "releases/stand.hpp"

namespace sluice::bench {

/// Releases of one Region, each of its own function: a tenth of the traffic, then a pause.
struct Crowd {
  std::string prefix;  ///< of the functions' names
  std::string region;
  std::size_t releases = 0;
  std::string pause;  ///< "1h"
};

/// A release that stands in its pause.
struct Waiting {
  std::string run, function;
  Time due{};
};

/// One process of Sluice (an engine, its HTTP client, its budget of calls, a journal on disk) that
/// works for one account at the local endpoint, over sockets. The releases are brought into their
/// pauses with nothing limited; then `throttle` puts Lambda's limit into force at the endpoint, and
/// another process with the budget of the product goes on with them.
class Stage {
 public:
  Stage();
  ~Stage();

  /// Really carries these releases out up to their pause; in the order they are due.
  std::vector<Waiting> carry_out(Crowd const& crowd);
  void throttle();
  /// The pauses up to that moment are over.
  Instant let_go(Time due);

  /// Fills the engine's pool for long work: as many steps as it has threads hold one each, and as
  /// many wait behind them. They end with the stage.
  void fill_long_pool();

  /// When the first event of that type of the run was committed.
  Instant committed(std::string const& run, std::string const& type);
  SluiceClient& client() { return *client_; }
  Stand& stand() { return stand_; }

 private:
  class Hold;
  struct Held {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t held = 0;  ///< under mutex
    bool over = false;     ///< under mutex
  };

  std::string furnish(Crowd const& crowd, std::size_t number);
  void open_client(aws::Budget::Rates rates);
  void close_client();

  Workplace workplace_;
  Stand stand_;
  ForwardClock clock_;
  SluiceHome home_;
  Code before_, after_;
  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Time> parked_;                                    ///< under mutex_
  std::map<std::pair<std::string, std::string>, Instant> first_commits_;  ///< under mutex_
  std::vector<std::string> runs_;
  std::unique_ptr<SluiceClient> client_;
};

/// The alias writes of functions with that prefix since the log was cleared, in their order.
struct AliasWrite {
  std::string function;
  Instant in, out;
  int status = 0;
};
std::vector<AliasWrite> alias_writes(Stand& stand, std::string const& prefix);
/// Of all calls: how many the endpoint refused because they came too fast.
std::size_t refused_as_too_fast(Stand& stand);

}  // namespace sluice::bench
