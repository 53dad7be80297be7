#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

#include "base/process.hpp"
#include "store/postgres.hpp"
#include "store/postgres_uri.hpp"

namespace sluice::store {
namespace {

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct Free {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};

void ignore_notice(void*, PGresult const*) {}

class PostgresHints final : public ChangeHints {
 public:
  explicit PostgresHints(PostgresAddress address)
      : address_(std::move(address)), stopped_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  bool wait_for_change(Duration timeout, std::stop_token stop) override {
    ENSURE(stopped_);
    eventfd_t earlier = 0;
    ::eventfd_read(stopped_.get(), &earlier);
    std::stop_callback on_stop(stop, [this] { ::eventfd_write(stopped_.get(), 1); });
    if (stop.stop_requested()) return false;
    if (!connection_ && connect()) return true;
    if (take_hints()) return true;
    pollfd watched[] = {{stopped_.get(), POLLIN, 0},
                        {connection_ ? PQsocket(connection_.get()) : -1, POLLIN, 0}};
    auto wait = std::clamp<std::int64_t>(timeout.count(), 0, longest_wait.count());
    int ready = ::poll(watched, 2, static_cast<int>(wait));
    if (ready < 0 && errno != EINTR) connection_.reset();
    if (ready <= 0 || watched[1].revents == 0) return false;
    if (PQconsumeInput(connection_.get()) == 0) connection_.reset();
    return take_hints();
  }

 private:
  static constexpr Duration longest_wait = std::chrono::minutes(1);

  /// True where hints come from now on; those before are not known.
  bool connect() {
    connection_.reset(connect_to(address_));
    if (!connection_) return false;
    PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
    std::unique_ptr<PGresult, decltype(&PQclear)> listening(
        PQexec(connection_.get(), "listen sluice"), &PQclear);
    if (PQresultStatus(listening.get()) == PGRES_COMMAND_OK) return true;
    connection_.reset();
    return false;
  }

  bool take_hints() {
    bool any = false;
    while (connection_) {
      std::unique_ptr<PGnotify, Free> next(PQnotifies(connection_.get()));
      if (!next) break;
      any = true;
    }
    return any;
  }

  PostgresAddress address_;
  FileHandle stopped_;  ///< becomes readable when a wait is to end
  std::unique_ptr<PGconn, Close> connection_;
};

}  // namespace

Result<std::unique_ptr<ChangeHints>> open_postgres_hints(std::string const& uri) {
  auto address = parse_postgres(uri);
  if (!address) return fail(address.error(), "listen for changes of the store");
  return std::make_unique<PostgresHints>(std::move(*address));
}

}  // namespace sluice::store
