#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sluice::local {

/// Everything about one version (or one state of `$LATEST`) that its processes depend on. Two units
/// with different keys never share a process.
struct CodeUnit {
  std::string key;  ///< account/region/function/version/revision
  std::string account, region, function_name, version;
  std::string runtime;  ///< nodejs20.x, python3.12, provided.al2023 …
  std::string handler;
  std::filesystem::path
      zip;  ///< as uploaded; unpacked once per code hash below the runner's folder
  std::string code_sha256;
  std::vector<std::filesystem::path> layer_zips;
  int timeout_seconds = 3;
  int memory_mb = 128;
  std::map<std::string, std::string> environment;  ///< the user's variables
  bool json_logs = false;
};

struct Invocation {
  std::string request_id;
  std::string invoked_arn;  ///< as the caller named it, with the alias
  std::string payload;
  std::string client_context;  ///< decoded JSON, may be empty
};

struct InvocationResult {
  std::string payload;           ///< the answer, or the error document
  std::string function_error;    ///< "Unhandled", or empty when the function succeeded
  std::string log;               ///< START/END/REPORT and what the function printed, whole
  Duration duration{};           ///< handler time, without init, in whole milliseconds
  double duration_ms = 0;        ///< the same with its fraction, as REPORT and the metric show it
  std::optional<Duration> init;  ///< on a cold start
  int max_memory_mb = 0;
};

/// Runs function code in child processes through the Lambda Runtime API (aws-lambda reference,
/// sections 25 and 26). Thread-safe; `invoke` blocks until the answer or the time-out.
class Runner {
 public:
  virtual ~Runner() = default;
  /// An Error only where the runtime cannot be run here (no `node`, an image); function failures,
  /// time-outs and exits are results.
  virtual Result<InvocationResult> invoke(CodeUnit const& unit, Invocation const& invocation) = 0;
  /// Ends idle processes of units whose key starts with `prefix`; running requests finish first.
  virtual void retire(std::string_view prefix) = 0;
  /// Ends every process: requests inside fail, later ones are refused. Idempotent.
  virtual void close() = 0;
  /// What is running now and not yet given up, for `sluice local` and tests.
  virtual std::size_t processes() const = 0;
};

struct RunnerOptions {
  std::filesystem::path folder;  ///< unpacked code and runtime loops live here
  std::string endpoint_url;      ///< AWS_ENDPOINT_URL of the functions
  Duration keep_warm = std::chrono::minutes(5);
  std::size_t max_processes =
      100;  ///< over all units; beyond it the least recently used idle one ends
  /// Credentials for a function's environment: {access key id, secret, session token}. Without it
  /// they are placeholders that no service accepts.
  std::function<std::array<std::string, 3>(std::string const& account)> credentials = {};
  /// Where `node` and `python3` are looked for; empty: the PATH of this process.
  std::string search_path = {};
  /// For the start, apart from the function's own time-out; a start that takes longer is given up
  /// and made once more within that time-out (Lambda, "Init phase").
  Duration init_limit = std::chrono::seconds(10);
};

/// Fails where `folder` cannot be written. `clock` gives wall-clock and idle time and must outlive
/// the runner; what bounds a running process is real time. Destroying the runner kills every
/// process and waits for the calls that are still inside.
Result<std::unique_ptr<Runner>> make_runner(RunnerOptions options, Clock& clock);

}  // namespace sluice::local
