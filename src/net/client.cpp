#include "net/client.hpp"

#include "net/client_loop.hpp"

namespace sluice::net {
namespace {

using Shared = Transfer::Shared;

class CurlClient final : public Client {
 public:
  explicit CurlClient(ClientOptions options) : options_(std::move(options)) {}

  std::expected<Response, Failure> send(Request const& request, SendOptions const& options,
                                        std::stop_token stop) override {
    auto transfer = std::make_shared<Transfer>();
    transfer->request = request;
    transfer->options = options;
    if (auto ready = prepare(*transfer, options_); !ready)
      return std::unexpected(Failure{ready.error(), false});
    if (stop.stop_requested()) return std::unexpected(cancelled(*transfer));
    loop_.look_at(transfer);
    return await(transfer, std::move(stop));
  }

 private:
  using Outcome = std::expected<Response, Failure>;

  Outcome await(std::shared_ptr<Transfer> const& transfer, std::stop_token stop) {
    std::stop_callback on_stop(std::move(stop), [&] { cancel(transfer); });
    std::string piece;
    for (;;) {
      bool done = false, resume = false;
      {
        std::unique_lock lock(transfer->mutex);
        Shared& shared = transfer->shared;
        transfer->changed.wait(
            lock, [&] { return shared.done || shared.cancelled || !shared.backlog.empty(); });
        if (shared.cancelled && !shared.done) return std::unexpected(cancelled(*transfer));
        piece.clear();
        piece.swap(shared.backlog);
        done = shared.done;
        resume = std::exchange(shared.paused, false);
        shared.resume |= resume;
      }
      if (resume && !done) loop_.look_at(transfer);
      if (!piece.empty())
        if (auto taken = transfer->options.sink(piece); !taken) {
          cancel(transfer);
          return std::unexpected(Failure{taken.error(), true});
        }
      if (done) return outcome_of(*transfer);
    }
  }

  /// The caller leaves at once; the loop drops the transfer a moment later.
  void cancel(std::shared_ptr<Transfer> const& transfer) {
    {
      std::lock_guard lock(transfer->mutex);
      if (transfer->shared.done) return;
      transfer->shared.cancelled = true;
    }
    transfer->changed.notify_all();
    loop_.look_at(transfer);
  }

  static Outcome outcome_of(Transfer& transfer) {
    if (transfer.shared.code != CURLE_OK) return std::unexpected(failure_of(transfer));
    return std::move(transfer.shared.response);
  }

  ClientOptions options_;
  ClientLoop loop_;
};

}  // namespace

std::unique_ptr<Client> make_client(ClientOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace sluice::net
