#pragma once

#include <memory>
#include <string>

#include "cli/invocation.hpp"
#include "server/attach.hpp"

namespace sluice::cli {

/// The way to what the API has besides runs: of the server that the line means, or of the process
/// that holds this machine's journal, which may be this one.
class ApiDoor {
 public:
  static Result<ApiDoor> open(Invocation& invocation);

  /// The body of an answer that is not a problem; null where it has none. Sent once: what is asked
  /// here is not carried out a second time because an answer was lost.
  Result<json::Value> ask(std::string const& method, std::string const& path,
                          json::Value const& body = {});

 private:
  ApiDoor() = default;
  static Result<ApiDoor> to_server(Invocation& invocation);
  static Result<ApiDoor> to_holder(Invocation& invocation);

  std::unique_ptr<server::Attached> attached_;  ///< null: a server's
  std::shared_ptr<net::Client> client_;
  std::unique_ptr<server::ApiClient> api_;
};

/// {"apiVersion", "kind", …} on stdout.
void print_document(Invocation& invocation, std::string const& kind, json::Value const& body);

}  // namespace sluice::cli
