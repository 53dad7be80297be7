#include "server/problem.hpp"

#include "base/log.hpp"
#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr struct {
  ErrorCode code;
  int status;
} kinds[] = {{ErrorCode::invalid_input, 400}, {ErrorCode::not_found, 404},
             {ErrorCode::conflict, 409},      {ErrorCode::denied, 403},
             {ErrorCode::throttled, 429},     {ErrorCode::unavailable, 503},
             {ErrorCode::timeout, 504},       {ErrorCode::corrupt, 500},
             {ErrorCode::cancelled, 503},     {ErrorCode::internal, 500}};

constexpr struct {
  int status;
  char const* title;
} titles[] = {{400, "Invalid input"},
              {401, "Not authenticated"},
              {403, "Denied"},
              {404, "Not found"},
              {405, "Method not allowed"},
              {409, "Conflict"},
              {413, "Too large"},
              {415, "Unsupported media type"},
              {422, "Unprocessable content"},
              {429, "Too many requests"},
              {503, "Unavailable"},
              {504, "Timeout"}};

constexpr char media_type[] = "application/problem+json";

char const* title_of(int status) {
  for (auto const& entry : titles)
    if (entry.status == status) return entry.title;
  return "Internal error";
}

net::Response document(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", media_type}, {"Cache-Control", "no-store"}};
  response.body = body.dump();
  return response;
}

json::Value problem_body(Error const& error) {
  int status = status_of(error.code);
  json::Value body{{"type", "about:blank"},
                   {"title", title_of(status)},
                   {"status", status},
                   {"code", name_of(error.code)},
                   {"detail", error.message}};
  if (!error.hint.empty()) body.set("hint", error.hint);
  return body;
}

json::Value document_of(net::Response const& response) {
  if (!response.headers.get("Content-Type").starts_with(media_type)) return {};
  auto body = json::parse(response.body);
  return body ? std::move(*body) : json::Value();
}

}  // namespace

int status_of(ErrorCode code) {
  for (auto const& kind : kinds)
    if (kind.code == code) return kind.status;
  return 500;
}

std::unexpected<FieldError> wrong_field(Error error, std::string pointer) {
  return std::unexpected(FieldError{std::move(error), std::move(pointer)});
}

net::Response problem(Error const& error) {
  return document(status_of(error.code), problem_body(error));
}

net::Response field_problem(FieldError const& error) { return problem(error, {error}); }

net::Response problem(Error const& error, std::vector<FieldError> const& parts) {
  json::Value errors = json::Array{};
  for (auto const& part : parts)
    errors.push(json::Value{
        {"pointer", part.pointer}, {"code", name_of(part.code)}, {"message", part.message}});
  json::Value body = problem_body(error);
  body.set("errors", std::move(errors));
  return document(status_of(error.code), body);
}

net::Response restated(net::Response problem, int status) {
  json::Value body = document_of(problem);
  body.set("title", title_of(status));
  body.set("status", status);
  problem.status = status;
  problem.body = body.dump();
  return problem;
}

net::Response traced(net::Response problem, std::string const& trace, bool tell_internals) {
  json::Value body = document_of(problem);
  if (!body.is_object()) return problem;
  if (problem.status >= 500) {
    log::warning(
        "request_failed",
        {{"trace", trace}, {"status", problem.status}, {"reason", body["detail"].as_string()}});
    if (!tell_internals) {
      bool later = problem.status == 503 || problem.status == 504;
      body.set("detail",
               later ? "the server cannot do this right now" : "something is broken in the server");
      body.set("hint", "Its log says more under the traceId " + trace + ".");
    }
  }
  body.set("traceId", trace);
  problem.body = body.dump();
  return problem;
}

net::Response busy_problem(store::Busy const& busy) {
  return document(409, json::Value{{"type", "about:blank"},
                                   {"title", "Busy"},
                                   {"status", 409},
                                   {"code", "busy"},
                                   {"detail", "'" + busy.lock + "' is held by run " + busy.run},
                                   {"lock", busy.lock},
                                   {"run", busy.run}});
}

Error error_of(net::Response const& response) {
  json::Value body = document_of(response);
  if (!body.is_object())
    return {response.status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_input,
            "the answer was " + std::to_string(response.status) + ": " +
                printable(response.body.substr(0, 200)),
            ""};
  Error error{ErrorCode::internal, printable(body["detail"].as_string()),
              printable(body["hint"].as_string())};
  for (auto const& kind : kinds)
    if (name_of(kind.code) == body["code"].as_string()) error.code = kind.code;
  return error;
}

std::optional<store::Busy> busy_of(net::Response const& response) {
  if (response.status != 409) return std::nullopt;
  json::Value body = document_of(response);
  if (body["code"].as_string() != "busy") return std::nullopt;
  return store::Busy{body["lock"].as_string(), body["run"].as_string()};
}

}  // namespace sluice::server
