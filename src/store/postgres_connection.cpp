#include "store/postgres_connection.hpp"

#include <fmt/core.h>
#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <charconv>

#include "base/strings.hpp"

namespace sluice::store {
namespace {

constexpr int oldest_server = 130'000;

/// A write that is acknowledged must be durable, whatever the database's default is. A server that
/// was a primary when we connected may have become a replica, whose answers are old.
constexpr char const* begin_short =
    "begin isolation level read committed;"
    "set local statement_timeout = '5s';"
    "set local lock_timeout = '2s';"
    "set local idle_in_transaction_session_timeout = '10s';"
    "select set_config('synchronous_commit', 'on', true)"
    " where current_setting('synchronous_commit') = 'off';"
    "select pg_is_in_recovery()";
constexpr char const* begin_long =
    "begin isolation level read committed;"
    "set local statement_timeout = '5min';"
    "set local lock_timeout = '1min'";

std::string cleaned(char const* message) {
  return replace_all(printable(trim(message != nullptr ? message : "")), "\n", "; ");
}

void note_warning(void* warned, PGresult const* notice) {
  std::string_view severity;
  if (auto const* text = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED)) severity = text;
  if (severity == "WARNING") *static_cast<bool*>(warned) = true;
}

/// The values in the form of PQexecParams, kept alive.
class Parameters {
 public:
  static Result<Parameters> from(std::span<PgValue const> values) {
    Parameters parameters;
    parameters.texts_.reserve(values.size());
    for (auto const& value : values) {
      if (auto const* number = std::get_if<std::int64_t>(&value)) {
        parameters.texts_.push_back(std::to_string(*number));
      } else if (auto const* text = std::get_if<std::string_view>(&value)) {
        // What stands behind a NUL would be cut off without a word.
        if (text->contains('\0')) {
          return fail(ErrorCode::invalid_input, "PostgreSQL cannot hold a text with a NUL in it");
        }
        parameters.texts_.emplace_back(*text);
      } else {
        parameters.pointers_.push_back(nullptr);
        continue;
      }
      parameters.pointers_.push_back(parameters.texts_.back().c_str());
    }
    return parameters;
  }

  int count() const { return static_cast<int>(pointers_.size()); }
  char const* const* pointers() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;  ///< never grows beyond what was reserved: pointers stay valid
  std::vector<char const*> pointers_;
};

}  // namespace

bool PgRow::is_null(int column) const { return PQgetisnull(result_, row_, column) != 0; }

std::string PgRow::text(int column) const {
  return {PQgetvalue(result_, row_, column),
          static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::int64_t PgRow::integer(int column) const {
  std::int64_t value = 0;
  auto const* begin = PQgetvalue(result_, row_, column);
  std::from_chars(begin, begin + PQgetlength(result_, row_, column), value);
  return value;
}

bool PgRow::boolean(int column) const { return text(column) == "t"; }

ErrorCode kind_of(std::string_view sqlstate) {
  auto in = [&](std::string_view start) { return sqlstate.starts_with(start); };
  if (sqlstate.empty() || in("08") || in("40") || in("53") || in("55P03") || in("57") || in("58") ||
      in("25006") || in("25P03")) {
    return ErrorCode::unavailable;
  }
  if (in("28") || in("42501")) return ErrorCode::denied;
  if (in("22021") || in("22P05") || in("54000")) return ErrorCode::invalid_input;
  if (in("XX001") || in("XX002")) return ErrorCode::corrupt;
  return ErrorCode::internal;
}

void PgConnection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }
void PgConnection::Clear::operator()(pg_result* result) const { PQclear(result); }

Result<PgConnection> PgConnection::open(PostgresAddress const& address, Duration patience) {
  PgConnection connection(connect_to(address), patience);
  auto* raw = connection.connection_.get();
  if (raw == nullptr) return fail(ErrorCode::unavailable, "not enough memory for a connection");
  if (PQstatus(raw) != CONNECTION_OK) {
    return fail(ErrorCode::unavailable,
                fmt::format("{} cannot be used: {}", address.shown, cleaned(PQerrorMessage(raw))),
                "check the address, the user's rights, and that a server which takes writes runs");
  }
  PQsetNoticeReceiver(raw, note_warning, connection.warned_.get());
  if (auto version = PQserverVersion(raw); version < oldest_server) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} is PostgreSQL {}; the store needs 13 or newer", address.shown,
                            version / 10'000));
  }
  return connection;
}

Result<void> PgConnection::wait_for_data() {
  pollfd ready{PQsocket(connection_.get()), POLLIN, 0};
  int count = 0;
  do {
    count = ::poll(&ready, 1, static_cast<int>(patience_.count()));
  } while (count < 0 && errno == EINTR);
  if (count == 0) return lost(fmt::format("the server was silent for {}", text_of(patience_)));
  if (count < 0 || PQconsumeInput(connection_.get()) == 0) {
    return lost(cleaned(PQerrorMessage(connection_.get())));
  }
  return {};
}

Result<PgConnection::Answer> PgConnection::answer(bool sent) {
  auto* raw = connection_.get();
  if (!sent) return lost(cleaned(PQerrorMessage(raw)));
  Answer kept;
  for (;;) {
    while (PQisBusy(raw) != 0) {
      if (auto come = wait_for_data(); !come) return std::unexpected(come.error());
    }
    Answer next(PQgetResult(raw));
    if (!next) break;
    if (!kept || PQresultStatus(kept.get()) != PGRES_FATAL_ERROR) kept = std::move(next);
  }
  if (!kept || PQresultStatus(kept.get()) == PGRES_FATAL_ERROR) return refused(kept.get());
  return kept;
}

std::unexpected<Error> PgConnection::lost(std::string_view what) {
  broken_ = true;
  sqlstate_.clear();
  return fail(ErrorCode::unavailable,
              fmt::format("the connection to the database was lost: {}", what),
              "it is made anew at the next call; check that the database runs");
}

std::unexpected<Error> PgConnection::refused(pg_result const* result) {
  auto const* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  bool gone = PQstatus(connection_.get()) == CONNECTION_BAD;
  if (state == nullptr || gone) return lost(cleaned(PQerrorMessage(connection_.get())));
  sqlstate_ = state;
  // A primary that has become a replica answers 25006 for ever: the next connection finds the new
  // one.
  if (sqlstate_ == "25006") broken_ = true;
  auto const* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return fail(kind_of(sqlstate_),
              fmt::format("the database answered: {} (SQLSTATE {})", cleaned(message), sqlstate_));
}

Result<void> PgConnection::query(std::string_view sql, std::span<PgValue const> values,
                                 std::function<Result<void>(PgRow const&)> const& each) {
  auto parameters = Parameters::from(values);
  if (!parameters) return std::unexpected(parameters.error());
  std::string text(sql);
  bool sent = PQsendQueryParams(connection_.get(), text.c_str(), parameters->count(), nullptr,
                                parameters->pointers(), nullptr, nullptr, 0) != 0;
  auto answered = answer(sent);
  if (!answered) return std::unexpected(answered.error());
  for (int row = 0; each && row < PQntuples(answered->get()); ++row) {
    if (auto done = each(PgRow(answered->get(), row)); !done) return done;
  }
  return {};
}

Result<void> PgConnection::execute(std::string_view sql, std::span<PgValue const> values) {
  return query(sql, values, nullptr);
}

Result<void> PgConnection::execute(std::string_view sql, std::initializer_list<PgValue> values) {
  return query(sql, std::span(values.begin(), values.size()), nullptr);
}

Result<void> PgConnection::script(std::string const& sql) {
  auto answered = answer(PQsendQuery(connection_.get(), sql.c_str()) != 0);
  if (!answered) return std::unexpected(answered.error());
  return {};
}

Result<void> PgConnection::begin() {
  auto answered = answer(PQsendQuery(connection_.get(), begin_short) != 0);
  if (!answered) return std::unexpected(answered.error());
  if (PQntuples(answered->get()) == 1 && PgRow(answered->get(), 0).boolean(0)) {
    return lost("the server has become a replica");
  }
  return {};
}

Result<void> PgConnection::begin_migration() { return script(begin_long); }

Result<void> PgConnection::commit() {
  *warned_ = false;
  auto answered = answer(PQsendQuery(connection_.get(), "commit") != 0);
  if (!answered) return std::unexpected(answered.error());
  // A transaction in which a statement failed answers a commit with a rollback.
  if (std::string_view(PQcmdStatus(answered->get())) != "COMMIT") {
    return fail(ErrorCode::internal, "the database rolled back what was to be committed");
  }
  // The replicas that this server waits for have not confirmed: a fail-over could lose the write.
  if (*warned_) return lost("the replicas did not confirm the write in time");
  return {};
}

void PgConnection::roll_back() {
  if (!broken_ && !script("rollback")) broken_ = true;
}

}  // namespace sluice::store
