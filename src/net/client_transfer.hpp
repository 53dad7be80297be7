#pragma once

#include <curl/curl.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "net/client.hpp"

namespace sluice::net {

/// How long the body of a sink may grow while the caller is busy with the piece before.
constexpr std::size_t sink_backlog = 1 << 20;
/// All header fields of a response together.
constexpr std::size_t max_response_head = 256 << 10;

/// One request on its way. It owns copies of all it needs, so that a cancelled caller may leave
/// while the loop still holds it. Fields of the first group belong to the caller until the transfer
/// is submitted and to the loop's thread from then on; `shared` is the meeting point of the two.
struct Transfer {
  ~Transfer();

  Request request;
  Url url;
  SendOptions options;  ///< `sink` is run by the caller, never by the loop
  CURL* easy = nullptr;
  curl_slist* fields = nullptr;
  bool refused_address = false;  ///< the rules allow none of those the name stands for
  bool added = false;            ///< to the multi handle
  std::uint64_t offset = 0;      ///< of `request.stream`
  std::size_t head_size = 0;
  long sent_before = 0;        ///< CURLINFO_REQUEST_SIZE at the last begin: a proxy's CONNECT
  bool wrote_earlier = false;  ///< in a try before the last begin
  char message[CURL_ERROR_SIZE] = {};
  std::string problem;  ///< why one of our callbacks ended the transfer

  /// Set when a connection (and TLS) stands and the request is about to be written to it.
  std::atomic<bool> begun = false;

  struct Shared {
    Response response;
    std::string backlog;  ///< for the sink
    bool paused = false;  ///< the loop waits for the backlog to be taken
    bool cancelled = false;
    bool done = false;
    CURLcode code = CURLE_OK;
    long os_error = 0;
    bool wrote = false;   ///< at least one byte of the request itself
    bool resume = false;  ///< asks the loop to go on after a pause
  };
  std::mutex mutex;
  std::condition_variable changed;
  Shared shared;  ///< under `mutex`
};

/// Makes the easy handle; refuses what must not go out (a bad method, control characters).
Result<void> prepare(Transfer& transfer, ClientOptions const& options);

/// Why the finished transfer has no response. Call with the transfer's outcome settled.
Failure failure_of(Transfer const& transfer);
Failure cancelled(Transfer const& transfer);

}  // namespace sluice::net
