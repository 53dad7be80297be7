#pragma once

#include <memory>

#include "engine/services.hpp"

namespace sluice::engine {

/// Opens the references in targets' external ids before it asks for their identity. `secrets` must
/// outlive it.
class SecretTargets final : public AwsAccess {
 public:
  SecretTargets(std::unique_ptr<AwsAccess> aws, SecretValues& secrets)
      : aws_(std::move(aws)), secrets_(secrets) {}

  Result<TargetAws> open(plan::Target const& target, std::stop_token stop) override;
  Duration metric_lag() const override { return aws_->metric_lag(); }

 private:
  std::unique_ptr<AwsAccess> aws_;
  SecretValues& secrets_;
};

}  // namespace sluice::engine
