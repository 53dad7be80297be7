#pragma once

#include <expected>
#include <string>

#include "base/secret.hpp"
#include "engine/step.hpp"
#include "plan/steps.hpp"

/// What a plan's references to secrets (plan/secrets.hpp) stand for. Values live as long as it
/// takes to build a request; the journal, the log and messages get references, hashes and "***".
namespace sluice::engine {

/// The secrets of a store, as a port. Thread-safe. Calls may wait for the store.
class SecretValues {
 public:
  virtual ~SecretValues() = default;
  /// not_found: there is none of that name. corrupt: it cannot be opened with this key.
  virtual Result<Secret> open(std::string const& name) = 0;
  /// Of a request, to compare it with another one: nobody without the key can guess from it. What
  /// stands before a ':' says which key it was made with.
  virtual Result<std::string> keyed_hash(std::string_view text) = 0;
  /// The text with "***" for every value that was opened here, as it stands and as URLs and JSON
  /// write it.
  virtual std::string hide(std::string text) const = 0;
};

/// A declared function configuration as AWS gets it: its environment with the values in place.
/// Of a plan without references it is the configuration itself.
Result<json::Value> opened_configuration(Services const& services, plan::Release const& release);
/// The same for a step: why there is none in the words of the plan's rules.
std::expected<json::Value, Failed> opened_configuration(StepContext const& context);

/// A hash of a record's environment variables, where the release has secrets in its own: what an
/// intent remembers of the values that it sends (design E1). Else empty.
Result<std::string> environment_hash(StepContext const& context, json::Value const& configuration);

/// Whether two hashes can be compared: not where the key was changed in between.
bool same_key(std::string_view hash, std::string_view other);

/// A webhook's step as it is sent. Only references that stand in the plan's own text are opened,
/// not such that an expression's result brings along. A value goes into the URL escaped, except at
/// its start; into a body of JSON as JSON writes it; not into a header where it holds a line break.
Result<plan::WebhookStep> opened_webhook(StepContext const& context);

/// Takes the values of secrets out of what an executor answered, before anybody keeps or shows it.
void hide_secrets(StepContext& context, Move& move);
void hide_secrets(StepContext& context, Performed& outcome);
void hide_secrets(StepContext& context, Settled& outcome);

}  // namespace sluice::engine
