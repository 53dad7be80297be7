#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

#include "base/strings.hpp"
#include "net/server_exchange.hpp"

namespace sluice::net {
namespace {

struct Reading {
  RequestHead* head;
  char const* name_due = nullptr;     ///< where the next field has to begin
  char const* end_of_last = nullptr;  ///< where the value of the field before ended
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The distance, without blanks at its start.
std::ptrdiff_t distance(char const* from, char const* to) {
  while (from < to && is_blank(*from)) ++from;
  return to - from;
}

/// libmicrohttpd 0.9.75 joins a folded line to the one before, takes a bare LF for a line end, cuts
/// text at a NUL, ends the header at a field without a name, and reports none of it. It parses in
/// place, though: what it did not touch up lies where it stood on the wire, each value right behind
/// its name, each name one CRLF behind the line before.
bool lies_whole(Reading const& reading, char const* name, std::size_t name_size,
                char const* value) {
  char const* colon = name + name_size;
  if (value <= colon || static_cast<std::size_t>(value - colon) > max_line) return false;
  for (char const* gap = colon + 1; gap < value; ++gap)
    if (!is_blank(*gap)) return false;
  return reading.end_of_last ? distance(reading.end_of_last, name) == 2 : name == reading.name_due;
}

MHD_Result on_field(void* self, MHD_ValueKind, char const* name, std::size_t name_size,
                    char const* value, std::size_t value_size) {
  auto& reading = *static_cast<Reading*>(self);
  RequestHead& head = *reading.head;
  if (!value || !lies_whole(reading, name, name_size, value)) head.lines_are_whole = false;
  std::string_view text = value ? std::string_view(value, value_size) : std::string_view{};
  reading.end_of_last = value ? value + value_size : nullptr;
  head.headers.add(std::string_view(name, name_size), std::string(trim(text)));
  return head.headers.all().size() > max_header_fields ? MHD_NO : MHD_YES;
}

}  // namespace

RequestHead read_head(MHD_Connection* connection, Exchange const& exchange, char const* method,
                      char const* version) {
  RequestHead head;
  head.method = method;
  head.version = version;
  head.target = exchange.target;
  char const* target = exchange.target_place;
  // One blank on either side of the target, and CRLF behind the version.
  if (target != method + head.method.size() + 1) head.lines_are_whole = false;
  Reading reading{&head};
  reading.name_due = target + head.target.size() + 1 + head.version.size() + 2;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_field, &reading);
  if (auto const* info =
          MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE))
    head.size = info->header_size;
  // The last line's CRLF and the empty line; there are no more fields than were read.
  bool read_all = head.headers.all().size() <= max_header_fields;
  if (read_all && reading.end_of_last && distance(reading.end_of_last, method + head.size) != 4)
    head.lines_are_whole = false;
  return head;
}

std::string peer_of(MHD_Connection* connection) {
  auto const* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (!info || !info->client_addr) return "unix";
  char text[INET6_ADDRSTRLEN] = {};
  if (info->client_addr->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in const*>(info->client_addr)->sin_addr, text,
              sizeof text);
  else if (info->client_addr->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6 const*>(info->client_addr)->sin6_addr, text,
              sizeof text);
  else
    return "unix";
  return text;
}

}  // namespace sluice::net
