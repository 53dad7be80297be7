#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "local/runtime/http_reader.hpp"

namespace sluice::local {

/// One request as it is handed to a runtime.
struct Task {
  std::string request_id, arn, payload, client_context, trace_id;
  Time deadline{};
};

/// What a runtime said about a request, or about its own start.
struct Posted {
  std::string payload;
  bool is_error = false;
  std::string error_type;  ///< for the report
};

/// The Runtime API's rules for one process (Lambda, "Using the Lambda runtime API"), without
/// sockets: requests go in, answers come out. One thread at a time.
class RuntimeState {
 public:
  enum class Phase {
    starting,  ///< before the first `next`
    idle,      ///< a `next` waits
    running,   ///< a request is with the runtime
    answered,  ///< its answer is there, the following `next` is not
    failed,    ///< /init/error came
  };
  struct Reply {
    bool park = false;  ///< a `next` to be answered later, by `begin`
    std::string bytes;  ///< else the answer, whole
  };

  Phase phase() const { return phase_; }
  Reply handle(ApiRequest& request);
  /// Gives the waiting `next` its request: the answer to send. Only when idle.
  std::string begin(Task const& task);
  /// The connection of the waiting `next` has gone.
  void unpark();
  /// The answer to the current request or the start's error, once.
  std::optional<Posted> take_posted();
  bool has_posted() const { return posted_.has_value(); }

 private:
  Reply next();
  Reply invocation(ApiRequest& request, std::string_view rest);
  Reply respond(ApiRequest& request);
  Reply report_error(ApiRequest& request);
  Reply init_error(ApiRequest& request);

  Phase phase_ = Phase::starting;
  std::string request_id_;
  std::optional<Posted> posted_;
};

/// A whole answer with a JSON body.
std::string api_answer(int status, std::string_view body);

}  // namespace sluice::local
