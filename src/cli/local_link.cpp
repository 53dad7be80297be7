#include "cli/local_link.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/strings.hpp"
#include "local/serving.hpp"

namespace sluice::cli {
namespace {

/// Of a payload: what Lambda takes for a synchronous invocation.
constexpr std::size_t max_payload = 6 << 20;

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::string> served_at(std::string const& folder) {
  if (auto serving = local::read_serving(folder)) return serving->url;
  return fail(ErrorCode::not_found, "no local endpoint serves " + folder,
              "Start one with 'sluice local up', or name one with --endpoint-url.");
}

}  // namespace

std::optional<std::string> local_region(Invocation const& invocation) {
  for (auto const& value : {invocation.line.value("region"), invocation.variable("AWS_REGION"),
                            invocation.variable("AWS_DEFAULT_REGION")})
    if (!value.empty()) return value;
  return std::nullopt;
}

Result<std::string> local_state_folder(Invocation const& invocation) {
  auto state = invocation.state_folder();
  if (!state || invocation.line.has("state")) return state;
  return *state + "/local";
}

Result<std::string> find_local_endpoint(Invocation const& invocation) {
  auto const& line = invocation.line;
  auto given = line.value("endpoint-url");
  if (!given.empty() && line.typed("endpoint-url")) return without_slash(given);
  // A file's value is only what the variable would be by itself.
  auto usual = invocation.variable("AWS_ENDPOINT_URL");
  if (usual.empty()) usual = given;
  if (!usual.empty() && !line.typed("state")) return without_slash(usual);
  auto folder = local_state_folder(invocation);
  if (!folder) return folder;
  return served_at(*folder);
}

LocalLink::LocalLink(Invocation& invocation, std::string url)
    : url_(std::move(url)),
      region_(local_region(invocation).value_or(local::default_region)),
      // What stands on this machine is not to be asked for through a proxy.
      client_(net::make_client({.use_proxies = false, .user_agent = "sluice-local"})),
      budget_(std::make_unique<aws::Budget>(invocation.clock, aws::Budget::unlimited())) {}

Result<void> LocalLink::connect(Invocation& invocation) {
  auto endpoints = aws::Endpoints::all_at(url_);
  if (!endpoints) return std::unexpected(endpoints.error());
  auto id = invocation.variable("AWS_ACCESS_KEY_ID");
  auto secret = invocation.variable("AWS_SECRET_ACCESS_KEY");
  auto token = invocation.variable("AWS_SESSION_TOKEN");
  if (id.empty() || secret.empty()) id = secret = "local", token.clear();
  auto provider = aws::static_provider({.access_key_id = id,
                                        .secret = Secret(secret),
                                        .session_token = Secret(token),
                                        .expiry = std::nullopt,
                                        .account = {}},
                                       "the local endpoint's keys");
  aws::CallerOptions options;
  options.endpoints = std::move(*endpoints);
  caller_ = std::make_unique<aws::Caller>(
      aws::Ports{*client_, invocation.clock, invocation.random, *budget_}, std::move(provider),
      std::move(options));
  return {};
}

Result<std::unique_ptr<LocalLink>> LocalLink::open(Invocation& invocation) {
  auto url = find_local_endpoint(invocation);
  if (!url) return std::unexpected(url.error());
  std::unique_ptr<LocalLink> link(new LocalLink(invocation, std::move(*url)));
  if (auto connected = link->connect(invocation); !connected)
    return std::unexpected(connected.error());
  return link;
}

Result<json::Value> LocalLink::ask(std::string const& method, std::string const& path,
                                   json::Value const& body) {
  net::Request request{.method = method,
                       .url = url_ + "/_sluice/" + path,
                       .headers = {{"X-Sluice-Local", "1"}},
                       .body = body.is_null() ? std::string() : body.dump(),
                       .stream = {}};
  auto response = client_->send(request, {}, {});
  if (!response)
    return fail(
        ErrorCode::unavailable,
        "the local endpoint at " + url_ + " cannot be reached: " + response.error().error.message,
        "Start it with 'sluice local up'.");
  auto answer = json::parse(response->body);
  if (answer && response->status < 300) return std::move(*answer);
  if (!answer || !answer->contains("error"))
    return fail(ErrorCode::unavailable,
                "what answers at " + url_ + " is no local endpoint of Sluice (status " +
                    std::to_string(response->status) + ")",
                "Name one with --endpoint-url, or start one with 'sluice local up'.");
  auto const& error = (*answer)["error"];
  return fail(response->status == 404 ? ErrorCode::not_found : ErrorCode::invalid_input,
              error["message"].as_string(), error["hint"].as_string());
}

std::vector<Option> local_options() {
  return {{.name = "endpoint-url",
           .value = "URL",
           .summary = "Where the local endpoint listens",
           .otherwise = "that of --state",
           .setting = "endpoint-url",
           .variable = "AWS_ENDPOINT_URL",
           .personal = true,
           .place = true},
          {.name = "state",
           .value = "DIR",
           .summary = "The state folder of the local endpoint that is meant",
           .otherwise = "local in SLUICE_STATE or $XDG_STATE_HOME/sluice",
           .setting = "local-state",
           .variable = "SLUICE_LOCAL_STATE",
           .personal = true,
           .place = true}};
}

QualifiedName split_qualifier(std::string const& text) {
  auto const parts = split(text, ':');
  // arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER], or ACCOUNT:function:NAME[:QUALIFIER].
  std::size_t const plain = text.starts_with("arn:") ? 7 : parts.size() > 2 ? 3 : 1;
  if (parts.size() <= plain) return {text, {}};
  auto const cut = text.rfind(':');
  return {text.substr(0, cut), text.substr(cut + 1)};
}

Result<std::string> read_input(Invocation& invocation, std::string const& path, std::size_t limit) {
  std::string text;
  if (path == "-") {
    text = invocation.terminal.read_all(limit);
  } else {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
      return fail(ErrorCode::invalid_input, "'" + path + "' is a folder, not a file",
                  "Name a file in it.");
    std::ifstream file(path, std::ios::binary);
    if (!file)
      return fail(ErrorCode::invalid_input,
                  "'" + path + "' cannot be read: " + std::strerror(errno),
                  errno == EACCES ? "Give this user the right to read it."
                                  : "Give the path of a file, or '-' for stdin.");
    text.resize(limit + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > limit)
    return fail(ErrorCode::invalid_input, (path == "-" ? std::string("stdin") : path) +
                                              " has more than " + std::to_string(limit) + " bytes");
  return text;
}

std::expected<std::string, int> payload_or_exit(Invocation& invocation) {
  auto const& line = invocation.line;
  if (line.has("payload") && line.has("file"))
    return std::unexpected(invocation.refuse_usage("--payload and --file exclude each other",
                                                   "Leave out one of them."));
  if (!line.has("file")) {
    auto text = line.value("payload", "{}");
    if (auto document = json::parse(text); !document)
      return std::unexpected(invocation.refuse_usage(
          "--payload: " + document.error().message,
          "Text needs its quotes: --payload '\"text\"'. --file reads a file."));
    return text;
  }
  auto const path = line.value("file");
  auto text = read_input(invocation, path, max_payload);
  if (!text) return std::unexpected(invocation.refuse(text.error()));
  if (auto document = json::parse(*text); !document)
    return std::unexpected(invocation.refuse(
        {ErrorCode::invalid_input,
         (path == "-" ? std::string("stdin") : path) + ": " + document.error().message,
         "A payload is one JSON value; text needs its quotes."}));
  return std::move(*text);
}

}  // namespace sluice::cli
