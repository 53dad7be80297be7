#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <variant>

#include "base/secret.hpp"
#include "plan/expression.hpp"
#include "server/api.hpp"
#include "server/codedeploy/options.hpp"
#include "server/failures.hpp"
#include "server/runs.hpp"
#include "server/services.hpp"
#include "server/tokens.hpp"
#include "store/holder.hpp"
#include "store/packages.hpp"

namespace sluice::server {

struct HostOptions {
  /// This process's own: the journal, unless it is shared, the packages, and the socket.
  std::filesystem::path state_folder;
  std::filesystem::path runtime_dir;  ///< $XDG_RUNTIME_DIR; may be empty
  std::string command;                ///< as in "sluice deploy shop.yaml": told to those who wait
  plan::Evaluators evaluators;
  FactoryOptions services;
  /// Goes on with the runs that a dead process left unfinished, with these settings; none: they
  /// stay as they are until somebody resumes them. Always given on a shared store, where it goes on
  /// with other servers' runs, too.
  std::optional<AwsSettings> take_up;
  /// "postgres://…": the journal is there, and other servers share it. None: in the state folder.
  std::optional<Secret> store = {};
  /// With the key of the secrets, which has to be there; empty: one of its own in the state folder.
  std::filesystem::path secret_key_file;
  codedeploy::Options codedeploy = {};
  Clock* clock = &system_clock();     ///< must outlive the host
  Random* random = &system_random();  ///< must outlive the host
};

/// The packages of a state folder; every process may add to them.
std::unique_ptr<store::Packages> packages_of(std::filesystem::path const& state_folder);

/// The process that holds a state folder, and with it a SQLite store (design E10) or its share of
/// a store that several servers have: it executes runs, and serves the other commands over the API
/// on a Unix socket. Nobody but this user can reach the socket: it has the mode 0600 and lies in a
/// folder of mode 0700.
class Host {
 public:
  using Opened = std::variant<std::unique_ptr<Host>, store::HeldBy>;
  /// Takes the folder, or says who has it. Returns at once.
  static Result<Opened> open(HostOptions options);
  /// Hands over: refuses new requests, ends the clients' streams, lets the runs go without ending
  /// them, gives the store up. Steps at work are asked to return and are waited for.
  ~Host();
  Host(Host const&) = delete;

  /// Runs executed here. Valid as long as the host.
  Runs& runs();
  store::Packages& packages();
  ServicesFactory& services();
  Tokens& tokens();
  engine::Engine& engine();
  /// What another listener's Api stands on, with the same runs and tokens.
  ApiParts api_parts(Access& access, AwsSettings own_settings);
  /// Those that `api_parts` counts; for that listener's Access.
  Failures& failures();
  /// Where it serves; empty where no socket path is short enough (unix(7)): it serves nobody then.
  std::string const& socket() const;

  /// Gives its runs to the other servers of a shared store, now: requests that change something are
  /// refused from then on, and reads are answered. Does nothing where nobody shares the store.
  void hand_over();

  /// Waits until every run that has not ended is followed by a client, which will take it over when
  /// this process hands over, or until `stop` is requested. Answers the runs that nobody would go
  /// on with, which is empty unless it was stopped.
  std::vector<std::string> linger(std::stop_token stop);

 private:
  struct Parts;
  explicit Host(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::server
