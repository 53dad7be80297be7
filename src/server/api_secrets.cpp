#include "server/api_secrets.hpp"

#include "base/strings.hpp"
#include "server/answers.hpp"
#include "server/audit.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

struct Given {
  Secret value;
  std::string by;
};

/// The same user's other process says for whom it asks; everybody else has a name.
Result<Given> given_with(Call const& call) {
  auto body = body_of(call.request);
  if (!body) return std::unexpected(body.error());
  for (auto const& [name, ignored] : body->members())
    if (name != "value" && name != "by")
      return fail(ErrorCode::invalid_input, "unknown member '" + printable(name) + "'",
                  "There are: value, by.");
  if (!(*body)["value"].is_string())
    return fail(ErrorCode::invalid_input, "'value' is missing or is no text");
  Given given{Secret((*body)["value"].as_string()), call.who.name};
  if (given.by.empty()) given.by = printable((*body)["by"].as_string());
  return given;
}

net::Response set(Secrets& secrets, Call const& call) {
  auto given = given_with(call);
  if (!given) return problem(given.error());
  auto kept = secrets.set(call.parameters.at("secret"), given->value, given->by);
  if (!kept) return problem(kept.error());
  audit("secret_set", call.who, call.request,
        {{"secret", kept->name}, {"fingerprint", kept->fingerprint}});
  return answer(200, to_json(*kept));
}

net::Response list(Secrets& secrets) {
  auto all = secrets.list();
  if (!all) return problem(all.error());
  json::Value out = json::Array{};
  for (auto const& entry : *all) out.push(to_json(entry));
  return answer(200, json::Value{{"secrets", out}});
}

net::Response remove(Secrets& secrets, Call const& call) {
  auto removed = secrets.remove(call.parameters.at("secret"));
  if (!removed) return problem(removed.error());
  audit("secret_removed", call.who, call.request,
        {{"secret", removed->name}, {"fingerprint", removed->fingerprint}});
  return nothing();
}

net::Response rotate(Secrets& secrets, Call const& call) {
  auto count = secrets.rotate_key();
  if (!count) return problem(count.error());
  auto const secrets_sealed = static_cast<std::int64_t>(*count);
  audit("secret_key_rotated", call.who, call.request, {{"secrets", secrets_sealed}});
  return answer(200, json::Value{{"secrets", secrets_sealed}});
}

}  // namespace

std::vector<Route> secret_routes(Secrets& secrets) {
  using enum Permission;
  return {{"GET", "/api/v1/secrets", maintain, [&](Call const&) { return list(secrets); }},
          {"PUT", "/api/v1/secrets/{secret}", maintain,
           [&](Call const& call) { return set(secrets, call); }},
          {"DELETE", "/api/v1/secrets/{secret}", maintain,
           [&](Call const& call) { return remove(secrets, call); }},
          {"POST", "/api/v1/secret-key/rotate", administer,
           [&](Call const& call) { return rotate(secrets, call); }}};
}

}  // namespace sluice::server
