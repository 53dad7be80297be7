#include "store/sqlite_records.hpp"

#include "store/rules.hpp"

namespace sluice::store::records {
namespace {

using Text = std::string_view;

Result<Record> record_of(Row const& row) {
  Record record{row.text(0), row.text(1), {}, row.integer(3), {}};
  auto body = json::parse(row.text(2));
  if (!body) return fail(ErrorCode::corrupt, "a stored " + record.kind + " cannot be read");
  record.body = std::move(*body);
  if (!row.is_null(4)) record.expires = from_millis(row.integer(4));
  return record;
}

constexpr Text columns = "select kind, id, body, version, expires from records";

Result<std::vector<Record>> select(Database& database, std::string const& condition,
                                   std::span<Bound const> values) {
  std::vector<Record> found;
  auto read =
      database.query(std::string(columns) + condition, values, [&](Row const& row) -> Result<void> {
        auto record = record_of(row);
        if (!record) return std::unexpected(record.error());
        found.push_back(std::move(*record));
        return {};
      });
  if (!read) return std::unexpected(read.error());
  return found;
}

}  // namespace

Result<std::optional<Record>> find(Database& database, std::string const& kind,
                                   std::string const& id, Time now) {
  Bound const values[] = {Text(kind), Text(id), to_millis(now)};
  auto found =
      select(database, " where kind = ? and id = ? and (expires is null or expires > ?)", values);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<std::vector<Record>> all(Database& database, std::string const& kind, Time now) {
  Bound const values[] = {Text(kind), to_millis(now)};
  return select(database, " where kind = ? and (expires is null or expires > ?) order by id",
                values);
}

Result<std::int64_t> put(Database& database, Record const& record, Time now) {
  auto stored = find(database, record.kind, record.id, now);
  if (!stored) return std::unexpected(stored.error());
  auto fits = check_version(record, *stored ? (*stored)->version : 0);
  if (!fits) return std::unexpected(fits.error());
  auto done = database.execute("delete from records where expires <= ?", {to_millis(now)});
  if (!done) return std::unexpected(done.error());
  std::string body = record.body.dump();
  Bound expires = nullptr;
  if (record.expires) expires = to_millis(*record.expires);
  done = database.execute(
      "insert or replace into records (kind, id, body, version, expires) values (?, ?, ?, ?, ?)",
      {Text(record.kind), Text(record.id), Text(body), record.version + 1, expires});
  if (!done) return std::unexpected(done.error());
  return record.version + 1;
}

Result<void> remove(Database& database, std::string const& kind, std::string const& id,
                    std::int64_t version, Time now) {
  auto stored = find(database, kind, id, now);
  if (!stored) return std::unexpected(stored.error());
  auto fits = check_version({kind, id, {}, version, {}}, *stored ? (*stored)->version : 0);
  if (!fits) return fits;
  return database.execute("delete from records where kind = ? and id = ?", {Text(kind), Text(id)});
}

}  // namespace sluice::store::records
