#pragma once

#include <string>
#include <string_view>

#include "local/model/fault.hpp"
#include "net/server.hpp"

namespace sluice::local {

enum class Service { lambda, s3, sts, cloudwatch, sns, other };

/// The service a request is for.
struct Route {
  Service service = Service::other;
  std::string name;  ///< signing name; for `other` the best that is known, never empty
};

/// `scope` is the service of the signature's scope; empty for an unsigned request, whose service is
/// guessed so that its refusal has the right form.
Route route(net::Incoming const& request, std::string_view scope);

/// The operation of an X-Amz-Target or a query Action, for the log of calls on other services.
std::string other_operation(net::Incoming const& request);

/// Letters, digits and hyphens, at most 32: what may name a Region here.
bool is_region(std::string_view text);

/// A fault in the form of that service's protocol.
net::Response fault_response(Fault const& fault, Route const& route, net::Incoming const& request,
                             std::string const& request_id);

/// The refusal of a service the endpoint does not have.
Fault unknown_service(Route const& route);

}  // namespace sluice::local
