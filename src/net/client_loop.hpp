#pragma once

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "net/client_transfer.hpp"

namespace sluice::net {

/// The one thread that touches the multi handle, and with it the pool of connections.
class ClientLoop {
 public:
  ClientLoop() = default;
  ~ClientLoop();
  ClientLoop(ClientLoop const&) = delete;
  ClientLoop& operator=(ClientLoop const&) = delete;

  /// Starts the transfer, or looks at it again after `cancelled` or `resume` was set in it. Starts
  /// the thread when called first. From any thread.
  void look_at(std::shared_ptr<Transfer> transfer);

 private:
  struct Inbox {
    std::vector<std::shared_ptr<Transfer>> transfers;
    bool ending = false;
    CURLM* multi = nullptr;  ///< for waking; the thread has its own copy
  };

  void run(CURLM* multi);
  bool take_inbox(CURLM* multi);
  void attend(CURLM* multi, std::shared_ptr<Transfer> const& transfer);
  void settle(CURLM* multi, Transfer& transfer, CURLcode code);

  std::mutex mutex_;
  Inbox inbox_;                                    ///< under `mutex_`
  std::thread thread_;                             ///< under `mutex_`
  std::vector<std::shared_ptr<Transfer>> active_;  ///< the thread's own
};

}  // namespace sluice::net
