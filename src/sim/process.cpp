#include "sim/process.hpp"

#include "sim/scenario.hpp"

namespace sluice::sim {
namespace {

class Access final : public engine::AwsAccess {
 public:
  Access(aws::Ports ports, Duration lag) : caller_(caller(ports)), lag_(lag) {}

  Result<engine::TargetAws> open(plan::Target const& target, std::stop_token stop) override {
    return engine::TargetAws{std::make_shared<aws::Caller>(caller_.with(std::move(stop))),
                             target.region};
  }
  Duration metric_lag() const override { return lag_; }

 private:
  static aws::Caller caller(aws::Ports ports) {
    aws::CallerOptions options;
    options.account = account;
    auto endpoints = aws::Endpoints::all_at("http://aws.simulated");
    ENSURE(endpoints.has_value());
    options.endpoints = *endpoints;
    aws::Credentials credentials{"SIMULATED", Secret("secret"), Secret(), std::nullopt, account};
    return {ports, aws::static_provider(credentials, "the simulation"), options};
  }

  aws::Caller caller_;
  Duration lag_;
};

/// A process may be stopped before it looks whether it may send, and when an answer comes.
class Hesitates final : public net::Client {
 public:
  Hesitates(net::Client& behind, std::function<void()> const& may_stop)
      : behind_(behind), may_stop_(may_stop) {}
  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const& options,
                                                  std::stop_token stop) override {
    may_stop_();
    auto answer = behind_.send(request, options, std::move(stop));
    may_stop_();
    return answer;
  }

 private:
  net::Client& behind_;
  std::function<void()> const& may_stop_;
};

}  // namespace

Process::Process(Machine& machine, int number) : machine_(machine), budget_(machine.clock) {
  if (machine.tokens) budget_.share(*machine.tokens);
  core_ = std::make_unique<engine::Core>(engine::Core::Ports{
      machine.store, workers_, machine.clock, machine.random, machine.executors, machine.evaluators,
      "process-" + std::to_string(number),
      [this](std::string const& run, engine::Snapshot const& seen,
             std::vector<engine::Event> const&) { committed_[run] = seen.state; },
      machine.unload_after, machine.trust});
}

std::optional<engine::RunState> Process::committed(std::string const& run) const {
  auto found = committed_.find(run);
  if (found == committed_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<engine::Services> Process::services(net::Client& client) {
  net::Client* way = &client;
  if (machine_.trust) way = wrap<engine::TrustedClient>(*way, *machine_.trust);
  if (machine_.may_stop) way = wrap<Hesitates>(*way, machine_.may_stop);
  if (auto planted = planted_client(machine_.bug, *way)) {
    way = planted.get();
    clients_.push_back(std::move(planted));
  }
  aws::Budget* budget = &budget_;
  if (machine_.bug == PlantedBug::limiter_per_run)
    budget = own_budgets_.emplace_back(std::make_unique<aws::Budget>(machine_.clock)).get();
  aws::Ports ports{*way, machine_.clock, machine_.random, *budget};
  access_.push_back(std::make_unique<Access>(ports, machine_.metric_lag));
  return std::make_shared<engine::Services>(engine::Services{
      machine_.clock, machine_.random, *access_.back(), *way, machine_.packages, "sluice-sim"});
}

}  // namespace sluice::sim
