#pragma once

#include <string_view>

namespace sluice::aws {

/// The services that releases use.
enum class Service { lambda, s3, sts, cloudwatch, ecr, sns, cloudformation };

/// What differs between services before any operation is looked at.
struct ServiceTraits {
  std::string_view name;          ///< for people: "Lambda"
  std::string_view signing_name;  ///< in the signature's scope: "lambda", "monitoring"
  std::string_view host;          ///< first label of its host: "lambda", "monitoring", "api.ecr"
  std::string_view variable;      ///< "LAMBDA", as in AWS_ENDPOINT_URL_LAMBDA
  std::string_view section;       ///< "lambda", in a `services` section of the config file
  std::string_view iam_prefix;    ///< "lambda", as in lambda:UpdateAlias
};

ServiceTraits const& traits_of(Service service);

}  // namespace sluice::aws
