#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/strings.hpp"
#include "net/http.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t longest_url = 64 << 10;
constexpr std::size_t longest_host = 253;

/// What stands before an '@' may be a password.
std::string shown(std::string_view text) {
  std::size_t scheme = text.find("://");
  std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::size_t at = text.substr(0, text.find_first_of("/?#", begin)).rfind('@');
  if (at == std::string_view::npos) return printable(text.substr(0, 200));
  return printable(std::string(text.substr(0, begin)) + "..." +
                   std::string(text.substr(at).substr(0, 200)));
}

std::unexpected<Error> refuse(std::string_view text, std::string_view why, std::string hint = {}) {
  return fail(ErrorCode::invalid_input,
              "'" + shown(text) + "' is not a usable URL: " + std::string(why), std::move(hint));
}

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

bool is_name_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool is_ipv6(std::string const& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

/// What stands between "//" and the path, without the port, which is moved into `port`.
struct Place {
  std::string host;
  std::string_view port;
};

std::optional<Place> split_authority(std::string_view authority) {
  Place place;
  std::string_view rest;
  if (authority.starts_with('[')) {
    std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    place.host = lower(authority.substr(1, end - 1));
    if (!is_ipv6(place.host)) return std::nullopt;
    rest = authority.substr(end + 1);
  } else {
    std::size_t colon = authority.find(':');
    place.host = lower(authority.substr(0, colon));
    if (place.host.empty() || !std::ranges::all_of(place.host, is_name_letter)) return std::nullopt;
    rest = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon);
  }
  if (place.host.size() > longest_host) return std::nullopt;
  if (rest.empty()) return place;
  if (rest.front() != ':') return std::nullopt;
  place.port = rest.substr(1);
  return place;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.contains(':') ? "[" + host + "]" : host;
  return port_given ? text + ":" + std::to_string(port) : text;
}

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > longest_url) return refuse(text, "it is longer than 64 KiB");
  if (!std::ranges::all_of(text, is_visible))
    return refuse(text, "it holds blanks or characters outside ASCII",
                  "write them as %XX (a blank is %20)");
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos)
    return refuse(text, "the scheme is missing", "start it with https:// or http://");
  Url url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https")
    return refuse(text, "the scheme must be http or https");
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (authority.contains('@'))
    return refuse(text, "it carries a user name or password",
                  "pass credentials in a header instead");
  auto place = split_authority(authority);
  if (!place) return refuse(text, "the host name or address is not valid");
  url.host = place->host;
  url.port = url.scheme == "https" ? 443 : 80;
  // Only an empty port ("host:") stands for the scheme's own, as RFC 3986 allows.
  if (!place->port.empty()) {
    std::string const port(place->port);
    auto const* last = port.data() + port.size();
    auto [stop, problem] = std::from_chars(port.data(), last, url.port);
    if (problem != std::errc{} || stop != last || url.port == 0)
      return refuse(text, "the port must be a number from 1 to 65535");
    url.port_given = true;
  }
  std::string_view target = rest.substr(end);
  std::size_t mark = target.find('?');
  url.path = target.substr(0, mark);
  if (url.path.empty()) url.path = "/";
  if (mark != std::string_view::npos) url.query = target.substr(mark + 1);
  return url;
}

}  // namespace sluice::net
