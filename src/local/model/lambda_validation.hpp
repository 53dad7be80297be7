#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "local/model/lambda_call.hpp"

/// What Lambda checks of a request before it looks at any resource.
namespace sluice::local::lambda {

/// Constraints of the API's own model that a request breaks; AWS reports all of them together.
class Violations {
 public:
  /// `shown` as AWS prints a value: 'orders', or null where the member is missing.
  void add(std::string_view shown, std::string_view path, std::string_view constraint);
  void missing(std::string_view path);
  void too_long(std::string_view value, std::string_view path, std::size_t limit);
  void out_of_range(std::int64_t value, std::string_view path, std::int64_t lowest,
                    std::int64_t highest);
  void not_one_of(std::string_view value, std::string_view path, std::string_view set);

  /// 400 ValidationException "N validation errors detected: …; …", without a Type.
  Outcome<void> result() const;

 private:
  std::vector<std::string> found_;
};

/// Members whose JSON type is wrong: 400 SerializationException.
Outcome<void> check_types(json::Value const& request);

/// The members CreateFunction and UpdateFunctionConfiguration share, each where it is present.
void check_configuration(json::Value const& request, Violations& violations);
/// `Architectures`, which UpdateFunctionCode takes as well.
void check_architectures(json::Value const& request, Violations& violations);

/// What the service checks behind its model: runtime, memory, environment, log levels, tags.
Outcome<void> check_service_rules(Call const& call);
Outcome<void> check_tags(json::Value const& tags);

/// At most 50 (Lambda quotas).
inline constexpr std::size_t max_tags = 50;
std::unexpected<Fault> too_many_tags();

}  // namespace sluice::local::lambda
