#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/environment.hpp"
#include "aws/session.hpp"
#include "dialect/compile.hpp"
#include "engine/aws_access.hpp"
#include "engine/engine.hpp"
#include "engine/history.hpp"
#include "local/direct_client.hpp"
#include "store/store.hpp"
#include "support/zip.hpp"

namespace sluice::test {

/// Stands before the endpoint. Set while nothing runs.
class Gate final : public net::Client {
 public:
  explicit Gate(net::Client& behind) : behind_(behind) {}

  using Sent = std::expected<net::Response, net::Failure>;
  /// Asked before each request is passed on; what it answers is the answer. May make calls of its
  /// own, which come by here as well.
  std::function<std::optional<Sent>(net::Request const&)> before;

  Sent send(net::Request const& request, net::SendOptions const& options,
            std::stop_token stop) override {
    if (before)
      if (auto answer = before(request)) return *answer;
    return behind_.send(request, options, stop);
  }

 private:
  net::Client& behind_;
};

/// The engine on a memory store against a local endpoint in this process: the whole way of a
/// release, without a socket. Time is real; the endpoint settles at once.
class Rehearsal {
 public:
  /// `lambda`: the endpoint settles at once and admits any number of calls whatever it says.
  explicit Rehearsal(local::LambdaSettings lambda = {});

  /// Compiles a native file whose packages are named "zip:TEXT": a stored archive made of TEXT.
  plan::Plan plan(std::string const& yaml);
  /// Runs it to its end.
  engine::Snapshot run(std::string const& yaml);
  engine::Engine& engine() { return *engine_; }
  store::Store& store() { return *store_; }
  local::Endpoint& endpoint() { return *endpoint_; }
  std::shared_ptr<engine::Services> services() { return services_; }
  Gate& gate() { return *gate_; }
  aws::Caller const& caller() const { return session_->caller; }
  aws::Lambda lambda() { return {session_->caller, "eu-west-1"}; }
  std::string start(std::string const& yaml);
  engine::Snapshot wait(std::string const& run);
  /// Until a step of that run waits for a person.
  void until_asked(std::string const& run);
  /// Another engine on the same store: the one before lets its runs go.
  void restart();

 private:
  std::unique_ptr<local::Endpoint> endpoint_;
  std::unique_ptr<local::DirectClient> client_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<aws::Budget> budget_;
  std::unique_ptr<aws::Session> session_;
  std::unique_ptr<engine::SessionAws> aws_;
  std::unique_ptr<store::Packages> packages_;
  std::unique_ptr<store::Store> store_;
  engine::Executors executors_ = engine::standard_executors();
  plan::Evaluators evaluators_;
  std::shared_ptr<engine::Services> services_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::StoreHistory> history_;
};

}  // namespace sluice::test
