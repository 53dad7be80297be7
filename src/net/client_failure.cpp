#include <cerrno>
#include <cstring>

#include "base/strings.hpp"
#include "net/client_transfer.hpp"

namespace sluice::net {
namespace {

std::string place_of(Transfer const& transfer) {
  if (!transfer.options.unix_socket.empty())
    return "the socket " + printable(transfer.options.unix_socket);
  return transfer.url.host + ":" + std::to_string(transfer.url.port);
}

/// libcurl's own words for this failure, for what has none here.
std::string detail_of(Transfer const& transfer) {
  std::string_view message = trim(transfer.message);
  return printable(message.empty() ? curl_easy_strerror(transfer.shared.code) : message);
}

Error connect_error(Transfer const& transfer, std::string const& place) {
  if (transfer.refused_address)
    return {ErrorCode::denied,
            place + " is not a public address, and requests for others go to public ones only",
            "whoever runs the server can allow it: --allow-egress ADDRESS/BITS"};
  if (transfer.shared.os_error == ECONNREFUSED)
    return {ErrorCode::unavailable, place + " refused the connection",
            "check that something listens there"};
  std::string reason = transfer.shared.os_error
                           ? std::strerror(static_cast<int>(transfer.shared.os_error))
                           : detail_of(transfer);
  return {ErrorCode::unavailable, "cannot connect to " + place + ": " + lower(reason),
          "check the address, the network and the proxy settings"};
}

Error timeout_error(Transfer const& transfer, std::string const& place) {
  SendOptions const& options = transfer.options;
  if (transfer.begun)
    return {ErrorCode::timeout,
            place + " did not answer completely within " + text_of(options.total_timeout),
            "see whether the service is slow, or allow it more time"};
  Duration limit = options.connect_timeout;
  if (options.total_timeout.count() && options.total_timeout < limit) limit = options.total_timeout;
  return {ErrorCode::timeout, "connecting to " + place + " timed out after " + text_of(limit),
          "check the address, the network and the proxy settings"};
}

Error error_of(Transfer const& transfer) {
  std::string place = place_of(transfer);
  if (!transfer.problem.empty())
    return {ErrorCode::unavailable, place + ": " + transfer.problem, {}};
  switch (transfer.shared.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::unavailable, "the host name '" + transfer.url.host + "' was not found",
              "check its spelling and that names can be resolved here"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {ErrorCode::unavailable, "the proxy's host name was not found",
              "check HTTPS_PROXY and http_proxy"};
    case CURLE_COULDNT_CONNECT: return connect_error(transfer, place);
    case CURLE_OPERATION_TIMEDOUT: return timeout_error(transfer, place);
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::unavailable,
              "the TLS certificate of " + place + " is not trusted: " + detail_of(transfer),
              "if a private authority or a proxy issued it, name the authority's certificate file "
              "in AWS_CA_BUNDLE"};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::invalid_input,
              "the certificate file cannot be read: " + detail_of(transfer), "check AWS_CA_BUNDLE"};
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorCode::unavailable, "no TLS connection to " + place + ": " + detail_of(transfer),
              "check that this port speaks https"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
      // Nothing of the request was written: a proxy refused or broke off.
      if (!transfer.begun) return connect_error(transfer, place);
      return {ErrorCode::unavailable,
              place + " closed the connection before its answer was complete",
              {}};
    case CURLE_ABORTED_BY_CALLBACK:
      return {ErrorCode::cancelled, "the request to " + place + " was cancelled", {}};
    case CURLE_OUT_OF_MEMORY:
      return {ErrorCode::internal, "not enough memory for the request to " + place, {}};
    default:
      return {ErrorCode::unavailable,
              "the request to " + place + " failed: " + detail_of(transfer),
              {}};
  }
}

}  // namespace

Failure failure_of(Transfer const& transfer) { return {error_of(transfer), transfer.shared.wrote}; }

Failure cancelled(Transfer const& transfer) {
  Error error{ErrorCode::cancelled, "the request to " + place_of(transfer) + " was cancelled", {}};
  return {std::move(error), transfer.begun.load()};
}

}  // namespace sluice::net
