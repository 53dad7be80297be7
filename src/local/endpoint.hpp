#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "local/endpoint_events.hpp"
#include "local/model/keys.hpp"
#include "local/model/lambda.hpp"
#include "local/model/sts.hpp"
#include "local/runtime/runner.hpp"
#include "local/wire/calls.hpp"
#include "local/wire/faults.hpp"
#include "net/server.hpp"

namespace sluice::local {

/// Makes the runner once the endpoint's address is known; make_runner for real processes.
using RunnerMaker = std::function<Result<std::unique_ptr<Runner>>(RunnerOptions, Clock&)>;

struct EndpointParts;

struct EndpointSettings {
  std::uint16_t port = 0;        ///< 0: any free one; always on 127.0.0.1
  std::filesystem::path folder;  ///< state, blobs, unpacked code; empty: memory only
  LambdaSettings lambda;         ///< settle delay, throttle rates …
  Duration metric_lag{};         ///< until metrics can be read
  std::vector<AccessKey> keys;   ///< declared: their signatures are verified
  std::vector<RoleTrust> roles;  ///< declared: they do not trust everybody
  EventOptions events;
  Duration keep_warm = std::chrono::minutes(5);
  std::size_t max_processes = 100;
  RunnerMaker runner;  ///< none: every invocation is answered 503
};

/// Requests through an alias that are counted and not run: the traffic of a rehearsal.
struct CountedTraffic {
  std::string account, region, function, alias;
  Time at{};            ///< their timestamp; CloudWatch keeps its minute
  double requests = 0;  ///< in all; a fraction counts as a chance
  /// The share of a version's requests that fails, 0 to 1.
  std::function<double(std::string const& version)> failing;
};

/// What became of some requests.
struct CountedRequests {
  double requests = 0;
  double errors = 0;  ///< of them
};

/// The local AWS endpoint: Lambda, S3, STS and CloudWatch of every account and Region on one
/// address. It can be driven over HTTP (`start`) and, the same way, by calling `handle`.
class Endpoint {
 public:
  /// Reads the state of an earlier run from the folder. `clock` and `random` must outlive it;
  /// `random` is used by one thread at a time.
  static Result<std::unique_ptr<Endpoint>> open(EndpointSettings settings, Clock& clock,
                                                Random& random);
  ~Endpoint();
  Endpoint(Endpoint const&) = delete;
  Endpoint& operator=(Endpoint const&) = delete;

  /// Listens, and starts what works in the background. Once.
  Result<void> start();
  /// Ends everything in order and writes the state. Idempotent.
  void stop();

  /// "http://127.0.0.1:PORT"; "http://localhost" where it was not started.
  std::string const& url() const;

  /// Answers one request. Thread-safe; blocks while a function runs or a delay was asked for. A
  /// response with `drop` stands for a connection that is cut.
  net::Response handle(net::Incoming const& request);

  /// Makes the runner without listening; for owners who only call `handle`.
  Result<void> start_runner();
  /// Runs one asynchronous event that is due; false where there is none. For a virtual clock.
  bool run_event();
  std::optional<Time> next_event();

  /// Spreads the requests by the alias's weights and counts them in the metrics of the versions
  /// they reach. Answers what each version got; nothing where there is no such alias.
  std::map<std::string, CountedRequests> count(CountedTraffic const& traffic);

  /// A layer version that functions of this account and Region may name from now on.
  void declare_layer(std::string const& account, std::string const& region, std::string const& arn);

  FaultList& faults();
  CallLog& calls();
  /// Forgets functions, buckets, metrics, roles that were not declared, logs, calls and faults.
  void reset();

 private:
  explicit Endpoint(std::unique_ptr<EndpointParts> parts);

  std::unique_ptr<EndpointParts> parts_;
};

}  // namespace sluice::local
