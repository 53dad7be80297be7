#include "server/requests.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "server/problem.hpp"

namespace sluice::server {
namespace {

constexpr char kind[] = "request";
constexpr Duration kept = std::chrono::hours(24);
/// After so long another server's reservation is taken for abandoned. Wrong guesses are harmless:
/// both work under the same ids.
constexpr Duration patience = std::chrono::seconds(10);
constexpr std::size_t longest_key = 200;

net::Response with_status(int status, Error const& error) {
  auto response = problem(error);
  return restated(std::move(response), status);
}

net::Response still_running() {
  auto response = with_status(
      409, {ErrorCode::conflict, "a request with this Idempotency-Key is being carried out",
            "Send it again in a moment: its answer is kept."});
  response.headers.set("Retry-After", "1");
  return response;
}

net::Response other_request() {
  return with_status(
      422, {ErrorCode::invalid_input, "this Idempotency-Key was used for a different request",
            "Draw a new key for each request; repeat it only with the same body."});
}

std::optional<Error> wrong_key(std::string const& key) {
  bool fine = !key.empty() && key.size() <= longest_key &&
              std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (fine) return std::nullopt;
  return Error{ErrorCode::invalid_input, "an Idempotency-Key has 1 to 200 visible ASCII characters",
               "A UUID is one."};
}

net::Response kept_answer(json::Value const& body) {
  net::Response response;
  response.status = static_cast<int>(body["status"].as_int());
  for (auto const& [name, value] : body["headers"].members())
    response.headers.set(name, value.as_string());
  response.headers.set("Idempotency-Replayed", "true");
  response.body = body["answer"].as_string();
  return response;
}

std::string digest_of(net::Incoming const& request) {
  return hex(
      sha256(request.method + ' ' + request.path + '?' + request.query + '\n' + request.body));
}

/// No longer at work when it goes out of scope, however that comes.
struct Leaving {
  Guarded<std::map<std::string, std::string>>& at_work;
  std::string const& id;
  ~Leaving() {
    at_work.with([&](auto& all) { all.erase(id); });
  }
};

}  // namespace

Requests::Requests(engine::Engine& engine, Clock& clock, Random& random)
    : engine_(engine), clock_(clock), random_(random), self_(new_uuid(random)) {}

Result<std::int64_t> Requests::put(store::Record const& record) {
  return engine_.with_store([&](store::Store& store) { return store.put_record(record); });
}

Requests::Reservation Requests::reserve(std::string const& id, std::string const& digest) {
  // Drawn where the engine draws: a generator belongs to one thread.
  auto run = engine_.with_store([&](store::Store&) { return new_run_id(random_); });
  Time now = clock_.now();
  store::Record record{
      kind, id,
      json::Value{{"digest", digest}, {"run", run}, {"by", self_}, {"since", to_millis(now)}}, 0,
      now + kept};
  auto version = put(record);
  if (version) {
    record.version = *version;
    return Reserved{std::move(record), {id, run, false}};
  }
  if (version.error().code != ErrorCode::conflict) return problem(version.error());
  auto stored = engine_.with_store([&](store::Store& store) { return store.record(kind, id); });
  if (!stored) return problem(stored.error());
  if (!*stored) return still_running();  // it was refused at this very moment, or has expired
  return found(std::move(**stored), digest);
}

Requests::Reservation Requests::found(store::Record record, std::string const& digest) {
  if (record.body["digest"].as_string() != digest) return other_request();
  if (record.body.contains("status")) return kept_answer(record.body);
  Time now = clock_.now();
  bool ours = record.body["by"].as_string() == self_;
  if (!ours && now < from_millis(record.body["since"].as_int()) + patience) return still_running();
  record.body.set("by", self_);
  record.body.set("since", to_millis(now));
  auto version = put(record);
  if (!version && version.error().code == ErrorCode::conflict) return still_running();
  if (!version) return problem(version.error());
  record.version = *version;
  Attempt attempt{record.id, record.body["run"].as_string(), true};
  return Reserved{std::move(record), std::move(attempt)};
}

/// Where this does not succeed the reservation stays, and a repetition looks what was done.
void Requests::settle(store::Record record, net::Response const& response) {
  if (response.status >= 500) return;
  Result<void> settled;
  if (response.status >= 300) {
    settled = engine_.with_store([&](store::Store& store) {
      return store.remove_record(record.kind, record.id, record.version);
    });
  } else {
    json::Value headers = json::Object{};
    for (auto const* name : {"Content-Type", "Location", "Cache-Control"})
      if (response.headers.contains(name)) headers.set(name, response.headers.get(name));
    record.body.set("status", response.status);
    record.body.set("headers", std::move(headers));
    record.body.set("answer", response.body);
    if (auto version = put(record); !version) settled = std::unexpected(version.error());
  }
  if (!settled) log::warning("request_not_settled", {{"reason", settled.error().message}});
}

net::Response Requests::once(Call const& call, bool key_required, Work const& work) {
  if (!call.request.headers.contains("Idempotency-Key")) {
    if (!key_required) return work({});
    return problem({ErrorCode::invalid_input, "this request needs an Idempotency-Key field",
                    "Draw a UUID for it, and send the same one when you repeat the request."});
  }
  auto const& key = call.request.headers.get("Idempotency-Key");
  if (auto wrong = wrong_key(key)) return problem(*wrong);
  std::string id = hex(sha256(call.who.name + '\n' + key));
  std::string digest = digest_of(call.request);
  auto busy = at_work_.with([&](auto& all) -> std::optional<std::string> {
    auto [entry, fresh] = all.emplace(id, digest);
    if (fresh) return std::nullopt;
    return entry->second;
  });
  if (busy) return *busy == digest ? still_running() : other_request();
  Leaving leaving{at_work_, id};
  auto reservation = reserve(id, digest);
  auto* reserved = std::get_if<Reserved>(&reservation);
  if (!reserved) return std::get<net::Response>(std::move(reservation));
  auto response = work(reserved->attempt);
  settle(std::move(reserved->record), response);
  return response;
}

}  // namespace sluice::server
