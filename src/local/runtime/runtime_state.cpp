#include "local/runtime/runtime_state.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "local/runtime/report.hpp"
#include "local/runtime/runtime_limits.hpp"

namespace sluice::local {
namespace {

using Reply = RuntimeState::Reply;

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    default: return "Error";
  }
}

Reply refusal(int status, std::string_view type, std::string_view message) {
  return {.bytes = api_answer(status, error_document(type, message))};
}

Reply accepted() { return {.bytes = api_answer(202, "{\"status\":\"OK\"}")}; }

Reply wrong_state(std::string_view what) {
  return refusal(403, "InvalidStateTransition",
                 std::string(what) + " is not allowed in the runtime's present state");
}

/// A web page must not reach a function's Runtime API, by its own origin or by a name it rebinds.
bool is_from_outside(ApiRequest const& request) {
  std::string_view host = request.field("Host");
  bool loopback = host.starts_with("127.0.0.1") || host.starts_with("localhost");
  return !loopback || !request.field("Origin").empty();
}

/// Callers choose the client context and the name in the ARN: they must not end a field.
std::string field_text(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string type_of(ApiRequest const& request, std::string_view otherwise) {
  std::string_view named = request.field("Lambda-Runtime-Function-Error-Type");
  if (!named.empty()) return std::string(named);
  if (Result<json::Value> document = json::parse(request.body)) {
    std::string const& type = (*document)["errorType"].as_string();
    if (!type.empty()) return type;
  }
  return std::string(otherwise);
}

Posted error_of(ApiRequest& request, std::string_view otherwise) {
  std::string type = type_of(request, otherwise);
  std::string body = std::move(request.body);
  if (request.body_too_large || body.empty()) body = error_document(type, "");
  return {.payload = std::move(body), .is_error = true, .error_type = std::move(type)};
}

/// A streamed answer that failed half-way says so behind its body.
std::optional<Posted> error_of_trailers(ApiRequest const& request) {
  if (request.field("Transfer-Encoding").empty()) return std::nullopt;
  std::string type(request.field("Lambda-Runtime-Function-Error-Type"));
  if (type.empty()) return std::nullopt;
  Result<std::string> body = decode_base64(request.field("Lambda-Runtime-Function-Error-Body"));
  return Posted{.payload = body && !body->empty() ? *body : error_document(type, ""),
                .is_error = true,
                .error_type = type};
}

}  // namespace

std::string api_answer(int status, std::string_view body) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
  out.append(reason_of(status)).append("\r\nContent-Type: application/json\r\nContent-Length: ");
  return out.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

RuntimeState::Reply RuntimeState::handle(ApiRequest& request) {
  if (is_from_outside(request))
    return refusal(403, "Forbidden", "only the function's own process may call this");
  constexpr std::string_view base = "/2018-06-01/runtime/";
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  bool get = request.method == "GET";
  bool known = path.starts_with(base);
  if (known) path.remove_prefix(base.size());
  if (known && path == "invocation/next")
    return get ? next() : refusal(405, "InvalidMethod", "use GET");
  if (known && path == "init/error")
    return get ? refusal(405, "InvalidMethod", "use POST") : init_error(request);
  if (known && path.starts_with("invocation/"))
    return invocation(request, path.substr(std::string_view("invocation/").size()));
  return refusal(404, "InvalidRequest", "the Runtime API has no such path here");
}

RuntimeState::Reply RuntimeState::next() {
  if (phase_ == Phase::running || phase_ == Phase::idle || phase_ == Phase::failed)
    return wrong_state("asking for the next invocation");
  phase_ = Phase::idle;
  return {.park = true};
}

RuntimeState::Reply RuntimeState::invocation(ApiRequest& request, std::string_view rest) {
  std::size_t slash = rest.find('/');
  std::string_view id = rest.substr(0, slash);
  std::string_view verb = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  if (verb != "response" && verb != "error")
    return refusal(404, "InvalidRequest", "the Runtime API has no such path here");
  if (request.method != "POST") return refusal(405, "InvalidMethod", "use POST");
  if (id != request_id_ || id.empty())
    return refusal(400, "InvalidRequestID", "Invalid request ID");
  if (phase_ != Phase::running) return wrong_state("a second answer to one invocation");
  return verb == "response" ? respond(request) : report_error(request);
}

RuntimeState::Reply RuntimeState::respond(ApiRequest& request) {
  phase_ = Phase::answered;
  std::string limit = std::to_string(runtime_limits::response_bytes);
  if (request.body_too_large) {
    posted_ =
        Posted{error_document("Function.ResponseSizeTooLarge",
                              "Response payload size exceeded maximum allowed payload size (" +
                                  limit + " bytes)."),
               true, "Function.ResponseSizeTooLarge"};
    return refusal(413, "RequestEntityTooLarge",
                   "Exceeded maximum allowed payload size (" + limit + " bytes).");
  }
  posted_ = error_of_trailers(request);
  if (!posted_) posted_ = Posted{.payload = std::move(request.body)};
  return accepted();
}

RuntimeState::Reply RuntimeState::report_error(ApiRequest& request) {
  phase_ = Phase::answered;
  posted_ = error_of(request, "Unhandled");
  return accepted();
}

RuntimeState::Reply RuntimeState::init_error(ApiRequest& request) {
  if (phase_ != Phase::starting) return wrong_state("an initialization error");
  if (request.method != "POST") return refusal(405, "InvalidMethod", "use POST");
  phase_ = Phase::failed;
  posted_ = error_of(request, "Runtime.Unknown");
  return accepted();
}

std::string RuntimeState::begin(Task const& task) {
  ENSURE(phase_ == Phase::idle);
  phase_ = Phase::running;
  request_id_ = task.request_id;
  posted_.reset();
  std::string out = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  auto field = [&](std::string_view name, std::string value) {
    out.append(name).append(": ").append(field_text(std::move(value))).append("\r\n");
  };
  field("Lambda-Runtime-Aws-Request-Id", task.request_id);
  field("Lambda-Runtime-Deadline-Ms", std::to_string(to_millis(task.deadline)));
  field("Lambda-Runtime-Invoked-Function-Arn", task.arn);
  field("Lambda-Runtime-Trace-Id", task.trace_id);
  if (!task.client_context.empty()) field("Lambda-Runtime-Client-Context", task.client_context);
  std::string_view payload = task.payload.empty() ? "{}" : std::string_view(task.payload);
  field("Content-Length", std::to_string(payload.size()));
  return out.append("\r\n").append(payload);
}

void RuntimeState::unpark() {
  if (phase_ == Phase::idle) phase_ = Phase::answered;
}

std::optional<Posted> RuntimeState::take_posted() { return std::exchange(posted_, std::nullopt); }

}  // namespace sluice::local
