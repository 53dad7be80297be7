#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "local/model/lambda.hpp"
#include "local/runtime/runner.hpp"
#include "net/server.hpp"

/// Lambda's REST protocol (API versions 2015-03-31 and later) in front of the model.
namespace sluice::local {

/// The API name of what a request asks for ("UpdateAlias"), also of operations that are refused
/// later; none where Lambda has no such path. `path` and `query` as on the wire.
std::optional<std::string> operation_of(std::string_view method, std::string_view path,
                                        std::string_view query = {});

/// Every operation but Invoke. The caller holds the lock of the service while this runs: it answers
/// from memory, except for storing and fetching code through the service's ports.
net::Response handle_lambda(LambdaService& service, net::Incoming const& request, Time now,
                            Random& random);

/// The port that runs what was routed. Thread-safe; called without the lock of any service.
class Invoker {
 public:
  virtual ~Invoker() = default;
  /// Blocks until the function has answered. A Fault where it was not run: concurrency used up
  /// (429), no such runtime on this machine (502).
  virtual Outcome<InvocationResult> invoke(Executed const& executed,
                                           Invocation const& invocation) = 0;
  /// Takes an asynchronous event over. The version is to be picked anew for each attempt:
  /// route(executed.resource, {}) does so. A Fault where the queue is full.
  virtual Outcome<void> enqueue(Executed const& executed, Invocation const& invocation) = 0;
};

enum class InvocationType { request_response, event };

/// An Invoke that was checked and routed, and is not run yet.
struct PendingInvoke {
  InvocationType type = InvocationType::request_response;
  bool log_tail = false;
  Executed executed;
  Invocation invocation;
};

/// First half of Invoke, under the service's lock. The Response where there is nothing to run: a
/// fault, or 204 for a DryRun.
std::expected<PendingInvoke, net::Response> begin_invoke(LambdaService& service,
                                                         net::Incoming const& request, Time now,
                                                         Random& random);
/// Second half, without a lock: runs it and builds the answer.
net::Response finish_invoke(PendingInvoke const& pending, Invoker& invoker);

/// A fault in the form of Lambda's protocol (body, X-Amzn-ErrorType, Retry-After), for whoever
/// answers instead of the service: authentication, injected faults.
net::Response lambda_fault(Fault const& fault, std::string const& request_id);

}  // namespace sluice::local
