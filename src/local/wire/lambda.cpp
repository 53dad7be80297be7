#include "local/wire/lambda.hpp"

#include <algorithm>
#include <utility>

#include "local/wire/lambda_answer.hpp"
#include "local/wire/lambda_paths.hpp"

namespace sluice::local {
namespace {

/// Lambda's limit on the body of a control-plane request; a 50 MB zip in base64 fits.
constexpr std::size_t max_body = 70'167'211;

/// A number in the query stands for the number, so that the model sees what JSON would have.
json::Value number_or_text(std::string const& text) {
  bool digits = !text.empty() && text.size() < 10 &&
                std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? json::Value(static_cast<std::int64_t>(std::stoll(text))) : json::Value(text);
}

Outcome<json::Value> read_body(std::string const& body, std::string const& operation) {
  if (body.size() > max_body)
    return std::unexpected(
        oversized_request("RequestEntityTooLargeException", max_body, operation));
  if (body.empty()) return json::Value(json::Object{});
  auto value = json::parse(body);
  if (!value) return std::unexpected(unreadable_body(value.error().message));
  if (!value->is_object()) return std::unexpected(unreadable_body("it is not an object"));
  return std::move(*value);
}

/// Path and query members join those of the body, as they do in AWS's input shapes.
Outcome<json::Value> read_request(net::Incoming const& incoming, LambdaRoute const& route) {
  auto request = read_body(incoming.body, route.operation);
  if (!request) return request;
  auto query = net::parse_query(incoming.query);
  if (!query) return refuse(400, "InvalidRequestContentException", query.error().message);
  for (auto const& [name, value] : *query) {
    if (name == "tagKeys") {
      json::Value keys = (*request)["TagKeys"];
      keys.push(value);
      request->set("TagKeys", std::move(keys));
    } else if (name == "MaxItems") {
      request->set(name, number_or_text(value));
    } else {
      request->set(name, value);
    }
  }
  for (auto const& [name, value] : route.members) request->set(name, value);
  return request;
}

}  // namespace

std::optional<std::string> operation_of(std::string_view method, std::string_view path,
                                        std::string_view query) {
  auto route = lambda_route(method, path, query);
  if (!route) return {};
  return std::move(route->operation);
}

net::Response handle_lambda(LambdaService& service, net::Incoming const& incoming, Time now,
                            Random& random) {
  auto request_id = new_uuid(random);
  auto route = lambda_route(incoming.method, incoming.path, incoming.query);
  if (!route) return lambda_fault(unknown_path(incoming.method, incoming.path), request_id);
  auto request = read_request(incoming, *route);
  if (!request) return lambda_fault(request.error(), request_id);
  auto answer = service.call(route->operation, *request, now, random);
  if (!answer) return lambda_fault(answer.error(), request_id);
  return lambda_answer(route->status, *answer, request_id);
}

}  // namespace sluice::local
