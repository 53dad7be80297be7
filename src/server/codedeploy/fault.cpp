#include "server/codedeploy/fault.hpp"

#include "base/log.hpp"
#include "base/random.hpp"

namespace sluice::server::codedeploy {
namespace {

net::Response document(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                      {"Cache-Control", "no-store"},
                      {"x-amzn-RequestId", new_uuid(system_random())}};
  response.body = std::move(body);
  return response;
}

}  // namespace

std::unexpected<Fault> refuse(std::string_view type, std::string message) {
  return std::unexpected(Fault{std::string(type) + "Exception", std::move(message)});
}

std::unexpected<Fault> broken(Error const& error) {
  log::warning("request_failed", {{"face", "codedeploy"}, {"reason", error.text()}});
  // Another one was faster, again and again: clients repeat what is throttled.
  if (error.code == ErrorCode::conflict)
    return refuse("Throttling", "Rate exceeded: the resource is being changed by others");
  bool const later = error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
  return std::unexpected(Fault{later ? "ServiceUnavailable" : "InternalFailure",
                               later ? "The server cannot do this right now; its log says why."
                                     : "Something is broken in the server; its log says more.",
                               later ? 503 : 500});
}

net::Response response_of(Fault const& fault) {
  json::Value const body{{"__type", fault.type}, {"message", fault.message}};
  auto response = document(fault.status, body.dump());
  // Some clients read the type from here, and only then from the body.
  response.headers.set("x-amzn-ErrorType", fault.type);
  return response;
}

net::Response response_of(json::Value const& answer) {
  return document(200, answer.is_null() ? "" : answer.dump());
}

}  // namespace sluice::server::codedeploy
