#pragma once

#include <optional>
#include <vector>

#include "server/api_client.hpp"

/// How a client of a server shows who it is.
namespace sluice::server {

struct Identity {
  std::string name;  ///< empty where the server does not tell
  std::vector<std::string> roles;
  std::optional<Time> expires;
};

struct LoggedIn {
  Secret token;  ///< the server shows it this once
  Identity who;
};

/// Whether that text is one for the first log-in: it is exchanged for an API token.
bool is_setup_token(std::string_view text);

/// The first administrator's token for a set-up token, which is used up by it; not repeated where
/// the answer is lost. `name`: what the administrator is called; empty: the server's choice.
Result<LoggedIn> log_in(ApiClient& api, Secret const& setup_token, std::string const& name);

/// Whose the client's token is. denied: nobody's any more.
Result<Identity> who_am_i(ApiClient& api);

}  // namespace sluice::server
