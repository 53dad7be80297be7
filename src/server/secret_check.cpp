#include "server/secret_check.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "plan/secrets.hpp"

namespace sluice::server {
namespace {

constexpr std::size_t most_told = 5;

Error missing_secrets(std::vector<plan::SecretUse> const& missing) {
  std::vector<std::string> needs;
  std::vector<std::string> names;
  for (auto const& use : missing) {
    if (needs.size() == most_told) break;
    needs.push_back(use.name + " (" + use.where + ")");
    if (std::ranges::find(names, use.name) == names.end()) names.push_back(use.name);
  }
  if (missing.size() > most_told)
    needs.push_back("and " + std::to_string(missing.size() - most_told) + " more");
  bool const one = names.size() == 1;
  std::string const what = one ? "a secret is not set here: " : "secrets are not set here: ";
  return {ErrorCode::invalid_input, what + join(needs, ", "),
          (one ? "Store it: sluice secret set " : "Store each: sluice secret set ") +
              (one ? names.front() : "NAME")};
}

}  // namespace

Result<void> check_secrets(plan::Plan const& plan, engine::SecretValues* secrets) {
  std::vector<plan::SecretUse> missing;
  for (auto const& use : plan::secret_uses(plan)) {
    if (!secrets) {
      missing.push_back(use);
      continue;
    }
    auto value = secrets->open(use.name);
    if (value) continue;
    if (value.error().code != ErrorCode::not_found) return fail(value.error(), use.where);
    missing.push_back(use);
  }
  if (missing.empty()) return {};
  return std::unexpected(missing_secrets(missing));
}

}  // namespace sluice::server
