#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/call.hpp"
#include "aws/services.hpp"
#include "base/time.hpp"
#include "net/http.hpp"

namespace sluice::aws {

/// What an error answer says, whatever protocol the service speaks.
struct ServiceError {
  int status = 0;
  std::string code;  ///< bare: without namespace and URL
  std::string message;
  std::string request_id;
  std::string region;  ///< S3: where the bucket is
  std::optional<Duration> retry_after;
  std::optional<Time> date;  ///< the server's clock
};

/// Reads JSON, query-XML and S3-XML errors. Where the body says nothing (HEAD, a proxy's page) code
/// and message come from the status.
ServiceError read_error(net::Response const& response);

/// The request id of any answer.
std::string request_id_of(net::Headers const& headers);

/// "Fri, 02 Jan 2026 03:04:05 GMT".
std::optional<Time> parse_http_date(std::string_view text);

/// Whether and how a refused call may be sent again.
enum class Repeat {
  never,
  if_read,    ///< transient, but a write may have taken effect
  always,     ///< it did nothing (throttled, never sent): reads and writes
  refreshed,  ///< once, with fresh credentials
  clock_set,  ///< once, with the server's time
};

struct Verdict {
  Trouble trouble = Trouble::invalid;
  Repeat repeat = Repeat::never;
};

/// Lambda API error table; the SDKs' lists of transient and throttling codes.
Verdict judge(Service service, ServiceError const& error);

}  // namespace sluice::aws
