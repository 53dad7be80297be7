#include "server/audit.hpp"

#include "base/log.hpp"

namespace sluice::server {

void audit(std::string_view event, Principal const& who, net::Incoming const& request,
           json::Object more) {
  json::Object fields{{"who", who.name.empty() && request.peer == "unix" ? "local" : who.name},
                      {"from", request.peer},
                      {"method", request.method},
                      {"path", request.path}};
  for (auto& field : more) fields.push_back(std::move(field));
  log::info(event, fields);
}

}  // namespace sluice::server
