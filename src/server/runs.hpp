#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/core.hpp"

namespace sluice::server {

/// The settings that select a run's credentials and endpoints: AWS_* variables and what the command
/// line gave. Handed to the process that executes the run, kept in memory only.
struct AwsSettings {
  std::map<std::string, std::string> environment;  ///< AWS_*, HTTPS_PROXY …, HOME for shared files
  std::optional<std::string> profile, region, endpoint_url;
  std::optional<std::string> local_state;  ///< a state folder: the local endpoint, in-process
};

struct NewRun {
  plan::Plan plan;  ///< packages are stored already (Package::Kind::stored)
  std::string requester;
  json::Value options;
  AwsSettings aws;
  std::map<std::string, json::Value> releases;  ///< known states: rollback of a finished run
  /// Drawn beforehand, so that the request can be repeated (engine::StartRequest); not on the wire.
  std::string id;
};

/// What commands do with runs, wherever those are executed: in this process, or in the one that
/// holds the store, or on a server. Thread-safe.
class Runs {
 public:
  virtual ~Runs() = default;
  /// Busy locks are an answer, not an error.
  virtual Result<engine::Started> start(NewRun run) = 0;
  /// Takes up a run whose process died, with these settings.
  virtual Result<void> resume(std::string const& run, AwsSettings const& aws) = 0;
  /// Of a run that nobody executes a stop or rollback is journalled, and obeyed as soon as the run
  /// is resumed; every other signal is refused (unavailable).
  virtual Result<void> signal(std::string const& run, engine::Signal const& signal) = 0;
  /// `owner` of the row is empty where nobody executes the run, however its process ended.
  virtual Result<store::RunRow> get(std::string const& run) = 0;
  virtual Result<std::vector<store::RunRow>> list(store::RunFilter const& filter) = 0;
  virtual Result<plan::Plan> plan(std::string const& run) = 0;
  virtual Result<std::vector<store::EventRow>> events(std::string const& run,
                                                      std::int64_t after) = 0;
  /// Calls `each` with every event after `after`, in order, as they are committed; returns when the
  /// run has ended, `each` answers false, or `stop` is requested. ErrorCode::unavailable: whoever
  /// executes the run is gone.
  virtual Result<void> follow(std::string const& run, std::int64_t after,
                              std::function<bool(store::EventRow const&)> each,
                              std::stop_token stop) = 0;
};

}  // namespace sluice::server
