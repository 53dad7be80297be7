#pragma once

#include <deque>

#include "net/client.hpp"
#include "sim/faults.hpp"
#include "sim/script.hpp"

namespace sluice::sim {

/// Who is told what a run's calls did to the world.
class WriteListener {
 public:
  virtual ~WriteListener() = default;
  /// Lambda accepted a write of the run.
  virtual void accepted(Write write) = 0;
  /// … and one that whoever sent it does not wait for any more.
  virtual void arrived_late(Write const& write) = 0;
  /// A webhook reached its receiver under that id.
  virtual void delivered(std::string const& id) = 0;
  /// A request of the run leaves for AWS. Whoever knows says under which epoch.
  virtual void sent(CloudCall& call) = 0;
  /// Whether who sent it still owns the run.
  virtual bool owns(CloudCall const&) { return true; }
};

/// What lies between a process and AWS.
struct Network {
  Cloud& cloud;
  VirtualClock& clock;
  Faults& faults;
  Script& script;
};

/// The network between the run and AWS: loses, delays, refuses and reorders as the seed says.
class FaultyClient final : public net::Client {
 public:
  /// `waits` is how the process waits for its answers. `stop` stops the process for a while, as
  /// SIGSTOP does; without it none is stopped in the middle of a call.
  FaultyClient(Network network, WriteListener& watch, Clock& waits,
               std::function<void()> stop = nullptr);

  std::expected<net::Response, net::Failure> send(net::Request const& request,
                                                  net::SendOptions const& options,
                                                  std::stop_token stop) override;

  /// When a request that is still on its way arrives; none is on its way otherwise.
  std::optional<Time> next_arrival() const;
  void deliver_late();

 private:
  struct Late {
    Time at{};
    net::Request request;
    CloudCall call;
  };
  using Answer = std::expected<net::Response, net::Failure>;

  Answer with_fault(net::Request const& request, CloudCall const& call, CallFault fault);
  net::Response perform(net::Request const& request, CloudCall const& call, bool late);
  Answer stalled(net::Request const& request, CloudCall const& call);
  void wait(Duration time) { waits_.sleep(time, {}); }
  void touch(CloudCall const& call);
  std::string alias_named(CloudCall const& call) const;

  Cloud& cloud_;
  VirtualClock& clock_;
  Faults& faults_;
  WriteListener& watch_;
  Script& script_;
  Clock& waits_;
  std::function<void()> stop_;
  std::deque<Late> late_;
};

}  // namespace sluice::sim
