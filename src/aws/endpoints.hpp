#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/profiles.hpp"
#include "aws/services.hpp"

namespace sluice::aws {

/// A partition: its id in ARNs and its two DNS suffixes.
struct Partition {
  std::string_view id;          ///< "aws", "aws-cn", …
  std::string_view dns;         ///< "amazonaws.com"
  std::string_view dual_stack;  ///< "api.aws"
};

/// By the region's form; a region that fits none counts as "aws".
Partition const& partition_of(std::string_view region);

struct EndpointFlags {
  bool fips = false;
  bool dual_stack = false;
};

/// AWS's own host of a service. Refuses what does not exist (S3 FIPS in aws-cn).
Result<std::string> standard_host(Service service, std::string_view region, EndpointFlags flags);

/// Where to send the requests of one service.
struct Endpoint {
  std::string scheme = "https";
  std::string host;                 ///< without port, IPv6 without brackets
  std::string authority;            ///< host, with the port where one was given
  std::vector<std::string> prefix;  ///< decoded path segments in front of every request's own
  bool custom = false;              ///< from a setting, not AWS's own
  std::string from;                 ///< which setting, for messages; empty for AWS's own
};

/// Takes a URL of a setting apart; `from` names the setting in the error.
Result<Endpoint> endpoint_from_url(std::string_view url, std::string from);

/// The endpoints in force. Read-only after it was made.
class Endpoints {
 public:
  /// What the command line gave; it wins over everything.
  struct Given {
    std::string url;                              ///< for every service
    std::map<Service, std::string> service_urls;  ///< for one, before `url`
  };

  Endpoints() = default;
  /// Order: given, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services section,
  /// the profile's endpoint_url. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
  /// (ignore_configured_endpoint_urls) drops all but `given`. FIPS and dual stack:
  /// AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT or the profile. `profile` may be null.
  static Result<Endpoints> read(Given const& given, Environment const& environment,
                                Profiles const& profiles, Section const* profile);
  /// Every service at one URL: the local endpoint, the simulator.
  static Result<Endpoints> all_at(std::string const& url);

  Result<Endpoint> find(Service service, std::string_view region) const;

 private:
  std::map<Service, Endpoint> custom_;
  EndpointFlags flags_;
};

/// How a bucket is named in a request: in the host, or as the first path segment.
/// Path style for IP addresses, localhost and bucket names with dots or upper case (`force_path`:
/// s3.addressing_style = path).
struct BucketAddress {
  std::string authority;
  std::vector<std::string> path;
};
BucketAddress address_bucket(Endpoint const& endpoint, std::string const& bucket, bool force_path);

struct RegionChoice {
  std::string region;
  std::string from;  ///< "--region", "AWS_REGION", "AWS_DEFAULT_REGION", "profile 'prod'"
};

/// --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region; else an error that lists them.
Result<RegionChoice> choose_region(std::optional<std::string> const& given,
                                   Environment const& environment, std::string const& profile_name,
                                   Section const* profile);

}  // namespace sluice::aws
