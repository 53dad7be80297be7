#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/aws_access.hpp"
#include "engine/run_state.hpp"
#include "local/direct_client.hpp"
#include "sim/rehearsal.hpp"
#include "sim/stand_in_secrets.hpp"
#include "sim/virtual_clock.hpp"

namespace sluice::sim {

/// Everything outside of a rehearsal: the local endpoint in virtual time with the plan's functions
/// in it, and the traffic that flows through their aliases. Not thread-safe.
class RehearsalWorld {
 public:
  /// The plan and the conditions must outlive the world.
  static Result<std::unique_ptr<RehearsalWorld>> make(plan::Plan const& plan,
                                                      store::Packages& packages,
                                                      Conditions const& conditions);

  VirtualClock& clock() { return clock_; }
  Random& random() { return random_; }
  std::shared_ptr<engine::Services> services() { return services_; }
  std::vector<std::string> const& webhooks() const { return http_->sent; }
  std::map<std::string, Met> const& met() const { return met_; }
  /// Tells which versions are candidates: their requests fail as the conditions say.
  void learn(engine::RunState const& state);

 private:
  /// Requests to the endpoint reach it; every other one is answered 200 and written down.
  struct Http final : net::Client {
    explicit Http(local::Endpoint& endpoint) : direct(endpoint), url(endpoint.url()) {}
    std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                    net::SendOptions const& options,
                                                    std::stop_token stop) override;
    local::DirectClient direct;
    std::string url;
    std::vector<std::string> sent;
  };
  /// A function traffic flows to.
  struct Served {
    std::string release, account, region, function, alias;
  };

  RehearsalWorld(plan::Plan const& plan, store::Packages& packages, Conditions const& conditions);
  Result<void> open();
  Result<void> furnish();
  Result<void> furnish(plan::Release const& release);
  Result<void> make_function(aws::Lambda& lambda, std::string const& name,
                             json::Value const& configuration, bool image);
  /// Version 2, of a function that has one.
  Result<void> publish_another(aws::Lambda& lambda, std::string const& name);
  Result<void> make_object(plan::Package const& package, engine::TargetAws& aws);
  Result<void> make_invoked(plan::Node const& node);
  void serve(Time from, Time to);
  void serve(Served const& served, Time at, double requests);
  double errors_of(std::string const& release, std::string const& version) const;
  bool is_candidate(std::string const& function, std::string const& version) const;
  std::unique_ptr<local::Runner> runner();

  plan::Plan const& plan_;
  Conditions const& conditions_;
  store::Packages& packages_;
  VirtualClock clock_;
  SeededRandom random_;
  std::unique_ptr<local::Endpoint> endpoint_;
  std::unique_ptr<Http> http_;
  aws::Budget budget_;
  StandInSecrets secrets_;
  std::unique_ptr<engine::AwsAccess> aws_;
  std::shared_ptr<engine::Services> services_;
  std::vector<Served> served_;
  std::set<std::string> made_;                     ///< region/function
  std::map<std::string, std::string> candidates_;  ///< release → version
  std::map<std::string, Met> met_;
};

}  // namespace sluice::sim
