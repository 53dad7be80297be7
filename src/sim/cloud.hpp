#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/release/release_state.hpp"
#include "local/model/cloudwatch_alarms.hpp"
#include "local/model/world.hpp"
#include "net/http.hpp"
#include "sim/scenario.hpp"
#include "sim/virtual_clock.hpp"

namespace sluice::sim {

/// Where webhooks of the plan lead; no part of AWS.
inline constexpr char hooks_host[] = "hooks.simulated";

/// A request as Lambda understands it. One to hooks_host is called "SendRequest", and its function
/// is the delivery's id.
struct CloudCall {
  std::string region, operation, function;
  std::string qualifier;  ///< of the query
  json::Value body;
  bool write = false;
  /// The run whose intent this is, and the epoch it stands under; where somebody has looked.
  std::string run;
  std::int64_t epoch = 0;
};

/// One write of the run that Lambda accepted.
struct Write {
  Time at{};
  CloudCall call;
  std::optional<engine::AliasContent> before;  ///< of an UpdateAlias: what it replaced
};

/// The AWS of a simulation: the local model without sockets or signatures, what the world looked
/// like at the start, and the traffic that flows all the time. Answers are those of the wire.
class Cloud {
 public:
  Cloud(VirtualClock& clock, std::uint64_t seed, Scenario const& scenario);

  /// Makes the functions as the scenario has them before the run.
  void furnish();
  static CloudCall read(net::Request const& request);
  net::Response answer(net::Request const& request);

  /// By hand, as somebody else's call.
  local::Outcome<json::Value> call(std::string const& region, std::string const& operation,
                                   json::Value const& request);
  void fail_next_update(FunctionScenario const& function);

  /// What is true now. Never through a throttle or a fault.
  std::optional<engine::AliasContent> alias(FunctionScenario const& function);
  json::Value record(FunctionScenario const& function, std::string const& qualifier = {});
  json::Value tags(FunctionScenario const& function);
  std::optional<std::string> bytes_of(std::string const& sha256) const;

  /// An answer that a GetAlias could have got within the last half minute and does not get any
  /// more; none: it has not changed since.
  std::optional<net::Response> past_alias(CloudCall const& call, Random& random) const;

  /// What was true before the run.
  struct Before {
    std::optional<engine::AliasContent> alias;
    std::string latest;         ///< fingerprint of `$LATEST`; empty: no function
    std::string latest_frozen;  ///< its frozen_fingerprint
    json::Value tags;
  };
  Before const& before(FunctionScenario const& function) const;

  /// Which version's callers see the candidate's errors.
  void set_candidate(FunctionScenario const& function, std::string const& version) {
    candidates_[function.release] = version;
  }
  /// Requests that went to this version through the alias since the start.
  double served(FunctionScenario const& function, std::string const& version) const;

 private:
  void furnish(FunctionScenario const& function);
  void remember_alias(std::string const& region, std::string const& function);
  void serve(Time from, Time to);
  void serve_minute(FunctionScenario const& function, Time at, double seconds);
  void count(FunctionScenario const& function, std::string const& version, Time at,
             double requests);
  net::Response metrics(net::Request const& request);
  net::Response invoke(net::Request const& request);
  net::Response download(std::string const& url) const;

  VirtualClock& clock_;
  SeededRandom random_;
  Scenario const& scenario_;
  local::MemoryCodeStore code_{local::MemoryCodeStore::Check::none};
  local::MemoryObjects objects_;
  local::AnyImage images_;
  local::World world_;
  local::CloudWatch metrics_;
  local::CloudWatchAlarms alarms_;
  std::map<std::string, Before> before_;
  /// What aliases were from when on, by region and function; null: there was none.
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<Time, json::Value>>> past_;
  std::map<std::string, std::string> candidates_;
  std::map<std::pair<std::string, std::string>, double> served_;
};

/// All of a request's body, also where it is streamed.
std::string body_of(net::Request const& request);

}  // namespace sluice::sim
