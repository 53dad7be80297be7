#include "net/client_loop.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace sluice::net {
namespace {

constexpr long idle_connections = 64;
/// A wake-up that got lost costs at most this.
constexpr int poll_milliseconds = 1000;

CURLM* new_multi() {
  static CURLcode const initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  ENSURE(initialised == CURLE_OK);
  CURLM* multi = curl_multi_init();
  ENSURE(multi != nullptr);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, idle_connections);
  return multi;
}

/// The outcome becomes visible only when the easy handle, which writes into the transfer, is gone.
void publish(Transfer& transfer, CURLcode code) {
  long status = 0, size = 0, os_error = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &size);
  curl_easy_getinfo(transfer.easy, CURLINFO_OS_ERRNO, &os_error);
  curl_easy_cleanup(std::exchange(transfer.easy, nullptr));
  {
    std::lock_guard lock(transfer.mutex);
    transfer.shared.response.status = static_cast<int>(status);
    transfer.shared.wrote =
        transfer.wrote_earlier || (transfer.begun && size > transfer.sent_before);
    transfer.shared.os_error = os_error;
    transfer.shared.code = code;
    transfer.shared.done = true;
  }
  transfer.changed.notify_all();
}

}  // namespace

ClientLoop::~ClientLoop() {
  {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) return;
    inbox_.ending = true;
    curl_multi_wakeup(inbox_.multi);
  }
  thread_.join();
  curl_multi_cleanup(inbox_.multi);
}

void ClientLoop::look_at(std::shared_ptr<Transfer> transfer) {
  std::lock_guard lock(mutex_);
  if (!thread_.joinable()) {
    inbox_.multi = new_multi();
    thread_ = std::thread([this, multi = inbox_.multi] { run(multi); });
  }
  inbox_.transfers.push_back(std::move(transfer));
  // The one call on a multi handle that is allowed from another thread.
  curl_multi_wakeup(inbox_.multi);
}

void ClientLoop::run(CURLM* multi) {
  // A peer that closes while TLS writes must end the transfer, not the process.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  while (take_inbox(multi)) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      CURLcode code = message->data.result;
      auto done = std::ranges::find_if(active_, [&](auto& t) { return t->easy == easy; });
      ENSURE(done != active_.end());
      settle(multi, **done, code);
      active_.erase(done);
    }
    curl_multi_poll(multi, nullptr, 0, poll_milliseconds, nullptr);
  }
  for (auto const& transfer : active_) settle(multi, *transfer, CURLE_ABORTED_BY_CALLBACK);
  active_.clear();
}

bool ClientLoop::take_inbox(CURLM* multi) {
  std::vector<std::shared_ptr<Transfer>> taken;
  bool ending = false;
  {
    std::lock_guard lock(mutex_);
    taken.swap(inbox_.transfers);
    ending = inbox_.ending;
  }
  for (auto const& transfer : taken) attend(multi, transfer);
  return !ending;
}

void ClientLoop::attend(CURLM* multi, std::shared_ptr<Transfer> const& transfer) {
  bool cancelled = false, resume = false;
  {
    std::lock_guard lock(transfer->mutex);
    if (transfer->shared.done) return;
    cancelled = transfer->shared.cancelled;
    resume = std::exchange(transfer->shared.resume, false);
  }
  if (cancelled) {
    settle(multi, *transfer, CURLE_ABORTED_BY_CALLBACK);
    std::erase(active_, transfer);
  } else if (!transfer->added) {
    transfer->added = curl_multi_add_handle(multi, transfer->easy) == CURLM_OK;
    if (transfer->added)
      active_.push_back(transfer);
    else
      settle(multi, *transfer, CURLE_OUT_OF_MEMORY);
  } else if (resume) {
    curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
  }
}

void ClientLoop::settle(CURLM* multi, Transfer& transfer, CURLcode code) {
  if (transfer.added) curl_multi_remove_handle(multi, transfer.easy);
  transfer.added = false;
  publish(transfer, code);
}

}  // namespace sluice::net
