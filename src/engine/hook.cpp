#include "engine/hook.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/secret.hpp"
#include "engine/secrets.hpp"
#include "engine/services.hpp"

namespace sluice::engine {
namespace {

/// Longer ones are not looked at: ids have 64 characters.
constexpr std::size_t most_characters = 1024;

bool was_reported(NodeState const& hook) {
  return std::ranges::any_of(hook.signals, [](json::Value const& signal) {
    return signal["kind"].as_string() == "report";
  });
}

}  // namespace

Result<std::string> hook_execution_id(Services const& services, std::string const& run,
                                      std::string const& path, int attempt) {
  if (!services.secrets)
    return fail(ErrorCode::not_found, "nothing here keeps a key that it could be made with",
                "Let a server carry out this run.");
  // Requests of other steps that are hashed with this key are JSON: none begins like this.
  auto hash = services.secrets->keyed_hash("execution of a hook\n" + run + "\n" + path + "\n" +
                                           std::to_string(attempt));
  if (!hash) return std::unexpected(hash.error());
  return hex(sha256(*hash));
}

std::string execution_hash(std::string_view id) {
  return hex(sha256("execution of a hook\n" + std::string(id)));
}

bool is_execution_of(NodeState const& hook, std::string_view id) {
  if (id.empty() || id.size() > most_characters) return false;
  Secret const hash(execution_hash(id));
  return std::ranges::any_of(hook.effects, [&](EffectRecord const& it) {
    return hash.equals(it.intent["desired"]["execution"].as_string());
  });
}

std::optional<HookExecution> find_execution(plan::Plan const& plan, RunState const& state,
                                            std::string_view id) {
  for (auto const& [path, it] : state.nodes) {
    auto const* node = plan::find(plan, path);
    if (!node || !node->step || node->step->kind != "hook" || !is_execution_of(it, id)) continue;
    bool const waits = !state.over() && it.active() && !it.ending && !was_reported(it);
    return HookExecution{path, !waits};
  }
  return std::nullopt;
}

}  // namespace sluice::engine
