#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"

/// References to secrets: `${secret:NAME}` in a text of the plan stands for the value that is kept
/// under that name. Values are never part of a plan; only what builds a request puts them in
/// (design E1). `$${secret:` in such a text stands for a plain `${secret:`.
///
/// They are opened in environment variables, in a target's external id, and in the URL, the header
/// values and the body of a webhook.
namespace sluice::plan {

/// Letters, digits, '_', '-', '.'; at most 100, the first one no '-' or '.'.
bool is_secret_name(std::string_view name);

/// "${secret:NAME}".
std::string secret_reference(std::string_view name);

/// The names in a text, wherever that stands.
std::set<std::string> secret_names(std::string_view text);
/// In every text of it; an expression's text counts too.
std::set<std::string> secrets_in(json::Value const& value);

/// The text as one that stands for itself: what looks like a reference in it is none.
std::string without_references(std::string_view text);

/// The text with what `value_of` answers in place of each reference. `value_of` is given where in
/// the text the reference begins.
using SecretValue = std::function<Result<std::string>(std::string const& name, std::size_t at)>;
Result<std::string> fill_secrets(std::string_view text, SecretValue const& value_of);

/// One place of a plan that needs a secret.
struct SecretUse {
  std::string name;
  std::string where;  ///< for people: "the environment variable API_KEY of prod/shop"
};
/// Those that its steps open: a rollback that stands alone needs no environment.
std::vector<SecretUse> secret_uses(Plan const& plan);

/// References where none is opened, or to what is no name: sentences for people.
std::vector<std::string> misplaced_secrets(Plan const& plan);

}  // namespace sluice::plan
