#include <algorithm>
#include <utility>

#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

constexpr std::size_t max_policy = 20'480;

/// A function and the qualifier whose policy is meant; each has its own.
struct Holder {
  Function* function;
  std::string qualifier;
  std::string arn;
};

Outcome<Holder> holder_of(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function, name->qualifier);
  auto const& qualifier = name->qualifier;
  auto arn = call.data.function_arn(name->function, qualifier);
  if (is_number(qualifier) && !find_version(*function, qualifier, call.now))
    return function_not_found(call, name->function, qualifier);
  if (!qualifier.empty() && qualifier != latest_version && !is_number(qualifier) &&
      !function->aliases.contains(qualifier))
    return not_found("Cannot find alias arn: " + arn);
  return Holder{function, qualifier, std::move(arn)};
}

json::Value principal_of(std::string const& principal) {
  if (principal == "*") return principal;
  if (principal.find(".amazonaws.com") != std::string::npos)
    return json::Value{{"Service", principal}};
  bool account = principal.size() == 12 && is_number(principal);
  return json::Value{{"AWS", account ? "arn:aws:iam::" + principal + ":root" : principal}};
}

json::Value conditions_of(json::Value const& request) {
  json::Value equals;
  auto copy = [&](std::string_view member, std::string_view key) {
    if (!request[member].is_null()) equals.set(key, request[member]);
  };
  copy("SourceAccount", "AWS:SourceAccount");
  copy("PrincipalOrgID", "aws:PrincipalOrgID");
  copy("EventSourceToken", "lambda:EventSourceToken");
  copy("FunctionUrlAuthType", "lambda:FunctionUrlAuthType");
  json::Value conditions;
  if (!equals.is_null()) conditions.set("StringEquals", std::move(equals));
  if (!request["SourceArn"].is_null())
    conditions.set("ArnLike", json::Value{{"AWS:SourceArn", request["SourceArn"]}});
  if (request["InvokedViaFunctionUrl"].is_bool())
    conditions.set("Bool",
                   json::Value{{"lambda:InvokedViaFunctionUrl",
                                request["InvokedViaFunctionUrl"].as_bool() ? "true" : "false"}});
  return conditions;
}

json::Value statement_of(Call const& call, Holder const& holder) {
  json::Value statement{{"Sid", call.text("StatementId")},
                        {"Effect", "Allow"},
                        {"Principal", principal_of(call.text("Principal"))},
                        {"Action", call.text("Action")},
                        {"Resource", holder.arn}};
  auto conditions = conditions_of(call.request);
  if (!conditions.is_null()) statement.set("Condition", std::move(conditions));
  return statement;
}

std::string document_of(Policy const& policy) {
  return json::Value{
      {"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", json::Value(policy.statements)}}
      .dump();
}

Outcome<void> validate_permission(Call const& call) {
  if (auto ok = check_types(call.request); !ok) return ok;
  Violations violations;
  if (!call.has("StatementId")) violations.missing("statementId");
  if (!call.has("Action")) violations.missing("action");
  if (!call.has("Principal")) violations.missing("principal");
  auto const& sid = call.text("StatementId");
  if (sid.size() > 100) violations.too_long(sid, "statementId", 100);
  bool word = std::ranges::all_of(sid, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (!word)
    violations.add("'" + sid + "'", "statementId",
                   "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)");
  auto const& action = call.text("Action");
  if (!action.empty() && action != "*" && !action.starts_with("lambda:"))
    violations.add(
        "'" + action + "'", "action",
        "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])");
  return violations.result();
}

bool has_statement(Policy const& policy, std::string const& sid) {
  return std::ranges::any_of(policy.statements,
                             [&](json::Value const& s) { return s["Sid"].as_string() == sid; });
}

}  // namespace

Answer add_permission(Call& call) {
  if (auto ok = validate_permission(call); !ok) return std::unexpected(ok.error());
  auto holder = holder_of(call);
  if (!holder) return std::unexpected(holder.error());
  if (holder->qualifier == latest_version)
    return invalid("We currently do not support adding policies for $LATEST.");
  auto found = holder->function->policies.find(holder->qualifier);
  Policy policy = found == holder->function->policies.end() ? Policy{} : found->second;
  if (auto ok = check_revision(call, policy.revision_id, "GetPolicy"); !ok)
    return std::unexpected(ok.error());
  auto const& sid = call.text("StatementId");
  if (has_statement(policy, sid))
    return conflict("The statement id (" + sid +
                    ") provided already exists. Please provide a new statement id, or remove the "
                    "existing statement.");
  auto statement = statement_of(call, *holder);
  policy.statements.push_back(statement);
  if (document_of(policy).size() > max_policy)
    return refuse(
        400, "PolicyLengthExceededException",
        "The final policy size is bigger than the limit (" + std::to_string(max_policy) + ").");
  policy.revision_id = new_uuid(call.random);
  holder->function->policies[holder->qualifier] = std::move(policy);
  return json::Value{{"Statement", statement.dump()}};
}

Answer get_policy(Call& call) {
  auto holder = holder_of(call);
  if (!holder) return std::unexpected(holder.error());
  auto found = holder->function->policies.find(holder->qualifier);
  if (found == holder->function->policies.end())
    return not_found("No policy is associated with the given resource.");
  return json::Value{{"Policy", document_of(found->second)},
                     {"RevisionId", found->second.revision_id}};
}

Answer remove_permission(Call& call) {
  auto holder = holder_of(call);
  if (!holder) return std::unexpected(holder.error());
  auto& policies = holder->function->policies;
  auto found = policies.find(holder->qualifier);
  if (found == policies.end()) return not_found("No policy found for: " + holder->arn);
  if (auto ok = check_revision(call, found->second.revision_id, "GetPolicy"); !ok)
    return std::unexpected(ok.error());
  auto const& sid = call.text("StatementId");
  if (!has_statement(found->second, sid))
    return not_found("Statement " + sid + " is not found in resource policy.");
  std::erase_if(found->second.statements,
                [&](json::Value const& s) { return s["Sid"].as_string() == sid; });
  found->second.revision_id = new_uuid(call.random);
  if (found->second.statements.empty()) policies.erase(found);
  return json::Value(json::Object{});
}

}  // namespace sluice::local::lambda
