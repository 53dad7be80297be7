#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "aws/session.hpp"
#include "engine/services.hpp"

namespace sluice::engine {

/// AWS by one session: a target without a role uses the session's own identity, one with a role
/// assumes it. Before an identity is first used GetCallerIdentity tells its account, and a target
/// that names another one is refused (design E10).
class SessionAws final : public AwsAccess {
 public:
  SessionAws(aws::Session session, Duration metric_lag)
      : session_(std::move(session)), lag_(metric_lag) {}

  Result<TargetAws> open(plan::Target const& target, std::stop_token stop) override;
  Duration metric_lag() const override { return lag_; }

 private:
  struct Identity {
    std::shared_ptr<aws::Caller> caller;
    std::string account;
  };
  /// Found out once; whoever needs the same one meanwhile waits, and nobody else does.
  struct Known {
    std::mutex mutex;
    std::optional<Identity> identity;
  };
  Result<Identity> identity_of(plan::Target const& target, std::string const& region,
                               std::stop_token stop);
  Result<Identity> find_out(plan::Target const& target, std::string const& region,
                            std::stop_token stop) const;

  aws::Session session_;
  Duration lag_;
  std::mutex mutex_;
  /// By role, external id and session name.
  std::map<std::string, std::shared_ptr<Known>> identities_;
};

}  // namespace sluice::engine
