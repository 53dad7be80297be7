#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "aws/caller.hpp"
#include "engine/services.hpp"
#include "engine/trust.hpp"
#include "net/egress.hpp"
#include "server/runs.hpp"

namespace sluice::server {

struct FactoryOptions {
  /// Called with every attempt of every AWS call, on the calling thread (`-v`).
  std::function<void(aws::Attempt const&)> observer;
  std::string user_agent = "sluice";
  /// On a store that several servers share: outside it nothing is sent. Must outlive the factory.
  engine::Trust const* trust = nullptr;
  /// Where URLs that a release file names may lead; none: anywhere, as on a command line, where the
  /// file is the user's own.
  std::optional<net::EgressRules> egress = {};
};

/// What stands behind a run's calls to the outside, and how its AWS world is recorded with it.
struct OpenedServices {
  std::shared_ptr<engine::Services> services;
  /// {"region": …} and, where they are not AWS's own, {"endpoint": URL} or {"local_state": folder}.
  json::Value world;
};

/// What a run has recorded of its AWS world: it goes on in no other (design E10).
struct RecordedWorld {
  json::Value world;
  /// Account and Region by target name, for those that are known already.
  struct Place {
    std::string account, region;
  };
  std::map<std::string, Place> places;
};

/// Turns settings into services. All runs of one factory share the connections, the packages and,
/// by account and Region, the budget of calls (design E6). Runs whose settings, and the files those
/// lead to, are the same share all services. Thread-safe. Must outlive what it opened.
class ServicesFactory {
 public:
  /// The references must outlive the factory.
  ServicesFactory(Clock& clock, Random& random, store::Packages& packages,
                  FactoryOptions options = {});
  ~ServicesFactory();
  ServicesFactory(ServicesFactory const&) = delete;

  /// Reads settings and shared files; calls nothing yet. With `local_state` the local endpoint of
  /// that folder is started, once, and lives as long as the factory; where another process serves
  /// the folder already its endpoint is used.
  ///
  /// How late metrics may be (AwsAccess::metric_lag): SLUICE_METRIC_LAG ("30s") where it is set;
  /// else three minutes, and nothing where CloudWatch is at a loopback address.
  Result<OpenedServices> open(AwsSettings const& settings);

  /// For a run that was begun elsewhere: an endpoint or local folder that `settings` do not name is
  /// taken from the record, another one is refused (conflict), and every target with a recorded
  /// account must be reached in that account (denied: says which is expected). Calls
  /// GetCallerIdentity.
  Result<OpenedServices> reopen(AwsSettings settings, RecordedWorld const& recorded,
                                plan::Plan const& plan, std::stop_token stop = {});

  /// For everything that is opened from here on; must outlive it. Before the first `open`.
  void use_history(engine::History& history);
  void use_secrets(engine::SecretValues& secrets);
  /// Null: there are none.
  engine::SecretValues* secrets() const;
  /// The budget of calls is shared with other servers; as above.
  void share_budget(aws::TokenSource& tokens);

  /// The URL of the local endpoint of that state folder, started where nobody serves it.
  Result<std::string> local_endpoint(std::string const& folder);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The settings of this process: AWS_*, the proxies, HOME, SLUICE_METRIC_LAG, as they stand in its
/// environment.
AwsSettings process_settings();

}  // namespace sluice::server
