#include "base/limits.hpp"
#include "local/model/lambda_code.hpp"
#include "local/model/lambda_names.hpp"
#include "local/model/lambda_operations.hpp"
#include "local/model/lambda_validation.hpp"

namespace sluice::local::lambda {
namespace {

/// What a Region keeps for the functions without a reservation (Lambda quotas).
constexpr std::int64_t unreserved_minimum = 100;

Outcome<Function*> function_of_call(Call const& call) {
  auto name = name_of_call(call);
  if (!name) return std::unexpected(name.error());
  Function* function = find(call, name->function);
  if (!function) return function_not_found(call, name->function);
  return function;
}

std::int64_t reserved(Data const& data, Function const* except) {
  std::int64_t total = 0;
  for (auto const& [name, function] : data.functions)
    if (&function != except) total += function.reserved_concurrency.value_or(0);
  return total;
}

}  // namespace

Answer put_concurrency(Call& call) {
  if (auto ok = check_types(call.request); !ok) return std::unexpected(ok.error());
  auto const& wanted = call.request["ReservedConcurrentExecutions"];
  Violations violations;
  if (wanted.is_null())
    violations.missing("reservedConcurrentExecutions");
  else
    violations.out_of_range(wanted.as_int(), "reservedConcurrentExecutions", 0, INT32_MAX);
  if (auto ok = violations.result(); !ok) return std::unexpected(ok.error());
  auto function = function_of_call(call);
  if (!function) return std::unexpected(function.error());
  auto left = call.settings.account_concurrency - reserved(call.data, *function) - wanted.as_int();
  // A function may always be switched off, also where the account has next to nothing.
  if (wanted.as_int() > 0 && left < unreserved_minimum)
    return invalid(
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [" +
        std::to_string(unreserved_minimum) + "].");
  (*function)->reserved_concurrency = wanted.as_int();
  return json::Value{{"ReservedConcurrentExecutions", wanted.as_int()}};
}

Answer get_concurrency(Call& call) {
  auto function = function_of_call(call);
  if (!function) return std::unexpected(function.error());
  json::Value answer{json::Object{}};
  if ((*function)->reserved_concurrency)
    answer.set("ReservedConcurrentExecutions", *(*function)->reserved_concurrency);
  return answer;
}

Answer delete_concurrency(Call& call) {
  auto function = function_of_call(call);
  if (!function) return std::unexpected(function.error());
  (*function)->reserved_concurrency.reset();
  return json::Value(json::Object{});
}

Answer get_account_settings(Call& call) {
  std::int64_t concurrency = call.settings.account_concurrency;
  json::Value limits{
      {"TotalCodeSize", static_cast<std::int64_t>(call.settings.code_storage_bytes)},
      {"CodeSizeUnzipped", limits::unzipped_bytes},
      {"CodeSizeZipped", limits::zip_direct_bytes},
      {"ConcurrentExecutions", concurrency},
      {"UnreservedConcurrentExecutions", concurrency - reserved(call.data, nullptr)}};
  json::Value usage{{"TotalCodeSize", static_cast<std::int64_t>(stored_bytes(call.data))},
                    {"FunctionCount", call.data.functions.size()}};
  return json::Value{{"AccountLimit", std::move(limits)}, {"AccountUsage", std::move(usage)}};
}

}  // namespace sluice::local::lambda
