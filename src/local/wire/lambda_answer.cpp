#include "local/wire/lambda_answer.hpp"

#include "base/strings.hpp"
#include "local/wire/lambda.hpp"

namespace sluice::local {

net::Response lambda_answer(int status, json::Value const& body, std::string const& request_id) {
  net::Response response;
  response.status = status;
  response.headers.set("x-amzn-RequestId", request_id);
  if (status == 204) return response;
  response.headers.set("Content-Type", "application/json");
  response.body = body.dump();
  return response;
}

net::Response lambda_fault(Fault const& fault, std::string const& request_id) {
  json::Value body(fault.more);
  if (!fault.type.empty()) body.set("Type", fault.type);
  body.set(fault.capital_message ? "Message" : "message", fault.message);
  auto response = lambda_answer(fault.status, body, request_id);
  response.headers.set("X-Amzn-ErrorType", fault.code);
  if (fault.retry_after_seconds > 0)
    response.headers.set("Retry-After", std::to_string(fault.retry_after_seconds));
  return response;
}

Fault unreadable_body(std::string_view why) {
  return {.status = 400,
          .code = "InvalidRequestContentException",
          .message = "Could not parse request body into json: " + std::string(why)};
}

Fault oversized_request(std::string_view code, std::size_t limit, std::string_view operation) {
  return {.status = 413,
          .code = std::string(code),
          .message = "Request must be smaller than " + std::to_string(limit) + " bytes for the " +
                     std::string(operation) + " operation",
          .type = ""};
}

Fault unknown_path(std::string_view method, std::string_view path) {
  return {.status = 404,
          .code = "UnknownOperationException",
          .message = "Lambda has no operation at " + printable(std::string(method)) + " " +
                     printable(std::string(path))};
}

}  // namespace sluice::local
