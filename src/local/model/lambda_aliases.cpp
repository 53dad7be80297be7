#include <utility>

#include "local/model/lambda_alias_rules.hpp"
#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_provisioned.hpp"
#include "local/model/paging.hpp"

namespace sluice::local::lambda {
namespace {

json::Value answer_of(Call const& call, Function const& function, Alias const& alias) {
  json::Value answer{{"AliasArn", call.data.function_arn(function.name, alias.name)},
                     {"Name", alias.name},
                     {"FunctionVersion", alias.function_version},
                     {"Description", alias.description}};
  if (!alias.weights.empty()) {
    json::Object weights(alias.weights.begin(), alias.weights.end());
    answer.set("RoutingConfig",
               json::Value{{"AdditionalVersionWeights", json::Value(std::move(weights))}});
  }
  answer.set("RevisionId", alias.revision_id);
  return answer;
}

/// The function an alias operation names. A qualifier in the name has no meaning here.
Outcome<std::string> function_name(Call const& call) {
  auto name = parse_name(call.data, call.operation, call.text("FunctionName"), {});
  if (!name) return std::unexpected(name.error());
  return name->function;
}

}  // namespace

Answer create_alias(Call& call) {
  if (auto ok = validate_alias(call, true); !ok) return std::unexpected(ok.error());
  auto name = function_name(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, *name);
  if (!function) return function_not_found(call, *name, call.text("FunctionVersion"));
  Alias alias{.name = call.text("Name"),
              .function_version = call.text("FunctionVersion"),
              .description = call.text("Description"),
              .revision_id = {},
              .weights = weights_of(call.request).value_or(std::map<std::string, double>{})};
  if (auto ok = check_alias(call, *function, alias); !ok) return std::unexpected(ok.error());
  if (function->aliases.contains(alias.name))
    return conflict("Alias already exists: " + call.data.function_arn(*name, alias.name));
  alias.revision_id = new_uuid(call.random);
  auto& entry = function->aliases[alias.name];
  entry.alias = std::move(alias);
  return answer_of(call, *function, entry.alias);
}

Answer get_alias(Call& call) {
  auto name = function_name(call);
  if (!name) return std::unexpected(name.error());
  auto const& wanted = call.text("Name");
  if (Function* function = find(call, *name)) {
    auto found = function->aliases.find(wanted);
    if (found != function->aliases.end())
      return answer_of(call, *function, shown(found->second, call.now));
  }
  return not_found("Cannot find alias arn: " + call.data.function_arn(*name, wanted));
}

Answer update_alias(Call& call) {
  if (auto ok = validate_alias(call, false); !ok) return std::unexpected(ok.error());
  auto name = function_name(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, *name);
  if (!function) return function_not_found(call, *name, call.text("FunctionVersion"));
  auto found = function->aliases.find(call.text("Name"));
  if (found == function->aliases.end())
    return not_found("Alias not found: " + call.data.function_arn(*name, call.text("Name")));
  AliasEntry& entry = found->second;
  if (auto ok = check_revision(call, shown(entry, call.now).revision_id); !ok)
    return std::unexpected(ok.error());

  // What is absent stays; validity is a matter of the merged result.
  Alias next = entry.alias;
  if (call.has("FunctionVersion")) next.function_version = call.text("FunctionVersion");
  if (call.has("Description")) next.description = call.text("Description");
  if (auto weights = weights_of(call.request)) next.weights = std::move(*weights);
  if (auto ok = check_alias(call, *function, next); !ok) return std::unexpected(ok.error());
  next.revision_id = new_uuid(call.random);
  bool slow = call.settings.alias_propagation > Duration::zero();
  // Changes within one propagation time leave traffic where it was before the first of them.
  if (slow && (!entry.before || entry.effective_at <= call.now)) entry.before = entry.alias;
  if (slow) entry.effective_at = call.now + call.settings.alias_propagation;
  Alias before = std::exchange(entry.alias, std::move(next));
  move_provisioned(call, *function, entry, before);
  return answer_of(call, *function, shown(entry, call.now));
}

Answer delete_alias(Call& call) {
  auto name = function_name(call);
  if (!name) return std::unexpected(name.error());
  if (Function* function = find(call, *name)) {
    auto const& wanted = call.text("Name");
    function->aliases.erase(wanted);
    function->policies.erase(wanted);
    function->urls.erase(wanted);
  }
  return json::Value(json::Object{});
}

Answer list_aliases(Call& call) {
  auto name = function_name(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, *name);
  if (!function) return function_not_found(call, *name);
  auto page = Page::of(call.request);
  if (!page) return std::unexpected(page.error());
  auto const& version = call.text("FunctionVersion");
  for (auto const& [alias_name, entry] : function->aliases) {
    if (!version.empty() && entry.alias.function_version != version) continue;
    if (!page->offer(alias_name,
                     [&] { return answer_of(call, *function, shown(entry, call.now)); }))
      break;
  }
  return std::move(*page).answer("Aliases");
}

}  // namespace sluice::local::lambda
