#include "engine/aws_access.hpp"

#include "aws/assume_role.hpp"
#include "aws/sts.hpp"

namespace sluice::engine {

Result<TargetAws> SessionAws::open(plan::Target const& target, std::stop_token stop) {
  std::string region = target.region.empty() ? session_.region.region : target.region;
  if (region.empty())
    return fail(ErrorCode::invalid_input,
                "target '" + target.name + "' names no region, and neither does the environment",
                "Write region: into the release file, or set AWS_REGION.");
  auto identity = identity_of(target, region, stop);
  if (!identity) return std::unexpected(identity.error());
  bool twelve_digits = target.account.size() == 12 &&
                       target.account.find_first_not_of("0123456789") == std::string::npos;
  if (twelve_digits && target.account != identity->account)
    return fail(ErrorCode::denied,
                "target '" + target.name + "' is in account " + target.account +
                    ", but the credentials (" + session_.credentials_from + ") belong to account " +
                    identity->account,
                "Choose the right profile with AWS_PROFILE, or give the target a role to assume.");
  return TargetAws{std::make_shared<aws::Caller>(identity->caller->with(stop)), region};
}

Result<SessionAws::Identity> SessionAws::identity_of(plan::Target const& target,
                                                     std::string const& region,
                                                     std::stop_token stop) {
  std::string key = target.role + "\n" + target.external_id + "\n" + target.session_name;
  std::shared_ptr<Known> known;
  {
    std::lock_guard lock(mutex_);
    auto& entry = identities_[key];
    if (!entry) entry = std::make_shared<Known>();
    known = entry;
  }
  std::lock_guard one_asks(known->mutex);
  if (known->identity) return *known->identity;
  auto found = find_out(target, region, std::move(stop));
  if (found) known->identity = *found;
  return found;
}

Result<SessionAws::Identity> SessionAws::find_out(plan::Target const& target,
                                                  std::string const& region,
                                                  std::stop_token stop) const {
  aws::Caller caller = session_.caller;
  if (!target.role.empty()) {
    aws::RoleRequest request{target.role, target.session_name, target.external_id, std::nullopt};
    auto provider =
        aws::assume_role_provider(session_.caller, region, request, "role " + target.role);
    if (!provider) return std::unexpected(provider.error());
    caller = session_.caller.as(*provider, "");
  }
  aws::Caller stoppable = caller.with(std::move(stop));
  auto identity = aws::Sts(stoppable, region).get_caller_identity();
  if (!identity) return std::unexpected(identity.error().error());
  // From here on the account is known: all identities of one account share one budget.
  caller = caller.as(
      std::shared_ptr<aws::Provider>(std::make_shared<aws::Caller>(caller), &caller.provider()),
      identity->account);
  return Identity{std::make_shared<aws::Caller>(std::move(caller)), identity->account};
}

}  // namespace sluice::engine
