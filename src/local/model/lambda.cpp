#include "local/model/lambda.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "local/model/lambda_call.hpp"
#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_routing.hpp"

namespace sluice::local {
namespace {

struct Operation {
  std::string_view name;
  lambda::Answer (*run)(lambda::Call&);
};

constexpr std::array operations = std::to_array<Operation>({
    {"CreateFunction", lambda::create_function},
    {"GetFunction", lambda::get_function},
    {"GetFunctionConfiguration", lambda::get_function_configuration},
    {"DeleteFunction", lambda::delete_function},
    {"ListFunctions", lambda::list_functions},
    {"UpdateFunctionCode", lambda::update_function_code},
    {"UpdateFunctionConfiguration", lambda::update_function_configuration},
    {"PublishVersion", lambda::publish_version},
    {"ListVersionsByFunction", lambda::list_versions},
    {"CreateAlias", lambda::create_alias},
    {"GetAlias", lambda::get_alias},
    {"UpdateAlias", lambda::update_alias},
    {"DeleteAlias", lambda::delete_alias},
    {"ListAliases", lambda::list_aliases},
    {"TagResource", lambda::tag_resource},
    {"UntagResource", lambda::untag_resource},
    {"ListTags", lambda::list_tags},
    {"PutFunctionConcurrency", lambda::put_concurrency},
    {"GetFunctionConcurrency", lambda::get_concurrency},
    {"DeleteFunctionConcurrency", lambda::delete_concurrency},
    {"PutProvisionedConcurrencyConfig", lambda::put_provisioned_concurrency},
    {"GetProvisionedConcurrencyConfig", lambda::get_provisioned_concurrency},
    {"DeleteProvisionedConcurrencyConfig", lambda::delete_provisioned_concurrency},
    {"GetAccountSettings", lambda::get_account_settings},
    {"AddPermission", lambda::add_permission},
    {"GetPolicy", lambda::get_policy},
    {"RemovePermission", lambda::remove_permission},
    {"CreateFunctionUrlConfig", lambda::create_url_config},
    {"GetFunctionUrlConfig", lambda::get_url_config},
    {"CreateEventSourceMapping", lambda::create_event_source_mapping},
    {"ListEventSourceMappings", lambda::list_event_source_mappings},
});

Operation const* find_operation(std::string_view name) {
  auto const* found = std::ranges::find(operations, name, &Operation::name);
  return found == operations.end() ? nullptr : found;
}

}  // namespace

bool is_lambda_operation(std::string_view operation) { return find_operation(operation); }

LambdaService::LambdaService(std::string account, std::string region, LambdaPorts ports,
                             LambdaSettings settings)
    : data_(std::make_unique<lambda::Data>()),
      ports_(ports),
      settings_(settings),
      throttle_(settings.rates) {
  data_->account = std::move(account);
  data_->region = std::move(region);
}

LambdaService::LambdaService(LambdaService&&) noexcept = default;
LambdaService::~LambdaService() = default;

Outcome<json::Value> LambdaService::call(std::string_view operation, json::Value const& request,
                                         Time now, Random& random) {
  auto const* known = find_operation(operation);
  if (!known)
    return std::unexpected(
        Fault{.status = 501,
              .code = "NotImplementedException",
              .message = "The local endpoint does not do Lambda's " + std::string(operation) +
                         ". It covers the calls that releases make; use AWS itself for this one.",
              .type = "Service"});
  if (!throttle_.admits(operation, now))
    return std::unexpected(Fault{.status = 429,
                                 .code = "TooManyRequestsException",
                                 .message = "Rate exceeded",
                                 .more = {{"Reason", "CallerRateLimitExceeded"}}});
  lambda::Call call{*data_, ports_, settings_, operation, request, now, random};
  return known->run(call);
}

Outcome<Executed> LambdaService::route(std::string_view name, std::string_view qualifier, Time now,
                                       Random& random) {
  return find_code(name, qualifier, now, random, true);
}

Outcome<Executed> LambdaService::place_of(std::string_view name, std::string_view qualifier,
                                          Time now, Random& random) {
  return find_code(name, qualifier, now, random, false);
}

Outcome<Executed> LambdaService::find_code(std::string_view name, std::string_view qualifier,
                                           Time now, Random& random, bool runs_now) {
  auto parsed = lambda::parse_name(*data_, "InvokeFunction", name, qualifier);
  if (!parsed) return std::unexpected(parsed.error());
  json::Value const nothing;
  lambda::Call call{*data_, ports_, settings_, "Invoke", nothing, now, random};
  return lambda::route(call, *parsed, runs_now);
}

std::map<std::string, double> LambdaService::shares(std::string_view function,
                                                    std::string_view alias, Time now) {
  auto found = data_->functions.find(function);
  if (found == data_->functions.end()) return {};
  return lambda::shares(found->second, alias, now);
}

void LambdaService::fail_next(std::string_view function, std::string reason_code,
                              std::string reason) {
  data_->programmed_failures[std::string(function)].push_back(
      {std::move(reason_code), std::move(reason)});
}

void LambdaService::refuse_role(std::string_view role, int times) {
  data_->role_refusals[std::string(role)] = times;
}

void LambdaService::declare_layer(std::string_view arn, std::uint64_t code_size) {
  data_->layers[std::string(arn)] = code_size;
}

void LambdaService::set_settings(LambdaSettings settings) {
  settings_ = settings;
  throttle_ = LambdaThrottle(settings.rates);
}

std::string const& LambdaService::account() const { return data_->account; }
std::string const& LambdaService::region() const { return data_->region; }

std::vector<std::string> LambdaService::function_names(std::size_t limit) const {
  std::vector<std::string> names;
  for (auto const& [name, function] : data_->functions) {
    if (names.size() == limit) break;
    names.push_back(name);
  }
  return names;
}

bool LambdaService::has_function(std::string_view name) const {
  return data_->functions.contains(name);
}

json::Value LambdaService::to_json() const { return lambda::to_json(*data_); }

Result<void> LambdaService::restore(json::Value const& snapshot) {
  auto data = lambda::data_from_json(snapshot);
  if (!data) return fail(ErrorCode::corrupt, data.error());
  if (data->account != data_->account || data->region != data_->region)
    return fail(ErrorCode::corrupt, "the saved state belongs to " + data->account + " in " +
                                        data->region + ", not to " + data_->account + " in " +
                                        data_->region);
  *data_ = std::move(*data);
  return {};
}

}  // namespace sluice::local
