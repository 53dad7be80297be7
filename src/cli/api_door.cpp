#include "cli/api_door.hpp"

#include "cli/program.hpp"
#include "cli/server_runs.hpp"

namespace sluice::cli {

Result<ApiDoor> ApiDoor::open(Invocation& invocation) {
  return invocation.server ? to_server(invocation) : to_holder(invocation);
}

Result<ApiDoor> ApiDoor::to_server(Invocation& invocation) {
  auto link = link_to_server(invocation, *invocation.server);
  if (!link) return std::unexpected(link.error());
  auto token = token_for(invocation, *invocation.server);
  if (!token) return std::unexpected(token.error());
  link->options.token = std::move(*token);
  ApiDoor door;
  door.client_ = link->client;
  door.api_ = std::make_unique<server::ApiClient>(*door.client_, std::move(link->options));
  return door;
}

Result<ApiDoor> ApiDoor::to_holder(Invocation& invocation) {
  auto host = host_options(invocation);
  if (!host) return std::unexpected(host.error());
  server::AttachOptions options;
  options.host = std::move(*host);
  auto attached = server::Attached::open(std::move(options));
  if (!attached) return std::unexpected(attached.error());
  if ((*attached)->socket().empty())
    return fail(ErrorCode::unavailable, "no path is short enough for the socket of this journal",
                "Use a state folder with a shorter path.");
  ApiDoor door;
  door.attached_ = std::move(*attached);
  door.client_ = net::make_client();
  server::RemoteOptions remote;
  remote.unix_socket = door.attached_->socket();
  door.api_ = std::make_unique<server::ApiClient>(*door.client_, std::move(remote));
  return door;
}

Result<json::Value> ApiDoor::ask(std::string const& method, std::string const& path,
                                 json::Value const& body) {
  net::Request request;
  request.method = method;
  request.url = path;
  request.headers.set("Content-Type", "application/json");
  if (!body.is_null()) request.body = body.dump();
  auto response = api_->exchange_once(std::move(request), api_->options().timeout, {});
  if (!response) return std::unexpected(response.error());
  if (response->status / 100 != 2) return std::unexpected(api_->refusal(*response));
  if (response->body.empty()) return json::Value();
  return json::parse(response->body);
}

void print_document(Invocation& invocation, std::string const& kind, json::Value const& body) {
  json::Value out{{"apiVersion", "sluice/v1"}, {"kind", kind}};
  for (auto const& [name, value] : body.members()) out.set(name, value);
  invocation.terminal.out(out.pretty() + "\n");
}

}  // namespace sluice::cli
