#include "server/problem.hpp"

#include "base/strings.hpp"

namespace sluice::server {
namespace {

constexpr struct {
  ErrorCode code;
  int status;
  char const* title;
} kinds[] = {{ErrorCode::invalid_input, 400, "Invalid input"},
             {ErrorCode::not_found, 404, "Not found"},
             {ErrorCode::conflict, 409, "Conflict"},
             {ErrorCode::denied, 403, "Denied"},
             {ErrorCode::throttled, 429, "Too many requests"},
             {ErrorCode::unavailable, 503, "Unavailable"},
             {ErrorCode::timeout, 504, "Timeout"},
             {ErrorCode::corrupt, 500, "Stored data is damaged"},
             {ErrorCode::cancelled, 503, "Cancelled"},
             {ErrorCode::internal, 500, "Internal error"}};

net::Response document(int status, json::Value const& body) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"}};
  response.body = body.dump();
  return response;
}

json::Value document_of(net::Response const& response) {
  if (!response.headers.get("Content-Type").starts_with("application/problem+json")) return {};
  auto body = json::parse(response.body);
  return body ? std::move(*body) : json::Value();
}

}  // namespace

int status_of(ErrorCode code) {
  for (auto const& kind : kinds)
    if (kind.code == code) return kind.status;
  return 500;
}

net::Response problem(Error const& error) {
  json::Value body{{"type", "about:blank"}};
  for (auto const& kind : kinds)
    if (kind.code == error.code) body.set("title", kind.title);
  body.set("status", status_of(error.code));
  body.set("code", name_of(error.code));
  body.set("detail", error.message);
  if (!error.hint.empty()) body.set("hint", error.hint);
  return document(status_of(error.code), body);
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
