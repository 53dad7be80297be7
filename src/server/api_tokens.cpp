#include "server/api_tokens.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "server/audit.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

net::Response document(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = body.dump();
  return response;
}

/// An object with these members only.
Result<json::Value> body_of(net::Incoming const& request, std::vector<std::string> const& known) {
  auto body = json::parse(request.body);
  if (!body) return fail(body.error(), "read the request");
  if (!body->is_object()) return fail(ErrorCode::invalid_input, "the request must be an object");
  for (auto const& [name, ignored] : body->members()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return fail(ErrorCode::invalid_input, "unknown member '" + printable(name) + "'",
                "There are: " + join(known, ", ") + ".");
  }
  return body;
}

/// With the token's text, which is shown this once.
net::Response created(NewToken const& made) {
  json::Value body = to_json(made.token);
  body.set("token", std::string(made.text.open()));
  auto response = document(201, body);
  response.headers.set("Location", "/api/v1/tokens/" + made.token.id);
  return response;
}

/// With the secret of the access key, which is shown this once.
net::Response created(codedeploy::NewAccessKey const& made) {
  json::Value body = to_json(made.token);
  body.set("access_key_id", made.token.id);
  body.set("secret_access_key", std::string(made.secret.open()));
  auto response = document(201, body);
  response.headers.set("Location", "/api/v1/tokens/" + made.token.id);
  return response;
}

Result<TokenRequest> token_request(Call const& call, json::Value const& body) {
  TokenRequest request;
  request.name = body["name"].as_string();
  request.by = call.who.name;
  for (auto const& name : body["roles"].items()) {
    auto role = role_of(name.as_string());
    if (!role) return std::unexpected(role.error());
    request.roles.insert(*role);
  }
  auto const& lifetime = body["expires_in"];
  if (lifetime.is_null()) return request;
  auto read = parse_duration(lifetime.as_string());
  if (!read) return fail(read.error(), "read 'expires_in'");
  request.lifetime = *read;
  return request;
}

json::Object described(Token const& token) {
  std::vector<std::string> roles;
  for (Role role : token.roles) roles.emplace_back(name_of(role));
  return {{"token", token.id}, {"name", token.name}, {"roles", join(roles, ",")}};
}

net::Response create_access_key(codedeploy::AccessKeys& keys, TokenRequest const& request,
                                Call const& call) {
  auto made = keys.create(request);
  if (!made) return problem(made.error());
  audit("access_key_created", call.who, call.request, described(made->token));
  return created(*made);
}

net::Response create(Tokens& tokens, codedeploy::AccessKeys& keys, Call const& call) {
  auto body = body_of(call.request, {"name", "roles", "expires_in", "aws_keys"});
  if (!body) return problem(body.error());
  auto request = token_request(call, *body);
  if (!request) return problem(request.error());
  if ((*body)["aws_keys"].as_bool()) return create_access_key(keys, *request, call);
  auto made = tokens.create(*request);
  if (!made) return problem(made.error());
  audit("token_created", call.who, call.request, described(made->token));
  return created(*made);
}

net::Response list(Tokens& tokens) {
  auto all = tokens.list();
  if (!all) return problem(all.error());
  json::Value out = json::Array{};
  for (auto const& token : *all) out.push(to_json(token));
  return document(200, json::Value{{"tokens", out}});
}

net::Response revoke(Tokens& tokens, Call const& call) {
  auto revoked = tokens.revoke(call.parameters.at("token"));
  if (!revoked) return problem(revoked.error());
  audit("token_revoked", call.who, call.request, described(*revoked));
  net::Response response;
  response.status = 204;
  return response;
}

net::Response log_in(Tokens& tokens, Failures& failures, Call const& call) {
  auto body = body_of(call.request, {"setup_token", "name"});
  if (!body) return problem(body.error());
  std::string const& source = call.request.peer;
  if (auto wait = failures.wait_of(source)) {
    auto refused =
        problem({ErrorCode::throttled, "too many attempts with wrong tokens from " + source,
                 "Wait as long as Retry-After says."});
    auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
    refused.headers.set("Retry-After", std::to_string(seconds));
    return refused;
  }
  std::string const name = (*body)["name"].is_null() ? "admin" : (*body)["name"].as_string();
  auto made = tokens.redeem_setup((*body)["setup_token"].as_string(), name);
  if (made) {
    audit("token_created", Principal{"set-up token", {}}, call.request, described(made->token));
    return created(*made);
  }
  auto refused = problem(made.error());
  if (made.error().code != ErrorCode::denied) return refused;
  refused.status = 401;
  refused.headers.set("WWW-Authenticate", "Bearer");
  int const count = failures.count(source);
  audit("authentication_failed", {}, call.request,
        {{"reason", made.error().message}, {"failures", count}});
  return refused;
}

net::Response who_am_i(Call const& call) {
  json::Value roles = json::Array{};
  for (Role role : call.who.roles) roles.push(std::string(name_of(role)));
  return document(200, json::Value{{"name", call.who.name}, {"roles", roles}});
}

}  // namespace

std::vector<Route> token_routes(Tokens& tokens, codedeploy::AccessKeys& keys, Failures& failures) {
  using enum Permission;
  return {{"POST", "/api/v1/login", anyone,
           [&](Call const& call) { return log_in(tokens, failures, call); }},
          {"GET", "/api/v1/whoami", view, who_am_i},
          {"GET", "/api/v1/tokens", administer, [&](Call const&) { return list(tokens); }},
          {"POST", "/api/v1/tokens", administer,
           [&](Call const& call) { return create(tokens, keys, call); }},
          {"DELETE", "/api/v1/tokens/{token}", administer,
           [&](Call const& call) { return revoke(tokens, call); }}};
}

}  // namespace sluice::server
