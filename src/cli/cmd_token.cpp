#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/program.hpp"
#include "server/attach.hpp"
#include "server/problem.hpp"
#include "server/tokens.hpp"

namespace sluice::cli {
namespace {

constexpr char root[] = "/api/v1/tokens";

/// The API of the process that holds the journal's store, which may be this one.
class Holder {
 public:
  static Result<Holder> open(Invocation& invocation) {
    auto host = host_options(invocation);
    if (!host) return std::unexpected(host.error());
    server::AttachOptions options;
    options.host = std::move(*host);
    auto attached = server::Attached::open(std::move(options));
    if (!attached) return std::unexpected(attached.error());
    if ((*attached)->socket().empty())
      return fail(ErrorCode::unavailable, "no path is short enough for the socket of this journal",
                  "Use a state folder with a shorter path.");
    return Holder(std::move(*attached));
  }

  /// The body of an answer that is not a problem; null where it has none.
  Result<json::Value> ask(std::string const& method, std::string const& path,
                          json::Value const& body = {}) {
    net::Request request;
    request.method = method;
    request.url = "http://localhost" + path;
    request.headers.set("Content-Type", "application/json");
    if (!body.is_null()) request.body = body.dump();
    net::SendOptions options;
    options.unix_socket = attached_->socket();
    auto response = client_->send(request, options, {});
    if (!response) return std::unexpected(response.error().error);
    if (response->status / 100 != 2) return std::unexpected(server::error_of(*response));
    if (response->body.empty()) return json::Value();
    return json::parse(response->body);
  }

 private:
  explicit Holder(std::unique_ptr<server::Attached> attached)
      : attached_(std::move(attached)), client_(net::make_client()) {}

  std::unique_ptr<server::Attached> attached_;
  std::unique_ptr<net::Client> client_;
};

std::string roles_text(server::Token const& token) {
  std::vector<std::string> names;
  for (auto role : token.roles) names.emplace_back(server::name_of(role));
  return join(names, ", ");
}

std::string list_line(server::Token const& token, Time now) {
  std::string used = token.last_used ? "last used " + local_text(*token.last_used) : "never used";
  bool over = token.expires <= now;
  return token.id + "  " + printable(token.name) + "  " + roles_text(token) + "  " +
         (over ? "expired " : "until ") + local_text(token.expires) + "  " + used;
}

void print(Invocation& invocation, std::string const& kind, json::Value const& body) {
  json::Value out{{"apiVersion", "sluice/v1"}, {"kind", kind}};
  for (auto const& [name, value] : body.members()) out.set(name, value);
  invocation.terminal.out(out.pretty() + "\n");
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
  if (*expires) body.set("expires_in", std::to_string((*expires)->count()) + "ms");
  auto holder = Holder::open(invocation);
  if (!holder) return invocation.refuse(holder.error());
  auto made = holder->ask("POST", root, body);
  if (!made) return invocation.refuse(made.error());
  if (invocation.json()) {
    print(invocation, "Token", *made);
    return exit_success;
  }
  auto token = server::token_of(*made);
  if (!token) return invocation.refuse(token.error());
  invocation.terminal.out((*made)["token"].as_string() + "\n");
  invocation.say("A token for " + printable(token->name) + " (" + roles_text(*token) + "), until " +
                 local_text(token->expires) + ". It is not shown again.");
  return exit_success;
}

int run_token_list(Invocation& invocation) {
  auto holder = Holder::open(invocation);
  if (!holder) return invocation.refuse(holder.error());
  auto all = holder->ask("GET", root);
  if (!all) return invocation.refuse(all.error());
  if (invocation.json()) {
    print(invocation, "Tokens", *all);
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
  auto holder = Holder::open(invocation);
  if (!holder) return invocation.refuse(holder.error());
  auto revoked = holder->ask("DELETE", std::string(root) + "/" + net::percent_encode(which));
  if (!revoked) return invocation.refuse(revoked.error());
  if (invocation.json()) print(invocation, "TokenRevoked", json::Value{{"token", which}});
  invocation.say("The token " + printable(which) + " is void.");
  return exit_success;
}

}  // namespace sluice::cli
