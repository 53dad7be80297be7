#include "engine/secret_targets.hpp"

#include "engine/secrets.hpp"
#include "plan/secrets.hpp"

namespace sluice::engine {

Result<TargetAws> SecretTargets::open(plan::Target const& target, std::stop_token stop) {
  auto external_id = plan::fill_secrets(
      target.external_id, [&](std::string const& name, std::size_t) -> Result<std::string> {
        auto value = secrets_.open(name);
        if (!value) return std::unexpected(value.error());
        return std::string(value->open());
      });
  if (!external_id) return fail(external_id.error(), "external id of target '" + target.name + "'");
  plan::Target opened = target;
  opened.external_id = std::move(*external_id);
  return aws_->open(opened, std::move(stop));
}

}  // namespace sluice::engine
