#include "cli/server_choice.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "net/http.hpp"

namespace sluice::cli {
namespace {

constexpr std::string_view nowhere = "none";

bool is_loopback_host(std::string_view host) {
  // "127.evil.example" is a name like any other.
  bool address = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || (address && host.starts_with("127."));
}

/// What decides where runs are kept and executed on this machine.
constexpr std::string_view here_options[] = {"state", "local", "local-state"};
/// What the server decides, besides.
constexpr std::string_view of_the_server[] = {"profile",        "region",       "endpoint-url",
                                              "metric-lag",     "on-interrupt", "package",
                                              "secret-key-file"};

std::optional<std::string_view> typed_one_of(Parsed const& line,
                                             std::span<std::string_view const> options) {
  auto found = std::ranges::find_if(options, [&](auto option) { return line.typed(option); });
  return found == options.end() ? std::nullopt : std::optional(*found);
}

std::unexpected<Error> no_server_url(std::string_view text, std::string const& why) {
  return fail(ErrorCode::invalid_input, "'" + printable(text) + "' is no URL of a server: " + why,
              "For example https://sluice.example.com:8443.");
}

}  // namespace

Result<std::string> server_url(std::string_view text) {
  if (text.find_first_of("@#") != std::string_view::npos)
    return no_server_url(text, "it holds a user, a password or a fragment");
  auto url = net::Url::parse(text);
  if (!url) return no_server_url(text, url.error().message);
  if (url->scheme != "https" && url->scheme != "http")
    return no_server_url(text, "it begins with " + url->scheme + "://");
  if (url->path != "/" || !url->query.empty())
    return no_server_url(text, "it has a path or a query");
  if (url->scheme == "http" && !is_loopback_host(url->host))
    return fail(ErrorCode::invalid_input,
                "'" + printable(text) + "' would send your token over an open line",
                "Use https://; http:// is for 127.0.0.1, ::1 and localhost only.");
  return url->scheme + "://" + url->authority();
}

bool is_loopback_url(std::string_view text) {
  auto url = net::Url::parse(text);
  return url && is_loopback_host(url->host);
}

Result<std::optional<std::string>> choose_server(Parsed const& line) {
  auto given = line.maybe("server");
  if (!given || given->empty() || *given == nowhere) return std::nullopt;
  auto here = typed_one_of(line, here_options);
  // Typed it is stronger than a usual server.
  if (here && !line.typed("server")) return std::nullopt;
  auto url = server_url(*given);
  if (!url) {
    Error error = url.error();
    error.message = line.place_of("server") + ": " + error.message;
    return std::unexpected(std::move(error));
  }
  if (!here) here = typed_one_of(line, of_the_server);
  if (!here) return *url;
  return fail(ErrorCode::invalid_input,
              "--" + std::string(*here) + " has no meaning on the server " + *url + " (" +
                  line.place_of("server") +
                  "): it works with its own credentials, Regions and journal",
              "Leave it out, or work on this machine: --server none.");
}

}  // namespace sluice::cli
