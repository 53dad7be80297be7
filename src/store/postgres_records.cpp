#include "store/postgres_records.hpp"

#include "store/rules.hpp"

namespace sluice::store::pg {
namespace {

using Text = std::string_view;

Result<Record> record_of(PgRow const& row) {
  Record record{row.text(0), row.text(1), {}, row.integer(3), {}};
  auto body = json::parse(row.text(2));
  if (!body) return fail(ErrorCode::corrupt, "a stored " + record.kind + " cannot be read");
  record.body = std::move(*body);
  if (!row.is_null(4)) record.expires = from_millis(row.integer(4));
  return record;
}

Result<std::vector<Record>> select(PgConnection& connection, std::string const& condition,
                                   std::span<PgValue const> values) {
  std::vector<Record> found;
  auto read =
      connection.query("select kind, id, body, version, expires from sluice.records" + condition,
                       values, [&](PgRow const& row) -> Result<void> {
                         auto record = record_of(row);
                         if (!record) return std::unexpected(record.error());
                         found.push_back(std::move(*record));
                         return {};
                       });
  if (!read) return std::unexpected(read.error());
  return found;
}

/// Why a guarded write found no row: whoever came first decided, and is read here.
Error lost_race(PgConnection& connection, Record const& record, Time now) {
  auto stored = find_record(connection, record.kind, record.id, now);
  if (!stored) return stored.error();
  auto fits = check_version(record, *stored ? (*stored)->version : 0);
  if (!fits) return fits.error();
  return {ErrorCode::unavailable, "the record was changed at this moment", "Ask again."};
}

}  // namespace

Result<std::optional<Record>> find_record(PgConnection& connection, std::string const& kind,
                                          std::string const& id, Time now) {
  PgValue const values[] = {Text(kind), Text(id), to_millis(now)};
  auto found = select(connection,
                      " where kind = $1 and id = $2 and (expires is null or expires > $3)", values);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<std::vector<Record>> all_records(PgConnection& connection, std::string const& kind,
                                        Time now) {
  PgValue const values[] = {Text(kind), to_millis(now)};
  return select(connection, " where kind = $1 and (expires is null or expires > $2) order by id",
                values);
}

Result<std::int64_t> put_record(PgConnection& connection, Record const& record, Time now) {
  auto cleaned =
      connection.execute("delete from sluice.records where expires <= $1", {to_millis(now)});
  if (!cleaned) return std::unexpected(cleaned.error());
  std::string body = record.body.dump();
  PgValue expires = nullptr;
  if (record.expires) expires = to_millis(*record.expires);
  PgValue const values[] = {Text(record.kind), Text(record.id), Text(body), record.version + 1,
                            expires};
  bool written = false;
  auto done = connection.query(
      record.version == 0 ? "insert into sluice.records (kind, id, body, version, expires)"
                            " values ($1, $2, $3, $4, $5) on conflict do nothing returning 1"
                          : "update sluice.records set body = $3, version = $4, expires = $5"
                            " where kind = $1 and id = $2 and version = $4::bigint - 1 returning 1",
      values, [&](PgRow const&) -> Result<void> {
        written = true;
        return {};
      });
  if (!done) return std::unexpected(done.error());
  if (!written) return std::unexpected(lost_race(connection, record, now));
  return record.version + 1;
}

Result<void> remove_record(PgConnection& connection, std::string const& kind, std::string const& id,
                           std::int64_t version, Time now) {
  bool removed = false;
  PgValue const values[] = {Text(kind), Text(id), version, to_millis(now)};
  auto done = connection.query(
      "delete from sluice.records where kind = $1 and id = $2 and version = $3"
      " and (expires is null or expires > $4) returning 1",
      values, [&](PgRow const&) -> Result<void> {
        removed = true;
        return {};
      });
  if (!done) return done;
  if (!removed) return std::unexpected(lost_race(connection, {kind, id, {}, version, {}}, now));
  return {};
}

}  // namespace sluice::store::pg
