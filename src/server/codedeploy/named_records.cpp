#include "server/codedeploy/named_records.hpp"

#include <algorithm>

namespace sluice::server::codedeploy {
namespace {

constexpr char moved_to[] = "moved_to";  ///< of a record whose name is being changed
constexpr char formerly[] = "formerly";  ///< the name that may have been left over

bool same_thing(json::Value const& a, json::Value const& b) {
  return a["id"].as_string() == b["id"].as_string();
}

Named named(store::Record record) {
  record.body.erase(moved_to);
  return {std::move(record.id), std::move(record.body), record.version};
}

/// What a name means, and the version a writer has to know of, where nothing is there either.
struct Looked {
  std::optional<Named> found;
  std::int64_t version = 0;
};

Result<Looked> look(store::Store& store, std::string const& kind, std::string const& name) {
  auto record = store.record(kind, name);
  if (!record) return std::unexpected(record.error());
  if (!*record) return Looked{};
  Looked looked{{}, (*record)->version};
  std::string const to = (*record)->body[moved_to].as_string();
  if (!to.empty()) {
    auto there = store.record(kind, to);
    if (!there) return std::unexpected(there.error());
    if (*there && same_thing((*there)->body, (*record)->body)) return looked;
  }
  looked.found = named(std::move(**record));
  return looked;
}

Result<std::string> former_name(store::Store& store, std::string const& kind, Named const& of) {
  auto record = store.record(kind, of.name);
  if (!record) return std::unexpected(record.error());
  return *record ? (*record)->body[formerly].as_string() : "";
}

/// Where a rename was cut off before its last commit the old name would come to life again as soon
/// as the new one goes.
Result<void> remove_left_over(store::Store& store, std::string const& kind, Named const& of) {
  auto name = former_name(store, kind, of);
  if (!name) return std::unexpected(name.error());
  if (name->empty()) return {};
  auto record = store.record(kind, *name);
  if (!record) return std::unexpected(record.error());
  bool const left = *record && same_thing((*record)->body, of.body) &&
                    (*record)->body[moved_to].as_string() == of.name;
  if (!left) return {};
  return store.remove_record(kind, *name, (*record)->version);
}

}  // namespace

Result<std::optional<Named>> find_named(store::Store& store, std::string const& kind,
                                        std::string const& name) {
  auto looked = look(store, kind, name);
  if (!looked) return std::unexpected(looked.error());
  return std::move(looked->found);
}

Result<std::vector<Named>> all_named(store::Store& store, std::string const& kind) {
  auto records = store.records(kind);
  if (!records) return std::unexpected(records.error());
  std::ranges::sort(*records, {}, &store::Record::id);
  auto has_moved = [&](store::Record const& record) {
    auto const& to = record.body[moved_to].as_string();
    auto there = std::ranges::lower_bound(*records, to, {}, &store::Record::id);
    return !to.empty() && there != records->end() && there->id == to &&
           same_thing(there->body, record.body);
  };
  std::vector<Named> all;
  for (auto const& record : *records)
    if (!has_moved(record)) all.push_back(named(record));
  return all;
}

Result<std::optional<std::int64_t>> create_named(store::Store& store, std::string const& kind,
                                                 Named const& made) {
  auto looked = look(store, kind, made.name);
  if (!looked) return std::unexpected(looked.error());
  if (looked->found) return std::nullopt;
  auto put = store.put_record({kind, made.name, made.body, looked->version, {}});
  if (put) return *put;
  if (put.error().code == ErrorCode::conflict) return std::nullopt;
  return std::unexpected(put.error());
}

Result<void> replace_named(store::Store& store, std::string const& kind, Named const& changed) {
  auto former = former_name(store, kind, changed);
  if (!former) return std::unexpected(former.error());
  json::Value body = changed.body;
  if (!former->empty()) body.set(formerly, *former);
  auto put = store.put_record({kind, changed.name, std::move(body), changed.version, {}});
  if (!put) return std::unexpected(put.error());
  return {};
}

Result<bool> rename_named(store::Store& store, std::string const& kind, Named const& from,
                          std::string const& to) {
  if (auto removed = remove_left_over(store, kind, from); !removed)
    return std::unexpected(removed.error());
  auto looked = look(store, kind, to);
  if (!looked) return std::unexpected(looked.error());
  if (looked->found) return false;
  json::Value moving = from.body;
  moving.set(moved_to, to);
  auto marked = store.put_record({kind, from.name, std::move(moving), from.version, {}});
  if (!marked) return std::unexpected(marked.error());
  json::Value body = from.body;
  body.set(formerly, from.name);
  auto put = store.put_record({kind, to, std::move(body), looked->version, {}});
  if (!put && put.error().code == ErrorCode::conflict) return false;
  if (!put) return std::unexpected(put.error());
  // Without it the old name is a left-over, which says so itself.
  if (auto removed = store.remove_record(kind, from.name, *marked); !removed)
    return removed.error().code == ErrorCode::conflict ? Result<bool>(true)
                                                       : std::unexpected(removed.error());
  return true;
}

Result<void> remove_named(store::Store& store, std::string const& kind, Named const& gone) {
  if (auto removed = remove_left_over(store, kind, gone); !removed) return removed;
  return store.remove_record(kind, gone.name, gone.version);
}

}  // namespace sluice::server::codedeploy
