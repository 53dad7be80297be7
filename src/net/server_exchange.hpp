#pragma once

#include <microhttpd.h>

#include <memory>
#include <optional>
#include <string>

#include "net/server.hpp"
#include "net/server_checks.hpp"
#include "net/server_feed.hpp"
#include "net/server_spool.hpp"

namespace sluice::net {

struct ServerState;

/// One request and its answer. Until it is suspended it belongs to the server's thread, then to the
/// worker that answers it, and from MHD_resume_connection on to the server's thread again.
struct Exchange {
  enum class Phase { head, asked, body, suspended, answered };

  ServerState* server = nullptr;
  Phase phase = Phase::head;
  std::string target;
  char const* target_place = nullptr;  ///< where it stands in the connection's memory
  Incoming incoming;
  bool is_upload = false;
  std::size_t body_limit = 0;      ///< bytes
  std::shared_ptr<Spool> spool;    ///< of an upload; counted in ServerState::uploads
  std::optional<Refusal> refusal;  ///< why the body is not taken; the rest of it is discarded
  std::size_t discarded = 0;       ///< bytes since then
  bool owed = false;               ///< counted in ServerState::owed
  std::optional<Response> response;
  std::shared_ptr<ServerFeed> feed;
};

/// The life of an exchange as libmicrohttpd drives it, on the server's thread. `held` is what
/// `open_exchange` returned.
void* open_exchange(ServerState& server, char const* target);
MHD_Result advance_exchange(void* held, MHD_Connection* connection, char const* method,
                            char const* version, char const* data, std::size_t* size);
void close_exchange(void* held);

/// Reads what libmicrohttpd knows of the request before its body.
RequestHead read_head(MHD_Connection* connection, Exchange const& exchange, char const* method,
                      char const* version);
std::string peer_of(MHD_Connection* connection);

/// Gives the exchange's response to libmicrohttpd.
MHD_Result send_response(MHD_Connection* connection, Exchange& exchange);
MHD_Result send_refusal(MHD_Connection* connection, Refusal const& refusal);

}  // namespace sluice::net
