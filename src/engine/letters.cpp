#include "engine/letters.hpp"

#include "base/log.hpp"
#include "engine/events.hpp"

namespace sluice::engine {
namespace {

constexpr Duration kept = std::chrono::hours(1);

json::Value to_json(Signal const& signal) {
  return json::Value{{"kind", signal.kind},     {"node", signal.node}, {"by", signal.by},
                     {"reason", signal.reason}, {"data", signal.data}, {"request", signal.request}};
}

json::Value to_json(Result<void> const& answer) {
  if (answer) return json::Value{{"ok", true}};
  return json::Value{{"code", name_of(answer.error().code)},
                     {"message", answer.error().message},
                     {"hint", answer.error().hint}};
}

Result<void> answer_of(json::Value const& body) {
  if (body["ok"].as_bool()) return {};
  Error error{ErrorCode::internal, body["message"].as_string(), body["hint"].as_string()};
  for (auto code : {ErrorCode::invalid_input, ErrorCode::not_found, ErrorCode::conflict,
                    ErrorCode::denied, ErrorCode::unavailable, ErrorCode::corrupt})
    if (name_of(code) == body["code"].as_string()) error.code = code;
  return std::unexpected(std::move(error));
}

Letter letter_of(store::Record const& record) {
  json::Value const& body = record.body;
  Letter letter;
  letter.id = record.id;
  letter.run = body["run"].as_string();
  letter.signal = {body["signal"]["kind"].as_string(),
                   body["signal"]["node"].as_string(),
                   body["signal"]["by"].as_string(),
                   body["signal"]["reason"].as_string(),
                   body["signal"]["data"],
                   record.id,
                   body["signal"]["request"].as_string()};
  letter.wants_answer = body["wants_answer"].as_bool();
  letter.taken_by = body["taken_by"].as_string();
  if (body.contains("answer")) letter.answer = answer_of(body["answer"]);
  letter.version = record.version;
  return letter;
}

store::Record record_of(Letter const& letter, Time now) {
  json::Value body{{"run", letter.run},
                   {"signal", to_json(letter.signal)},
                   {"wants_answer", letter.wants_answer}};
  if (!letter.taken_by.empty()) body.set("taken_by", letter.taken_by);
  if (letter.answer) body.set("answer", to_json(*letter.answer));
  return {store::signal_records, letter.id, std::move(body), letter.version, now + kept};
}

/// Whether an earlier owner has obeyed it and died before it could say so.
Result<bool> obeyed(Letter const& letter, store::Store& store) {
  auto events = store.events(letter.run);
  if (!events) return std::unexpected(events.error());
  return std::ranges::any_of(*events, [&](Event const& event) {
    return event.type == event::signal && event.body["letter"].as_string() == letter.id;
  });
}

Result<void> do_it(Letter const& letter, bool taken_before, Core& core, store::Store& store) {
  if (taken_before) {
    auto done = obeyed(letter, store);
    if (!done) return std::unexpected(done.error());
    if (*done) return {};
  }
  return core.signal_unexecuted(letter.run, letter.signal);
}

}  // namespace

Result<std::string> send_letter(store::Store& store, Random& random, Time now,
                                std::string const& run, Signal const& signal) {
  Letter letter;
  letter.id = run + "-" + new_run_id(random).substr(2);
  letter.run = run;
  letter.signal = signal;
  auto put = store.put_record(record_of(letter, now));
  if (!put) return std::unexpected(put.error());
  return letter.id;
}

Result<void> send_once(store::Store& store, Time now, std::string const& id, std::string const& run,
                       Signal const& signal) {
  Letter letter;
  letter.id = id;
  letter.run = run;
  letter.signal = signal;
  letter.wants_answer = false;
  auto put = store.put_record(record_of(letter, now));
  if (put || put.error().code == ErrorCode::conflict) return {};
  return std::unexpected(put.error());
}

Result<std::optional<Result<void>>> take_answer(store::Store& store, std::string const& id) {
  auto record = store.record(store::signal_records, id);
  if (!record) return std::unexpected(record.error());
  if (!*record) return fail(ErrorCode::not_found, "the signal is gone: nobody took it in time");
  Letter letter = letter_of(**record);
  if (!letter.answer) return std::nullopt;
  auto removed = store.remove_record(store::signal_records, id, letter.version);
  if (!removed) log::info("letter_left", {{"letter", id}, {"reason", removed.error().message}});
  return letter.answer;
}

Result<bool> take_back(store::Store& store, std::string const& id) {
  auto record = store.record(store::signal_records, id);
  if (!record) return std::unexpected(record.error());
  if (!*record) return true;
  Letter letter = letter_of(**record);
  if (!letter.taken_by.empty()) return false;
  auto removed = store.remove_record(store::signal_records, id, letter.version);
  if (!removed && removed.error().code == ErrorCode::conflict) return false;
  if (!removed) return std::unexpected(removed.error());
  return true;
}

Result<std::vector<Letter>> open_letters(store::Store& store) {
  auto records = store.records(store::signal_records);
  if (!records) return std::unexpected(records.error());
  std::vector<Letter> letters;
  for (auto const& record : *records)
    if (!record.body.contains("answer")) letters.push_back(letter_of(record));
  return letters;
}

Result<void> obey(Letter letter, Core& core, store::Store& store, Time now,
                  std::string const& node) {
  bool taken_before = !letter.taken_by.empty();
  letter.taken_by = node;
  auto taken = store.put_record(record_of(letter, now));
  if (!taken) return std::unexpected(taken.error());
  letter.version = *taken;
  letter.answer = do_it(letter, taken_before, core, store);
  if (!letter.wants_answer)
    return store.remove_record(store::signal_records, letter.id, letter.version);
  auto told = store.put_record(record_of(letter, now));
  if (!told) return std::unexpected(told.error());
  return {};
}

}  // namespace sluice::engine
