#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "aws/caller.hpp"
#include "base/json.hpp"
#include "cli/invocation.hpp"
#include "net/client.hpp"

namespace sluice::cli {

/// The folder of the local endpoint's state: --state, else `local` in the default state folder.
Result<std::string> local_state_folder(Invocation const& invocation);

/// Where the local endpoint listens: --endpoint-url, the one that serves --state, AWS_ENDPOINT_URL,
/// the one that serves the default folder. The error says how to start one.
Result<std::string> find_local_endpoint(Invocation const& invocation);

/// --region, AWS_REGION, AWS_DEFAULT_REGION; none where nothing names one.
std::optional<std::string> local_region(Invocation const& invocation);

struct QualifiedName;

/// A way to one local endpoint: the requests of `sluice local` and signed AWS calls. Thread-safe
/// once it is open.
class LocalLink {
 public:
  static Result<std::unique_ptr<LocalLink>> open(Invocation& invocation);

  /// A request below /_sluice/. Its JSON answer, or the error that the endpoint gave.
  Result<json::Value> ask(std::string const& method, std::string const& path,
                          json::Value const& body = {});
  /// Makes `region` the one that function is in where nothing else names one, and says so. An error
  /// where the function is not in the region that is meant: it says where the function is.
  Result<void> find_function(Invocation& invocation, QualifiedName const& name);
  /// For AWS calls, with the keys of the environment or, where there are none, made-up ones that
  /// belong to the default account.
  aws::Caller const& caller() const { return *caller_; }
  std::string const& region() const { return region_; }
  std::string const& url() const { return url_; }

 private:
  LocalLink(Invocation& invocation, std::string url);
  Result<void> connect(Invocation& invocation);

  std::string url_, region_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<aws::Budget> budget_;
  std::unique_ptr<aws::Caller> caller_;
};

/// Options that the commands of `sluice local` share.
std::vector<Option> local_options();

/// "orders:live" → {"orders", "live"}; an ARN keeps its colons. The qualifier may be empty.
struct QualifiedName {
  std::string function, qualifier;
};
QualifiedName split_qualifier(std::string const& text);

/// Bytes of a file or, for "-", of stdin; at most `limit`.
Result<std::string> read_input(Invocation& invocation, std::string const& path, std::size_t limit);
/// --payload or --file; "{}" where neither is given. Must be JSON. Else says what is wrong and
/// answers the exit code: of a wrong line, or of a file that cannot be used.
std::expected<std::string, int> payload_or_exit(Invocation& invocation);

}  // namespace sluice::cli
