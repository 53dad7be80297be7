#include "aws/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "aws/xml.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"

namespace sluice::aws {
namespace {

constexpr std::string_view throttling_codes[] = {"Throttling",
                                                 "ThrottlingException",
                                                 "ThrottledException",
                                                 "RequestThrottledException",
                                                 "RequestThrottled",
                                                 "TooManyRequestsException",
                                                 "ProvisionedThroughputExceededException",
                                                 "TransactionInProgressException",
                                                 "RequestLimitExceeded",
                                                 "BandwidthLimitExceeded",
                                                 "LimitExceededException",
                                                 "SlowDown",
                                                 "EC2ThrottledException"};

constexpr std::string_view transient_codes[] = {"RequestTimeout", "RequestTimeoutException",
                                                "PriorRequestNotComplete", "IDPCommunicationError",
                                                "SnapStartTimeoutException"};

constexpr std::string_view expired_codes[] = {"ExpiredToken", "ExpiredTokenException",
                                              "TokenRefreshRequired", "RequestExpired"};

constexpr std::string_view denied_codes[] = {"AccessDenied",
                                             "AccessDeniedException",
                                             "UnauthorizedOperation",
                                             "InvalidSignatureException",
                                             "SignatureDoesNotMatch",
                                             "UnrecognizedClientException",
                                             "InvalidClientTokenId",
                                             "InvalidAccessKeyId",
                                             "MissingAuthenticationToken",
                                             "MissingAuthenticationTokenException",
                                             "IncompleteSignature",
                                             "OptInRequired",
                                             "AuthFailure"};

/// Lambda's 502s that tell of a wrong configuration: the SDKs repeat them in vain.
constexpr std::string_view configuration_codes[] = {"EC2AccessDeniedException",
                                                    "EC2UnexpectedException",
                                                    "ENILimitReachedException",
                                                    "InvalidRuntimeException",
                                                    "InvalidSecurityGroupIDException",
                                                    "InvalidSubnetIDException",
                                                    "InvalidZipFileException",
                                                    "KMSAccessDeniedException",
                                                    "KMSDisabledException",
                                                    "KMSInvalidStateException",
                                                    "KMSNotFoundException",
                                                    "SubnetIPAddressLimitReachedException"};

/// 400s that go away by themselves soon after a role, key or policy was made.
constexpr std::string_view propagating_messages[] = {
    "The role defined for the function cannot be assumed by Lambda",
    "The provided execution role does not have permissions", "throttled by EC2"};

bool among(std::string_view code, auto const& codes) {
  return std::ranges::find(codes, code) != std::end(codes);
}

/// "com.amazonaws.x#Code" and "Code:http://…" both mean Code.
std::string bare_code(std::string_view code) {
  if (std::size_t hash = code.rfind('#'); hash != std::string_view::npos)
    code.remove_prefix(hash + 1);
  return std::string(code.substr(0, code.find(':')));
}

void read_json(std::string const& body, ServiceError& out) {
  auto document = json::parse(body);
  if (!document) return;
  if (out.code.empty()) {
    std::string const& type = (*document)["__type"].as_string();
    out.code = bare_code(type.empty() ? (*document)["code"].as_string() : type);
  }
  std::string const& lower_key = (*document)["message"].as_string();
  out.message = lower_key.empty() ? (*document)["Message"].as_string() : lower_key;
}

void read_xml(std::string const& body, ServiceError& out) {
  auto document = parse_xml(body);
  if (!document) return;
  XmlElement const* error = document->find("Error");
  if (!error) return;
  out.code = (*error)["Code"].text;
  out.message = (*error)["Message"].text;
  if (out.region.empty()) out.region = (*error)["Region"].text;
  if (XmlElement const* id = document->find("RequestId"); id && out.request_id.empty())
    out.request_id = id->text;
}

std::optional<Duration> read_retry_after(net::Headers const& headers) {
  auto number = [](std::string const& text) -> std::optional<double> {
    char* end = nullptr;
    double value = std::strtod(text.c_str(), &end);
    bool usable = !text.empty() && !*end && std::isfinite(value) && value >= 0 && value < 1e9;
    return usable ? std::optional(value) : std::nullopt;
  };
  if (auto millis = number(headers.get("x-amz-retry-after")))
    return Duration(static_cast<std::int64_t>(*millis));
  if (auto seconds = number(headers.get("retry-after")))
    return Duration(static_cast<std::int64_t>(*seconds * 1000));
  return std::nullopt;
}

std::string message_of_status(int status) {
  switch (status) {
    case 301: return "the bucket is in another region";
    case 400: return "the request was refused without a reason";
    case 401:
    case 403: return "the request was refused as not allowed";
    case 404: return "it does not exist";
    case 405: return "the method is not allowed here";
    case 412: return "a condition of the request does not hold";
    case 503: return "the service is not available";
    default: return "the answer gives no reason";
  }
}

bool is_clock_trouble(ServiceError const& error) {
  if (error.code == "RequestTimeTooSkewed") return true;
  bool signature = error.code == "InvalidSignatureException" ||
                   error.code == "SignatureDoesNotMatch" || error.code == "AuthFailure";
  return signature &&
         (error.message.contains("Signature expired") || error.message.contains("not yet current"));
}

bool is_propagating(std::string const& message) {
  for (std::string_view each : propagating_messages)
    if (message.contains(each)) return true;
  return message.contains("KMS key is invalid for CreateGrant") &&
         message.contains("does not refer to a valid principal");
}

Verdict judge_conflict(ServiceError const& error) {
  std::string const& message = error.message;
  if (error.code == "SnapStartNotReadyException" || error.code == "OperationAborted" ||
      error.code == "ConditionalRequestConflict")
    return {Trouble::busy};
  if (message.contains("in progress") || message.contains("state: Pending")) return {Trouble::busy};
  if (message.contains("aliases reference")) return {Trouble::referenced};
  if (message.contains("already exist") || error.code == "BucketAlreadyOwnedByYou" ||
      error.code == "BucketAlreadyExists")
    return {Trouble::already_exists};
  return {Trouble::invalid};
}

Verdict judge_status(ServiceError const& error) {
  switch (error.status) {
    case 401:
    case 403: return {Trouble::denied};
    case 404: return {Trouble::not_found};
    case 408: return {Trouble::service, Repeat::if_read};
    case 409: return judge_conflict(error);
    case 412: return {Trouble::stale};
    case 413: return {Trouble::too_large};
    case 429: return {Trouble::throttled, Repeat::always};
    default: break;
  }
  if (error.status == 501) return {Trouble::invalid};
  if (error.status >= 500) return {Trouble::service, Repeat::if_read};
  if (is_propagating(error.message)) return {Trouble::propagating};
  return {Trouble::invalid};
}

}  // namespace

std::string request_id_of(net::Headers const& headers) {
  for (std::string_view name : {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"})
    if (std::string const& id = headers.get(name); !id.empty()) return id;
  return {};
}

std::optional<Time> parse_http_date(std::string_view text) {
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::string copy(text);
  int day, year, hour, minute, second;
  char month[4] = {};
  if (std::sscanf(copy.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour,
                  &minute, &second) != 6)
    return std::nullopt;
  auto name = std::ranges::find(months, std::string_view(month));
  if (name == std::end(months)) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{year},
                                   std::chrono::month{static_cast<unsigned>(name - months) + 1},
                                   std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Time(std::chrono::sys_days(date) + std::chrono::hours(hour) +
              std::chrono::minutes(minute) + std::chrono::seconds(second));
}

ServiceError read_error(net::Response const& response) {
  ServiceError out;
  out.status = response.status;
  out.request_id = request_id_of(response.headers);
  out.region = response.headers.get("x-amz-bucket-region");
  out.retry_after = read_retry_after(response.headers);
  out.date = parse_http_date(response.headers.get("date"));
  out.code = bare_code(response.headers.get("x-amzn-errortype"));
  std::string_view body = trim(response.body);
  if (body.starts_with('{'))
    read_json(response.body, out);
  else if (body.starts_with('<'))
    read_xml(response.body, out);
  if (out.message.empty()) out.message = message_of_status(out.status);
  out.message = printable(out.message);
  return out;
}

Verdict judge(Service service, ServiceError const& error) {
  std::string const& code = error.code;
  if (among(code, throttling_codes)) return {Trouble::throttled, Repeat::always};
  if (among(code, expired_codes)) return {Trouble::denied, Repeat::refreshed};
  if (is_clock_trouble(error)) return {Trouble::denied, Repeat::clock_set};
  if (among(code, denied_codes)) return {Trouble::denied};
  if (among(code, transient_codes)) return {Trouble::service, Repeat::if_read};
  if (service == Service::lambda) {
    if (among(code, configuration_codes)) return {Trouble::invalid};
    if (code == "ResourceNotReadyException") return {Trouble::busy};
  }
  if (code == "EntityTooLarge" || code == "RequestEntityTooLargeException")
    return {Trouble::too_large};
  return judge_status(error);
}

}  // namespace sluice::aws
