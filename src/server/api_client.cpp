#include "server/api_client.hpp"

#include <algorithm>
#include <charconv>

#include "base/strings.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

constexpr Duration first_wait = std::chrono::milliseconds(200);
constexpr Duration longest_wait = std::chrono::seconds(5);

/// 0.2 s, 0.4 s, … with a half of it left to chance.
Duration wait_before(int repeat, Random& random) {
  Duration full = std::min<Duration>(longest_wait, first_wait * (1 << std::min(repeat, 8)));
  return full / 2 + Duration(static_cast<std::int64_t>(
                        random.below(static_cast<std::uint64_t>(full.count() / 2 + 1))));
}

bool is_problem(net::Response const& response) {
  return response.headers.get("Content-Type").starts_with("application/problem+json");
}

/// No resource of that path, though this command knows one.
bool is_unknown_path(net::Response const& response, Error const& error) {
  return response.status == 404 && is_problem(response) &&
         error.message.starts_with("there is no resource");
}

}  // namespace

std::optional<Duration> try_again_after(net::Response const& response) {
  bool busy = response.status == 409 || response.status == 429 || response.status == 503;
  bool gateway = response.status == 502 || response.status == 503 || response.status == 504;
  auto const& text = response.headers.get("Retry-After");
  std::int64_t seconds = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  bool said = !text.empty() && wrong == std::errc() && end == text.data() + text.size();
  if (busy && said && seconds >= 0)
    return std::min<Duration>(longest_wait,
                              std::chrono::seconds(std::min<std::int64_t>(seconds, 60)));
  // A proxy whose server is away, or a server that is stopping.
  if (gateway && !is_problem(response)) return Duration{};
  return std::nullopt;
}

ApiClient::ApiClient(net::Client& client, RemoteOptions options)
    : client_(client), options_(std::move(options)) {}

void ApiClient::complete(net::Request& request, net::SendOptions& send) const {
  request.url = options_.base_url + request.url;
  if (!options_.token.empty())
    request.headers.set("Authorization", "Bearer " + std::string(options_.token.open()));
  send.unix_socket = options_.unix_socket;
  send.connect_timeout = options_.connect_timeout;
}

Result<net::Response> ApiClient::exchange_once(net::Request request, Duration timeout,
                                               std::stop_token stop) {
  bool changes = request.method == "POST";
  net::SendOptions send;
  complete(request, send);
  send.connect_timeout = std::min<Duration>(timeout, send.connect_timeout);
  send.total_timeout = timeout;
  auto response = client_.send(request, send, std::move(stop));
  if (response) return std::move(*response);
  Error error = response.error().error;
  if (error.code == ErrorCode::cancelled) return std::unexpected(std::move(error));
  if (error.code != ErrorCode::invalid_input) error.code = ErrorCode::unavailable;
  if (error.hint.contains("AWS_CA_BUNDLE") && error.code == ErrorCode::invalid_input)
    error.hint = "Check --ca-file.";
  else if (error.hint.contains("AWS_CA_BUNDLE"))
    error.hint = "If an authority of your own issued it, name its certificate with --ca-file FILE.";
  if (changes && response.error().may_have_arrived)
    error.hint = "It may have been accepted all the same: sluice list shows the runs.";
  return fail(std::move(error), is_server() ? "ask the server " + options_.base_url
                                            : "ask the process that executes the runs");
}

Result<net::Response> ApiClient::exchange(net::Request request, std::stop_token stop) {
  return exchange_for(std::move(request), options_.timeout, std::move(stop));
}

Result<net::Response> ApiClient::exchange_for(net::Request request, Duration timeout,
                                              std::stop_token stop) {
  if (request.method == "POST" && !request.headers.contains("Idempotency-Key"))
    request.headers.set("Idempotency-Key", new_uuid(*options_.random));
  for (int repeat = 0;; ++repeat) {
    Duration began = options_.clock->monotonic();
    auto response = exchange_once(request, timeout, stop);
    // Who was silent for all of the time is not asked again.
    bool in_time = options_.clock->monotonic() - began < timeout;
    bool last = repeat >= options_.repeats || stop.stop_requested() || !in_time;
    Duration wait = wait_before(repeat, *options_.random);
    if (response) {
      auto after = try_again_after(*response);
      if (!after || last) return response;
      wait = std::max(wait, *after);
    } else if (last || response.error().code != ErrorCode::unavailable) {
      return response;
    }
    options_.clock->sleep(wait, stop);
  }
}

Result<json::Value> ApiClient::get_json(std::string const& path, std::stop_token stop) {
  net::Request request;
  request.url = path;
  request.headers.set("Accept", "application/json");
  auto response = exchange(std::move(request), std::move(stop));
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) return std::unexpected(refusal(*response));
  auto body = json::parse(response->body);
  if (!body)
    return fail(ErrorCode::unavailable, options_.base_url + " answered something else than JSON",
                "Is it a Sluice server?");
  return body;
}

Result<net::Response> ApiClient::post(std::string const& path, json::Value const& body) {
  net::Request request;
  request.method = "POST";
  request.url = path;
  request.headers.set("Content-Type", "application/json");
  request.body = body.dump();
  return exchange(std::move(request));
}

Error ApiClient::refusal(net::Response const& response) const {
  Error error = error_of(response);
  if (!is_server()) return error;
  bool empty = response.body.empty();  // as the answer to HEAD is
  std::string log_in = "sluice login " + options_.base_url;
  if (response.status == 401) {
    if (empty) error.message = "the server " + options_.base_url + " does not know the token";
    error.code = ErrorCode::denied;
    error.hint = log_in + " takes a token; an administrator of the server makes one.";
  } else if (response.status == 403) {
    if (empty) error.message = "you may not do this on " + options_.base_url;
    error.code = ErrorCode::denied;
    error.hint += (error.hint.empty() ? "" : " ") + log_in + " takes another token.";
  } else if (response.status == 404 && !is_problem(response)) {
    error = {ErrorCode::unavailable,
             options_.base_url + " answers, but has no Sluice API: it is no Sluice server",
             "Check the URL: it is that of 'sluice serve', without a path."};
  } else if (is_unknown_path(response, error)) {
    error = {ErrorCode::unavailable,
             "the server " + options_.base_url + " is too old for this: " + error.message,
             "Use a sluice of the server's version, or have the server updated."};
  }
  return error;
}

}  // namespace sluice::server
