#include "aws/services.hpp"

#include <utility>

namespace sluice::aws {

ServiceTraits const& traits_of(Service service) {
  static constexpr ServiceTraits all[] = {
      {"Lambda", "lambda", "lambda", "LAMBDA", "lambda", "lambda"},
      {"S3", "s3", "s3", "S3", "s3", "s3"},
      {"STS", "sts", "sts", "STS", "sts", "sts"},
      {"CloudWatch", "monitoring", "monitoring", "CLOUDWATCH", "cloudwatch", "cloudwatch"},
      {"ECR", "ecr", "api.ecr", "ECR", "ecr", "ecr"},
      {"SNS", "sns", "sns", "SNS", "sns", "sns"},
      {"CloudFormation", "cloudformation", "cloudformation", "CLOUDFORMATION", "cloudformation",
       "cloudformation"},
  };
  return all[std::to_underlying(service)];
}

}  // namespace sluice::aws
