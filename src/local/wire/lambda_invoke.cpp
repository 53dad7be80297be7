#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "local/wire/json_syntax.hpp"
#include "local/wire/lambda.hpp"
#include "local/wire/lambda_answer.hpp"
#include "local/wire/lambda_paths.hpp"

namespace sluice::local {
namespace {

constexpr std::size_t max_synchronous = 6'291'456;
constexpr std::size_t max_event = 1'048'576;
constexpr std::size_t max_answer = 6'291'556;
constexpr std::size_t max_client_context = 3'583;
constexpr std::size_t log_tail_bytes = 4'096;

std::unexpected<Fault> bad_header(std::string_view value, std::string_view member,
                                  std::string_view set) {
  return std::unexpected(Fault{.status = 400,
                               .code = "ValidationException",
                               .message = "1 validation error detected: Value '" +
                                          std::string(value) + "' at '" + std::string(member) +
                                          "' failed to satisfy constraint: Member must satisfy "
                                          "enum value set: " +
                                          std::string(set),
                               .type = ""});
}

/// What the headers say; none of it depends on the function.
struct Wish {
  InvocationType type = InvocationType::request_response;
  bool dry_run = false;
  bool log_tail = false;
  std::string client_context;
};

Outcome<Wish> read_headers(net::Headers const& headers) {
  Wish wish;
  auto const& type = headers.get("X-Amz-Invocation-Type");
  if (type == "Event")
    wish.type = InvocationType::event;
  else if (type == "DryRun")
    wish.dry_run = true;
  else if (!type.empty() && type != "RequestResponse")
    return bad_header(type, "invocationType", "[Event, RequestResponse, DryRun]");
  auto const& log = headers.get("X-Amz-Log-Type");
  if (!log.empty() && log != "None" && log != "Tail")
    return bad_header(log, "logType", "[None, Tail]");
  wish.log_tail = log == "Tail";
  auto const& context = headers.get("X-Amz-Client-Context");
  // Only a synchronous call carries a client context; AWS drops it from events.
  if (context.empty() || wish.type == InvocationType::event) return wish;
  auto decoded = decode_base64(context);
  if (context.size() > max_client_context || !decoded || !is_json_text(*decoded))
    return refuse(
        400, "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object of at most 3583 bytes.");
  wish.client_context = std::move(*decoded);
  return wish;
}

Outcome<void> check_payload(std::string const& payload, InvocationType type) {
  if (type == InvocationType::event && payload.size() > max_event)
    return std::unexpected(
        Fault{.status = 413,
              .code = "RequestTooLargeException",
              .message = std::to_string(payload.size()) +
                         " byte payload is too large for the Event invocation type (limit " +
                         std::to_string(max_event) + " bytes)",
              .type = "User"});
  if (payload.size() > max_synchronous)
    return std::unexpected(
        oversized_request("RequestTooLargeException", max_synchronous, "InvokeFunction"));
  if (!payload.empty() && !is_json_text(payload))
    return std::unexpected(unreadable_body("the payload is not one JSON document"));
  return {};
}

std::string qualifier_of(net::Incoming const& request) {
  auto query = net::parse_query(request.query);
  if (!query) return {};
  auto found = std::ranges::find(*query, "Qualifier", &std::pair<std::string, std::string>::first);
  return found == query->end() ? std::string() : found->second;
}

Outcome<PendingInvoke> prepare(LambdaService& service, net::Incoming const& request,
                               LambdaRoute const& route, Wish wish, Time now, Random& random) {
  if (auto ok = check_payload(request.body, wish.type); !ok) return std::unexpected(ok.error());
  auto const& name = route.members.front().second;
  auto qualifier = qualifier_of(request);
  // A switched-off function still takes events: they wait in the queue and are throttled there.
  auto executed = wish.type == InvocationType::event
                      ? service.place_of(name, qualifier, now, random)
                      : service.route(name, qualifier, now, random);
  if (!executed) return std::unexpected(executed.error());
  PendingInvoke pending;
  pending.type = wish.type;
  pending.log_tail = wish.log_tail;
  pending.executed = std::move(*executed);
  pending.invocation.invoked_arn = pending.executed.invoked_arn;
  pending.invocation.payload = request.body.empty() ? "{}" : request.body;
  pending.invocation.client_context = std::move(wish.client_context);
  return pending;
}

}  // namespace

std::expected<PendingInvoke, net::Response> begin_invoke(LambdaService& service,
                                                         net::Incoming const& request, Time now,
                                                         Random& random) {
  auto request_id = new_uuid(random);
  auto route = lambda_route(request.method, request.path, request.query);
  if (!route || route->operation != "Invoke")
    return std::unexpected(lambda_fault(unknown_path(request.method, request.path), request_id));
  auto wish = read_headers(request.headers);
  if (!wish) return std::unexpected(lambda_fault(wish.error(), request_id));
  auto pending = prepare(service, request, *route, *wish, now, random);
  if (!pending) return std::unexpected(lambda_fault(pending.error(), request_id));
  if (wish->dry_run) return std::unexpected(lambda_answer(204, {}, request_id));
  pending->invocation.request_id = request_id;
  return std::move(*pending);
}

net::Response finish_invoke(PendingInvoke const& pending, Invoker& invoker) {
  auto const& request_id = pending.invocation.request_id;
  net::Response response;
  response.headers.set("x-amzn-RequestId", request_id);
  if (pending.type == InvocationType::event) {
    auto taken = invoker.enqueue(pending.executed, pending.invocation);
    if (!taken) return lambda_fault(taken.error(), request_id);
    response.status = 202;
    return response;
  }
  auto result = invoker.invoke(pending.executed, pending.invocation);
  if (!result) return lambda_fault(result.error(), request_id);
  if (result->payload.size() > max_answer) {
    result->function_error = "Unhandled";
    result->payload = json::Value{{"errorType", "Function.ResponseSizeTooLarge"},
                                  {"errorMessage",
                                   "Response payload size exceeded maximum allowed payload size (" +
                                       std::to_string(max_answer) + " bytes)."}}
                          .dump();
  }
  response.headers.set("Content-Type", "application/json");
  response.headers.set("X-Amz-Executed-Version", pending.executed.version);
  if (!result->function_error.empty())
    response.headers.set("X-Amz-Function-Error", result->function_error);
  if (pending.log_tail) {
    std::string_view log = result->log;
    response.headers.set("X-Amz-Log-Result",
                         base64(log.substr(log.size() - std::min(log.size(), log_tail_bytes))));
  }
  response.body = std::move(result->payload);
  return response;
}

}  // namespace sluice::local
