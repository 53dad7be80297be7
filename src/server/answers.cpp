#include "server/answers.hpp"

namespace sluice::server {

net::Response answer(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = body.dump();
  return response;
}

net::Response nothing() {
  net::Response response;
  response.status = 204;
  return response;
}

Result<json::Value> body_of(net::Incoming const& request) {
  auto body = json::parse(request.body);
  if (!body) return fail(body.error(), "read the request");
  return body;
}

}  // namespace sluice::server
