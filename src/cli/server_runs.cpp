#include "cli/server_runs.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/credentials_file.hpp"
#include "cli/server_choice.hpp"
#include "server/remote.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t most_file_bytes = 16 << 10;
/// Tries besides the first: some 4 s, as long as a server needs to start again.
constexpr int repeats = 4;
/// A server whose run is followed may be away for so long.
constexpr Duration patience = std::chrono::minutes(2);

Error not_logged_in(std::string const& url) {
  return {ErrorCode::denied, "you are not logged in to " + url,
          "sluice login " + url +
              " takes a token and keeps it. For one command: --token-file FILE or SLUICE_TOKEN."};
}

}  // namespace

Result<Secret> token_in_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(most_file_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    return fail(ErrorCode::invalid_input,
                "--token-file: '" + path + "' cannot be read: " + std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return token_of_text(text, "'" + path + "'");
}

Result<Secret> token_for(Invocation const& invocation, std::string const& url) {
  if (auto file = invocation.line.maybe("token-file")) return token_in_file(*file);
  if (auto kept = CredentialsFile::of(invocation.environment)) {
    auto found = kept->find(url);
    if (!found) return std::unexpected(found.error());
    if (*found) return std::move((*found)->token);
  }
  if (auto text = invocation.variable("SLUICE_TOKEN"); !text.empty())
    return token_of_text(text, "SLUICE_TOKEN");
  return std::unexpected(not_logged_in(url));
}

Result<ServerLink> link_to_server(Invocation const& invocation, std::string const& url) {
  ServerLink link;
  net::ClientOptions client;
  client.user_agent = factory_options().user_agent;
  client.ca_file = invocation.line.value("ca-file");
  // Through a proxy it would be no longer on this machine.
  client.use_proxies = !is_loopback_url(url);
  link.client = net::make_client(client);
  link.options.base_url = url;
  link.options.repeats = repeats;
  link.options.patience = patience;
  auto connect = duration_option(invocation.line, "connect-timeout");
  if (!connect) return std::unexpected(connect.error());
  auto request = duration_option(invocation.line, "request-timeout");
  if (!request) return std::unexpected(request.error());
  if (*connect && **connect > Duration{}) link.options.connect_timeout = **connect;
  if (*request && **request > Duration{}) link.options.timeout = **request;
  link.options.clock = &invocation.clock;
  link.options.random = &invocation.random;
  return link;
}

Result<RunsHere> open_server_runs(Invocation const& invocation) {
  auto link = link_to_server(invocation, *invocation.server);
  if (!link) return std::unexpected(link.error());
  auto token = token_for(invocation, *invocation.server);
  if (!token) return std::unexpected(token.error());
  link->options.token = std::move(*token);
  RunsHere here;
  here.client = link->client;
  auto runs = std::make_unique<server::RemoteRuns>(*here.client, std::move(link->options));
  here.server = &runs->api();
  here.runs = std::move(runs);
  return here;
}

}  // namespace sluice::cli
