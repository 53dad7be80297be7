#include "store/postgres_uri.hpp"

#include <fmt/core.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/strings.hpp"
#include "store/postgres.hpp"

namespace sluice::store {
namespace {

/// The rest of libpq's parameters would change what the session does ("options", "replication"), or
/// read files that name further ones ("service").
constexpr std::array<std::string_view, 27> allowed = {"host",
                                                      "hostaddr",
                                                      "port",
                                                      "dbname",
                                                      "user",
                                                      "password",
                                                      "passfile",
                                                      "application_name",
                                                      "connect_timeout",
                                                      "sslmode",
                                                      "sslrootcert",
                                                      "sslcert",
                                                      "sslkey",
                                                      "sslpassword",
                                                      "sslcrl",
                                                      "sslcrldir",
                                                      "sslsni",
                                                      "ssl_min_protocol_version",
                                                      "requirepeer",
                                                      "channel_binding",
                                                      "gssencmode",
                                                      "krbsrvname",
                                                      "keepalives",
                                                      "keepalives_idle",
                                                      "keepalives_interval",
                                                      "keepalives_count",
                                                      "target_session_attrs"};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Options parsed(std::string const& uri) {
  // libpq's message repeats the text, password and all, so it is not used.
  char* message = nullptr;
  Options options(PQconninfoParse(uri.c_str(), &message));
  PQfreemem(message);
  return options;
}

std::string value_of(PQconninfoOption const* options, std::string_view keyword) {
  for (auto const* option = options; option->keyword != nullptr; ++option) {
    if (option->keyword == keyword && option->val != nullptr) return option->val;
  }
  return {};
}

std::string shown(PQconninfoOption const* options) {
  auto user = value_of(options, "user");
  auto host = value_of(options, "host");
  if (host.empty()) host = value_of(options, "hostaddr");
  auto port = value_of(options, "port");
  return printable(fmt::format("postgres://{}{}{}{}/{}", user, user.empty() ? "" : "@", host,
                               port.empty() ? "" : ":" + port, value_of(options, "dbname")));
}

std::unexpected<Error> unreadable() {
  return fail(ErrorCode::invalid_input, "the address of the store is not a PostgreSQL address",
              "write postgres://USER@HOST:PORT/DATABASE; special characters of a password are "
              "written as %XX");
}

Result<void> check_parameters(PQconninfoOption const* options) {
  for (auto const* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    std::string_view keyword = option->keyword;
    if (std::ranges::find(allowed, keyword) == allowed.end()) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("the address of the store cannot hold the parameter '{}'", keyword),
                  "leave it out; it would change what Sluice relies on in the session");
    }
    if (keyword == "target_session_attrs" && std::string_view(option->val) != "read-write") {
      return fail(ErrorCode::invalid_input,
                  "the store needs a server that takes writes: target_session_attrs can only be "
                  "read-write",
                  "leave it out");
    }
  }
  return {};
}

/// A password whose special characters were not escaped ends up in the other parts, which are
/// shown.
bool holds_part_of_a_password(PQconninfoOption const* options) {
  for (auto const* keyword : {"host", "hostaddr", "port", "dbname"}) {
    if (value_of(options, keyword).contains('@')) return true;
  }
  return value_of(options, "port").find_first_not_of("0123456789,") != std::string::npos;
}

}  // namespace

Result<PostgresAddress> parse_postgres(std::string const& uri) {
  bool is_uri = uri.starts_with("postgres://") || uri.starts_with("postgresql://");
  if (!is_uri || uri.contains('\0')) return unreadable();
  auto options = parsed(uri);
  if (!options || holds_part_of_a_password(options.get())) return unreadable();
  if (auto fits = check_parameters(options.get()); !fits) return std::unexpected(fits.error());
  PostgresAddress address;
  address.shown = shown(options.get());
  auto set = [&](std::string_view keyword, std::string_view value) {
    if (value_of(options.get(), keyword).empty()) {
      address.parameters.emplace_back(keyword, Secret(std::string(value)));
    }
  };
  for (auto const* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    address.parameters.emplace_back(option->keyword, Secret(option->val));
  }
  set("application_name", "sluice");
  set("connect_timeout", "5");
  set("target_session_attrs", "read-write");
  address.parameters.emplace_back("tcp_user_timeout", Secret("10000"));
  address.parameters.emplace_back("client_encoding", Secret("UTF8"));
  return address;
}

pg_conn* connect_to(PostgresAddress const& address) {
  std::vector<char const*> keywords, values;
  for (auto const& [keyword, value] : address.parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.open().data());  // a Secret's text ends with a NUL
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keywords.data(), values.data(), 0);
}

std::string shown_postgres(std::string const& uri) {
  auto address = parse_postgres(uri);
  return address ? address->shown : "a PostgreSQL address that cannot be read";
}

}  // namespace sluice::store
