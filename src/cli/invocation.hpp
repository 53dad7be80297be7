#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/exit_codes.hpp"
#include "cli/parse.hpp"
#include "cli/terminal.hpp"
#include "server/api_client.hpp"
#include "server/runs.hpp"
#include "server/services.hpp"

namespace sluice::cli {

/// What commands do with runs, and what the process that executes them means for Ctrl-C.
struct RunsHere {
  std::shared_ptr<net::Client> client;  ///< what `runs` speaks to a server with
  std::unique_ptr<server::Runs> runs;
  /// Whether this process executes runs: then leaving means letting them go. Like the others not
  /// to be called once `runs` is gone.
  std::function<bool()> executes = [] { return false; };
  /// Waits until somebody else can go on with the runs executed here; answers those left over.
  std::function<std::vector<std::string>(std::stop_token)> linger = [](std::stop_token) {
    return std::vector<std::string>();
  };
  /// For reads of AWS; null with a server, which reads AWS by itself, and in tests.
  server::ServicesFactory* services = nullptr;
  /// The way to what a server has besides runs; null where the runs are this machine's. Valid as
  /// long as `runs`.
  server::ApiClient* server = nullptr;
};

/// What a command is given: its line, its streams, and everything from outside that it may use.
class Invocation {
 public:
  /// Opens the journal's store, or finds the process that holds it.
  using RunsOpener = std::function<Result<RunsHere>(Invocation&)>;

  Invocation(Parsed parsed, Terminal& streams, Variables const& variables, RunsOpener opener)
      : line(std::move(parsed)),
        terminal(streams),
        environment(variables),
        open_runs_(std::move(opener)) {}

  Parsed const line;
  Terminal& terminal;
  Variables const& environment;
  Clock& clock = system_clock();
  Random& random = system_random();

  /// The server whose runs are meant, as server_url writes it; none: those of this machine.
  std::optional<std::string> server;

  /// A variable of the environment; empty where it is not set.
  std::string variable(std::string const& name) const;
  bool json() const { return line.value("output") == "json"; }
  /// "alice@build-3": who asks for a run or sends a signal.
  std::string requester() const;

  /// --state, SLUICE_STATE, $XDG_STATE_HOME/sluice, ~/.local/state/sluice.
  Result<std::string> state_folder() const;
  /// --local-state, or `local` in the state folder where --local is given; none: AWS.
  Result<std::optional<std::string>> local_folder() const;
  /// What selects credentials and endpoints, from flags and environment; nothing where a server is
  /// meant, which has its own.
  Result<server::AwsSettings> aws_settings() const;

  Result<RunsHere> open_runs() { return open_runs_(*this); }

  /// A line on stderr.
  void say(std::string_view text) { terminal.err(std::string(text) + "\n"); }
  /// "warning: …" on stderr.
  void warn(std::string_view text);
  /// "error: …" and the hint on stderr; answers the exit code.
  int refuse(Error const& error);
  int refuse_usage(std::string const& message, std::string const& hint = {});
  /// "sluice WORDS" as it has to be typed after this line: see hint.hpp.
  std::string hint(std::string const& words) const;
  /// Asks on the terminal; none where prompts do not exist.
  std::optional<std::string> ask(std::string_view question);

 private:
  RunsOpener open_runs_;
};

/// Takes the first target's region as the usual one where nothing else names one and every target
/// has its own: a file that says everything needs no AWS_REGION.
void take_region(server::AwsSettings& settings, plan::Plan const& plan);

/// A run goes on in the AWS world that another one recorded, unless the line names one.
void take_world(server::AwsSettings& settings, json::Value const& world);

/// How every call to the outside is named and logged.
server::FactoryOptions factory_options();

/// For commands that read a duration from an option; an Error names the option.
Result<std::optional<Duration>> duration_option(Parsed const& line, std::string_view option);

}  // namespace sluice::cli
