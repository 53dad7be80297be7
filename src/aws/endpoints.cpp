#include "aws/endpoints.hpp"

#include <algorithm>
#include <cctype>

#include "base/strings.hpp"
#include "net/http.hpp"

namespace sluice::aws {
namespace {

constexpr Service all_services[] = {Service::lambda,        Service::s3,  Service::sts,
                                    Service::cloudwatch,    Service::ecr, Service::sns,
                                    Service::cloudformation};

bool is_true(std::optional<std::string> const& value) {
  return value && equal_ignoring_case(*value, "true");
}

std::optional<std::string> setting(Environment const& environment, std::string const& variable,
                                   Section const* profile, std::string const& key) {
  if (auto value = environment.get(variable)) return value;
  return profile ? profile->get(key) : std::nullopt;
}

/// FIPS hosts: most services append "-fips" to their first label.
std::string fips_label(Service service) {
  if (service == Service::ecr) return "ecr-fips";
  return std::string(traits_of(service).host) + "-fips";
}

std::string s3_host(std::string const& region, Partition const& partition, EndpointFlags flags) {
  std::string host = flags.fips ? "s3-fips" : "s3";
  if (flags.dual_stack) host += ".dualstack";
  return host + "." + region + "." + std::string(partition.dns);
}

bool is_address(std::string const& host) {
  bool v6 = host.contains(':');
  bool v4 = !host.empty() &&
            std::ranges::all_of(host, [](unsigned char c) { return std::isdigit(c) || c == '.'; });
  return v6 || v4;
}

/// What one service's URL is, and which setting says so.
struct Choice {
  std::string url, from;
};

std::optional<Choice> given_choice(Endpoints::Given const& given, Service service) {
  if (auto own = given.service_urls.find(service); own != given.service_urls.end())
    return Choice{own->second, "--endpoint-url for " + std::string(traits_of(service).name)};
  if (!given.url.empty()) return Choice{given.url, "--endpoint-url"};
  return std::nullopt;
}

std::optional<Choice> configured_choice(Environment const& environment, Profiles const& profiles,
                                        Section const* profile, Service service) {
  ServiceTraits const& traits = traits_of(service);
  std::string variable = "AWS_ENDPOINT_URL_" + std::string(traits.variable);
  if (auto url = environment.get(variable)) return Choice{*url, variable};
  if (auto url = environment.get("AWS_ENDPOINT_URL")) return Choice{*url, "AWS_ENDPOINT_URL"};
  if (!profile) return std::nullopt;
  if (auto name = profile->get("services")) {
    auto section = profiles.services.find(*name);
    if (section != profiles.services.end()) {
      auto own = section->second.nested.find(std::string(traits.section));
      if (own != section->second.nested.end() && own->second.contains("endpoint_url"))
        return Choice{own->second.at("endpoint_url"),
                      "[services " + *name + "] in " + profiles.config_path};
    }
  }
  if (auto url = profile->get("endpoint_url"))
    return Choice{*url, "endpoint_url in " + profiles.config_path};
  return std::nullopt;
}

}  // namespace

Partition const& partition_of(std::string_view region) {
  static constexpr std::pair<std::string_view, Partition> by_start[] = {
      {"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
      {"us-gov-", {"aws-us-gov", "amazonaws.com", "api.aws"}},
      {"eusc-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
      {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
      {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
      {"us-iso-", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
      {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
  };
  static constexpr Partition usual = {"aws", "amazonaws.com", "api.aws"};
  for (auto const& [start, partition] : by_start)
    if (region.starts_with(start)) return partition;
  return usual;
}

Result<std::string> standard_host(Service service, std::string_view region_, EndpointFlags flags) {
  std::string region(region_);
  Partition const& partition = partition_of(region);
  if (service == Service::s3) {
    if (flags.fips && partition.id == "aws-cn")
      return fail(ErrorCode::invalid_input, "S3 has no FIPS endpoint in " + region,
                  "Unset AWS_USE_FIPS_ENDPOINT (use_fips_endpoint) for this region.");
    return s3_host(region, partition, flags);
  }
  std::string label(traits_of(service).host);
  // In us-gov the plain hosts of these services are the FIPS ones.
  bool plain_is_fips = partition.id == "aws-us-gov" &&
                       (service == Service::sts || service == Service::cloudwatch ||
                        service == Service::sns || service == Service::cloudformation);
  if (flags.fips && !(plain_is_fips && !flags.dual_stack)) label = fips_label(service);
  if (flags.dual_stack && !flags.fips && service == Service::ecr) label = "ecr";
  return label + "." + region + "." +
         std::string(flags.dual_stack ? partition.dual_stack : partition.dns);
}

Result<Endpoint> endpoint_from_url(std::string_view text, std::string from) {
  // Without the URL itself: somebody may have put a password into it.
  auto refuse = [&](std::string const& why) {
    return fail(ErrorCode::invalid_input, "the endpoint from " + from + " cannot be used: " + why,
                "Write it as https://host or http://host:port.");
  };
  auto url = net::Url::parse(text);
  if (!url) return refuse(url.error().message);
  if (url->scheme != "http" && url->scheme != "https") return refuse("it is not http or https");
  if (!url->query.empty()) return refuse("it has a query");
  Endpoint out{url->scheme, url->host, url->authority(), {}, true, std::move(from)};
  for (std::string const& segment : split(url->path, '/')) {
    if (segment.empty()) continue;
    auto decoded = net::percent_decode(segment);
    if (!decoded) return refuse(decoded.error().message);
    out.prefix.push_back(std::move(*decoded));
  }
  return out;
}

Result<Endpoints> Endpoints::read(Given const& given, Environment const& environment,
                                  Profiles const& profiles, Section const* profile) {
  Endpoints out;
  out.flags_.fips =
      is_true(setting(environment, "AWS_USE_FIPS_ENDPOINT", profile, "use_fips_endpoint"));
  out.flags_.dual_stack = is_true(
      setting(environment, "AWS_USE_DUALSTACK_ENDPOINT", profile, "use_dualstack_endpoint"));
  bool ignore = is_true(setting(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile,
                                "ignore_configured_endpoint_urls"));
  if (profile && !ignore)
    if (auto name = profile->get("services"); name && !profiles.services.contains(*name))
      return fail(ErrorCode::invalid_input,
                  "the profile names 'services = " + *name + "', but " + profiles.config_path +
                      " has no section [services " + *name + "]",
                  "Add the section or remove the setting.");
  for (Service service : all_services) {
    std::optional<Choice> choice = given_choice(given, service);
    if (!choice && !ignore) choice = configured_choice(environment, profiles, profile, service);
    if (!choice) continue;
    auto endpoint = endpoint_from_url(choice->url, choice->from);
    if (!endpoint) return std::unexpected(endpoint.error());
    out.custom_.emplace(service, std::move(*endpoint));
  }
  return out;
}

Result<Endpoints> Endpoints::all_at(std::string const& url) {
  auto endpoint = endpoint_from_url(url, "the endpoint option");
  if (!endpoint) return std::unexpected(endpoint.error());
  Endpoints out;
  for (Service service : all_services) out.custom_.emplace(service, *endpoint);
  return out;
}

Result<Endpoint> Endpoints::find(Service service, std::string_view region) const {
  if (auto own = custom_.find(service); own != custom_.end()) return own->second;
  auto host = standard_host(service, region, flags_);
  if (!host) return std::unexpected(host.error());
  return Endpoint{"https", *host, *host, {}, false, {}};
}

BucketAddress address_bucket(Endpoint const& endpoint, std::string const& bucket, bool force_path) {
  bool odd_name = std::ranges::any_of(
      bucket, [](unsigned char c) { return c == '.' || c == '_' || std::isupper(c); });
  bool one_machine = is_address(endpoint.host) || endpoint.host == "localhost";
  if (force_path || odd_name || one_machine) {
    BucketAddress out{endpoint.authority, endpoint.prefix};
    out.path.push_back(bucket);
    return out;
  }
  return {bucket + "." + endpoint.authority, endpoint.prefix};
}

Result<RegionChoice> choose_region(std::optional<std::string> const& given,
                                   Environment const& environment, std::string const& profile_name,
                                   Section const* profile) {
  auto checked = [](RegionChoice choice) -> Result<RegionChoice> {
    bool shaped = choice.region.size() <= 63 && std::ranges::all_of(choice.region, [](char c) {
                    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                  });
    if (shaped) return choice;
    return fail(ErrorCode::invalid_input,
                "'" + printable(choice.region) + "' from " + choice.from + " is not a region",
                "Name one like eu-west-1.");
  };
  if (given && !given->empty()) return checked({*given, "--region"});
  for (std::string name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (auto value = environment.get(name)) return checked({*value, name});
  if (profile)
    if (auto value = profile->get("region"))
      return checked({*value, "profile '" + profile_name + "'"});
  return fail(
      ErrorCode::invalid_input,
      "no AWS region is set: looked at --region, AWS_REGION, AWS_DEFAULT_REGION and 'region' "
      "of profile '" +
          profile_name + "'",
      "Set AWS_REGION, for example AWS_REGION=eu-west-1.");
}

}  // namespace sluice::aws
