#pragma once

#include <array>
#include <string_view>

namespace sluice::local::lambda {

/// The enum of the API's model. Deprecated ones stay in it: Lambda goes on taking some of them for
/// long, so the date of a runtime's end is nothing to check by.
inline constexpr std::array runtimes = std::to_array<std::string_view>({
    "nodejs",          "nodejs4.3",     "nodejs6.10",     "nodejs8.10", "nodejs10.x",
    "nodejs12.x",      "nodejs14.x",    "nodejs16.x",     "nodejs18.x", "nodejs20.x",
    "nodejs22.x",      "nodejs24.x",    "nodejs4.3-edge", "java8",      "java8.al2",
    "java11",          "java17",        "java21",         "java25",     "python2.7",
    "python3.6",       "python3.7",     "python3.8",      "python3.9",  "python3.10",
    "python3.11",      "python3.12",    "python3.13",     "python3.14", "dotnetcore1.0",
    "dotnetcore2.0",   "dotnetcore2.1", "dotnetcore3.1",  "dotnet6",    "dotnet8",
    "dotnet10",        "go1.x",         "ruby2.5",        "ruby2.7",    "ruby3.2",
    "ruby3.3",         "ruby3.4",       "ruby4.0",        "provided",   "provided.al2",
    "provided.al2023",
});

/// Names a function's environment may not set: Lambda sets them itself.
inline constexpr std::array reserved_variables = std::to_array<std::string_view>({
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
});

}  // namespace sluice::local::lambda
