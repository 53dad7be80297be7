#pragma once

#include "cli/invocation.hpp"
#include "server/api_client.hpp"

namespace sluice::cli {

/// How to reach a server with this line's --ca-file and time-outs. A token is not in it yet.
struct ServerLink {
  std::shared_ptr<net::Client> client;
  server::RemoteOptions options;
};
Result<ServerLink> link_to_server(Invocation const& invocation, std::string const& url);

/// The token for that server: --token-file, then what `sluice login` kept, then SLUICE_TOKEN
/// (operability A17). denied: there is none, and how to get one.
Result<Secret> token_for(Invocation const& invocation, std::string const& url);

/// A token that stands alone in a file.
Result<Secret> token_in_file(std::string const& path);

/// The runs of the server that the line means.
Result<RunsHere> open_server_runs(Invocation const& invocation);

}  // namespace sluice::cli
