#include "local/wire/router.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "local/wire/auth.hpp"
#include "local/wire/cloudwatch.hpp"
#include "local/wire/s3.hpp"
#include "local/wire/sns.hpp"
#include "local/wire/sts.hpp"

namespace sluice::local {
namespace {

constexpr std::pair<std::string_view, Service> scopes[] = {{"lambda", Service::lambda},
                                                           {"s3", Service::s3},
                                                           {"sts", Service::sts},
                                                           {"monitoring", Service::cloudwatch},
                                                           {"sns", Service::sns}};

/// A path that begins with a date, as every Lambda operation's does.
bool has_dated_path(std::string_view path) {
  constexpr std::string_view form = "/2015-03-31/";
  if (path.size() < form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    bool const digit = path[i] >= '0' && path[i] <= '9';
    bool const digit_wanted = form[i] >= '0' && form[i] <= '9';
    if (digit_wanted ? !digit : path[i] != form[i]) return false;
  }
  return true;
}

bool is_form(net::Incoming const& request) {
  return request.headers.get("content-type").starts_with("application/x-www-form-urlencoded");
}

Route guess(net::Incoming const& request) {
  if (is_cloudwatch(request)) return {Service::cloudwatch, "monitoring"};
  if (request.headers.contains("x-amz-target"))
    return {Service::other, request.headers.get("x-amz-target")};
  if (has_dated_path(request.path)) return {Service::lambda, "lambda"};
  if (request.method == "POST" && request.path == "/" && is_form(request)) {
    auto const form = query_form(request);
    if (form && value_of(*form, "Version") == "2010-08-01")
      return {Service::cloudwatch, "monitoring"};
    if (form && value_of(*form, "Version") == "2011-06-15") return {Service::sts, "sts"};
    if (form && value_of(*form, "Version") == "2010-03-31") return {Service::sns, "sns"};
    return {Service::other, "a query service"};
  }
  return {Service::s3, "s3"};
}

net::Response json_fault(Fault const& fault, std::string const& request_id) {
  json::Value body{json::Object{}};
  if (!fault.type.empty()) body.set("Type", fault.type);
  for (auto const& [name, value] : fault.more) body.set(name, value);
  body.set(fault.capital_message ? "Message" : "message", fault.message);
  net::Response response;
  response.status = fault.status;
  response.headers.set("Content-Type", "application/json");
  response.headers.set("x-amzn-RequestId", request_id);
  response.headers.set("x-amzn-ErrorType", fault.code);
  if (fault.retry_after_seconds > 0)
    response.headers.set("Retry-After", std::to_string(fault.retry_after_seconds));
  response.body = body.dump();
  return response;
}

/// JSON and query services alike can read one of these two.
net::Response other_fault(Fault const& fault, net::Incoming const& request,
                          std::string const& request_id) {
  if (is_form(request)) return query_fault(fault, {}, request_id);
  auto response = json_fault(fault, request_id);
  auto const& type = request.headers.get("content-type");
  if (type.starts_with("application/x-amz-json")) response.headers.set("Content-Type", type);
  response.body = json::Value{{"__type", fault.code}, {"message", fault.message}}.dump();
  return response;
}

/// Codes of the signature's check differ between the services' protocols.
Fault in_words_of(Service service, Fault fault) {
  auto rename = [&](std::string_view from, char const* to) {
    if (fault.code == from) fault.code = to;
  };
  if (service == Service::lambda) {
    rename("MissingAuthenticationToken", "MissingAuthenticationTokenException");
    rename("SignatureDoesNotMatch", "InvalidSignatureException");
    rename("IncompleteSignature", "IncompleteSignatureException");
    rename("InvalidClientTokenId", "UnrecognizedClientException");
    rename("AccessDenied", "AccessDeniedException");
  } else if (service == Service::s3) {
    // S3 calls a request without a signature anonymous, and denies it.
    if (fault.code == "MissingAuthenticationToken") fault.code = "AccessDenied";
    rename("IncompleteSignature", "AuthorizationHeaderMalformed");
  } else {
    rename("ExpiredTokenException", "ExpiredToken");
    rename("UnrecognizedClientException", "InvalidClientTokenId");
  }
  return fault;
}

}  // namespace

Route route(net::Incoming const& request, std::string_view scope) {
  if (scope.empty()) return guess(request);
  for (auto const& [name, service] : scopes)
    if (scope == name) return {service, std::string(name)};
  return {Service::other, std::string(scope)};
}

std::string other_operation(net::Incoming const& request) {
  auto const& target = request.headers.get("x-amz-target");
  if (!target.empty()) return target.substr(target.rfind('.') + 1);
  if (!is_form(request)) return {};
  auto const form = query_form(request);
  return form ? value_of(*form, "Action") : std::string();
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

net::Response fault_response(Fault const& given, Route const& route, net::Incoming const& request,
                             std::string const& request_id) {
  auto const fault = in_words_of(route.service, given);
  switch (route.service) {
    case Service::lambda: return json_fault(fault, request_id);
    case Service::s3: return s3_fault(fault, request, request_id);
    case Service::sts: return query_fault(fault, sts_name_space, request_id);
    case Service::cloudwatch: return cloudwatch_fault(fault, request, request_id);
    case Service::sns: return query_fault(fault, sns_name_space, request_id);
    case Service::other: break;
  }
  return other_fault(fault, request, request_id);
}

Fault unknown_service(Route const& route) {
  return {501, "NotImplemented",
          "The local endpoint serves lambda, s3, sts, monitoring and sns, not " +
              printable(route.name) + "."};
}

}  // namespace sluice::local
