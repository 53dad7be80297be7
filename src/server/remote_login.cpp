#include "server/remote_login.hpp"

namespace sluice::server {
namespace {

Result<Identity> identity(json::Value const& body) {
  Identity who;
  who.name = body["name"].as_string();
  for (auto const& role : body["roles"].items()) who.roles.push_back(role.as_string());
  auto const& text = body["expires"];
  if (!text.is_string()) return who;
  auto expires = parse_rfc3339(text.as_string());
  if (!expires) return fail(expires.error(), "read when the token expires");
  who.expires = *expires;
  return who;
}

}  // namespace

bool is_setup_token(std::string_view text) { return text.starts_with("sluice_setup_"); }

Result<LoggedIn> log_in(ApiClient& api, Secret const& setup_token, std::string const& name) {
  json::Value body{{"setup_token", setup_token.open()}};
  if (!name.empty()) body.set("name", name);
  net::Request request;
  request.method = "POST";
  request.url = "/api/v1/login";
  request.headers.set("Content-Type", "application/json");
  request.body = body.dump();
  auto response = api.exchange_once(std::move(request), api.options().timeout, {});
  if (!response) {
    Error error = response.error();
    error.hint =
        "A set-up token works once: where the server has taken it, its next start prints "
        "another one as long as there is no token.";
    return std::unexpected(std::move(error));
  }
  if (response->status == 401)
    return fail(ErrorCode::denied,
                api.options().base_url +
                    " does not take that set-up token: it is used up, expired, "
                    "or another server's",
                "A server without any token prints a new one when it starts.");
  if (response->status / 100 != 2) return std::unexpected(api.refusal(*response));
  auto answer = json::parse(response->body);
  if (!answer || (*answer)["token"].as_string().empty())
    return fail(ErrorCode::unavailable, api.options().base_url + " answered without a token",
                "Is it a Sluice server?");
  auto who = identity(*answer);
  if (!who) return std::unexpected(who.error());
  return LoggedIn{Secret((*answer)["token"].as_string()), std::move(*who)};
}

Result<Identity> who_am_i(ApiClient& api) {
  auto body = api.get_json("/api/v1/whoami");
  if (!body) return std::unexpected(body.error());
  return identity(*body);
}

}  // namespace sluice::server
