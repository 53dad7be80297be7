#include "base/strings.hpp"
#include "cli/api_door.hpp"
#include "cli/commands.hpp"
#include "server/tokens.hpp"

namespace sluice::cli {
namespace {

constexpr char root[] = "/api/v1/tokens";

std::string roles_text(server::Token const& token) {
  std::vector<std::string> names;
  for (auto role : token.roles) names.emplace_back(server::name_of(role));
  return join(names, ", ");
}

std::string list_line(server::Token const& token, Time now) {
  std::string used = token.last_used ? "last used " + local_text(*token.last_used) : "never used";
  bool over = token.expires <= now;
  return token.id + "  " + printable(token.name) + "  " + roles_text(token) + "  " +
         (over ? "expired " : "until ") + local_text(token.expires) + "  " + used +
         (token.access_key ? "  AWS access key" : "");
}

/// As the AWS clients read it from the environment, or from a file of variables.
std::string as_variables(json::Value const& made) {
  return "AWS_ACCESS_KEY_ID=" + made["access_key_id"].as_string() +
         "\nAWS_SECRET_ACCESS_KEY=" + made["secret_access_key"].as_string() + "\n";
}

}  // namespace

int run_token_create(Invocation& invocation) {
  auto const& line = invocation.line;
  auto expires = duration_option(line, "expires");
  if (!expires) return invocation.refuse_usage(expires.error().message, expires.error().hint);
  if (line.value("name").empty())
    return invocation.refuse_usage("a token needs a name: --name NAME",
                                   "It says who or what uses it, for example --name ci-shop.");
  json::Value roles = json::Array{};
  for (auto const& role : line.values("role")) roles.push(role);
  if (roles.items().empty())
    return invocation.refuse_usage("a token needs a role: --role ROLE",
                                   "Roles: viewer, operator, approver, maintainer, admin.");
  json::Value body{{"name", line.value("name")}, {"roles", roles}};
  bool const aws_keys = line.has("aws-keys");
  if (aws_keys) body.set("aws_keys", true);
  if (*expires) body.set("expires_in", std::to_string((*expires)->count()) + "ms");
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto made = door->ask("POST", root, body);
  if (!made) return invocation.refuse(made.error());
  if (invocation.json()) {
    print_document(invocation, "Token", *made);
    return exit_success;
  }
  auto token = server::token_of(*made);
  if (!token) return invocation.refuse(token.error());
  invocation.terminal.out(aws_keys ? as_variables(*made) : (*made)["token"].as_string() + "\n");
  invocation.say((aws_keys ? "An AWS access key for " : "A token for ") + printable(token->name) +
                 " (" + roles_text(*token) + "), until " + local_text(token->expires) +
                 ". It is not shown again.");
  return exit_success;
}

int run_token_list(Invocation& invocation) {
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto all = door->ask("GET", root);
  if (!all) return invocation.refuse(all.error());
  if (invocation.json()) {
    print_document(invocation, "Tokens", *all);
    return exit_success;
  }
  for (auto const& entry : (*all)["tokens"].items()) {
    auto token = server::token_of(entry);
    if (!token) return invocation.refuse(token.error());
    invocation.terminal.out(list_line(*token, invocation.clock.now()) + "\n");
  }
  if ((*all)["tokens"].items().empty())
    invocation.say("There are no tokens. " + invocation.hint("token create") + " makes one.");
  return exit_success;
}

int run_token_revoke(Invocation& invocation) {
  std::string const which = invocation.line.positional(0);
  auto door = ApiDoor::open(invocation);
  if (!door) return invocation.refuse(door.error());
  auto revoked = door->ask("DELETE", std::string(root) + "/" + net::percent_encode(which));
  if (!revoked) return invocation.refuse(revoked.error());
  if (invocation.json()) print_document(invocation, "TokenRevoked", json::Value{{"token", which}});
  invocation.say("The token " + printable(which) + " is void.");
  return exit_success;
}

}  // namespace sluice::cli
