#include "engine/node.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "engine/events.hpp"
#include "engine/letters.hpp"

namespace sluice::engine {
namespace {

constexpr Duration retry_lease = std::chrono::seconds(1);
constexpr Duration never = Duration::max();
constexpr Duration reported_skew = std::chrono::seconds(2);
constexpr std::size_t most_listed = 1'000;
constexpr Duration first_retry = std::chrono::seconds(1);
constexpr Duration longest_retry = std::chrono::minutes(5);
/// Between two full batches: so that others get their share of many runs.
constexpr Duration between_batches = std::chrono::milliseconds(50);

Duration retry_after(int tries) {
  Duration wait = first_retry;
  for (int i = 1; i < tries && wait < longest_retry; ++i) wait *= 2;
  return std::min(wait, longest_retry);
}

/// The store's time is of some moment between the question and its answer: what lies between them
/// is no skew.
Duration skew_of(Time stores, Time asked, Time answered) {
  if (stores < asked) return stores - asked;
  return stores > answered ? stores - answered : Duration(0);
}

bool is_far(Duration skew) { return std::chrono::abs(skew) > reported_skew; }

}  // namespace

Node::Node(Ports ports, NodeOptions options) : ports_(ports), options_(std::move(options)) {
  ports_.core.end_term();  // nothing is claimed or started before there is a lease
  join_at_ = look_at_ = now();
}

Node::~Node() {
  *alive_ = false;
  term_.request_stop();
}

void Node::tick() {
  if (left_) return;
  if (!member_ && join_at_ <= now()) join();
  if (member_ && renew_at_ <= now()) renew();
  watch_trust();
  if (!member_ || !trusted_) return;
  if (claiming_ && look_at_ <= now()) {
    claim();
    read_letters();
  }
  if (retry_at_ <= now()) retry_held();
}

/// A lapse of trust alone ends no term: where a renewal comes through after all the runs are still
/// this server's, and go on.
void Node::watch_trust() {
  bool trusted = member_ && ports_.trust.holds();
  if (trusted == trusted_) return;
  trusted_ = trusted;
  if (!trusted) log::warning("lease_not_trusted", {{"node", options_.name}});
  ports_.core.trust_changed();
}

void Node::join() {
  Duration began = now();
  auto joined = ports_.store.join(options_.name, options_.ttl);
  if (!joined) {
    join_at_ = now() + retry_lease;
    log::warning("lease_not_taken", {{"node", options_.name}, {"reason", joined.error().message}});
    return;
  }
  member_ = std::move(*joined);
  ++terms_;
  term_ = std::stop_source();
  ports_.core.begin_term(*member_);
  ports_.trust.extend(began + options_.ttl - options_.safety);
  renew_at_ = began + spread_renewal();
  look_at_ = now();
}

void Node::renew() {
  Duration began = now();
  Time const asked = ports_.clock.now();
  auto renewed = ports_.store.renew(*member_, options_.ttl);
  if (renewed) {
    Duration const before = std::exchange(skew_, skew_of(*renewed, asked, ports_.clock.now()));
    if (is_far(skew_) && !is_far(before))
      log::warning("clock_skew", {{"node", options_.name}, {"database_ahead_ms", skew_.count()}});
    ports_.trust.extend(began + options_.ttl - options_.safety);
    renew_at_ = began + spread_renewal();
    return;
  }
  log::warning("lease_not_renewed", {{"node", options_.name}, {"reason", renewed.error().message}});
  if (renewed.error().code == ErrorCode::conflict) return end_term();
  renew_at_ = now() + retry_lease;
}

/// Nothing of the term may pass as something of the next one: first everything under way is told to
/// stop, then this server joins anew, and claims anew.
void Node::end_term() {
  ports_.trust.end();
  term_.request_stop();
  ports_.core.end_term();
  member_.reset();
  held_.clear();
  opening_ = 0;
  retry_at_ = never;
  trusted_ = adrift_ = false;
  join_at_ = now();
  if (!left_) join();
}

Duration Node::spread_renewal() {
  double fraction = ports_.random.fraction() * 2 - 1;
  return options_.renew_every + Duration(static_cast<std::int64_t>(
                                    fraction * static_cast<double>(options_.renew_spread.count())));
}

void Node::look() { look_at_ = std::min(look_at_, now()); }

void Node::claim() {
  look_at_ = now() + options_.poll_every;
  std::size_t mine = ports_.core.executing() + held_.size();
  if (mine >= options_.most_runs || opening_ >= options_.batch) return;
  std::size_t limit = std::min(options_.batch, options_.most_runs - mine);
  if (adrift_ && !find_adrift()) return;
  auto claimed = ports_.store.claim_free(*member_, limit);
  if (!claimed && claimed.error().code == ErrorCode::conflict) return end_term();
  if (!claimed) {
    adrift_ = true;
    log::warning("runs_not_claimed",
                 {{"node", options_.name}, {"reason", claimed.error().message}});
    return;
  }
  if (claimed->size() == limit) look_at_ = now() + between_batches;
  for (auto& row : *claimed) take(std::move(row));
}

/// Those for runs that this server has. Of a run that is held only what ends it can be obeyed.
void Node::read_letters() {
  if (!member_) return;
  auto letters = open_letters(ports_.store);
  if (!letters) return;
  for (auto& letter : *letters) {
    auto held = held_.find(letter.run);
    bool here = ports_.core.executes(letter.run) || (held != held_.end() && !held->second.opening);
    if (!here) continue;
    std::string id = letter.id;
    auto obeyed =
        obey(std::move(letter), ports_.core, ports_.store, ports_.clock.now(), options_.name);
    if (!obeyed)
      log::info("letter_not_obeyed", {{"letter", id}, {"reason", obeyed.error().message}});
  }
}

void Node::take(store::RunRow row) {
  std::string id = row.id;
  held_[id] = Held{std::move(row), {}, false, 0, {}};
  open(id);
}

/// Nobody else takes what this server owns without knowing it.
bool Node::find_adrift() {
  store::RunFilter filter;
  filter.state = "active";
  filter.limit = most_listed;
  while (true) {
    auto rows = ports_.store.runs(filter);
    if (!rows) return false;
    for (auto& row : *rows) {
      bool known = held_.contains(row.id) || ports_.core.executes(row.id);
      if (row.owner_incarnation == member_->incarnation && !known) take(row);
    }
    if (rows->size() < filter.limit) break;
    filter.before = rows->back().id;
  }
  adrift_ = false;
  return true;
}

void Node::retry_held() {
  std::vector<std::string> due;
  retry_at_ = never;
  for (auto const& [id, held] : held_) {
    if (!held.opening && held.retry <= now()) due.push_back(id);
    if (!held.opening && held.retry > now()) retry_at_ = std::min(retry_at_, held.retry);
  }
  for (auto const& id : due) {
    if (!member_) return;
    auto row = ports_.store.run(id);
    if (!row) {
      retry_at_ = now() + first_retry;
      return;
    }
    auto& held = held_.at(id);
    // Somebody may have resumed it here.
    bool ours = *row && !(*row)->ended && !ports_.core.executes(id) &&
                (*row)->owner_incarnation == member_->incarnation;
    if (!ours) {
      held_.erase(id);
      continue;
    }
    held.row = std::move(**row);  // somebody may have stopped it meanwhile
    open(id);
  }
}

/// Traffic that goes back waits behind nothing.
void Node::open(std::string const& run) {
  auto& held = held_.at(run);
  held.opening = true;
  ++held.tries;
  auto stored = ports_.store.plan(held.row.plan_digest);
  if (!stored) return hold(run, stored.error());
  auto plan = plan::plan_from_json(*stored);
  if (!plan) return hold(run, plan.error());
  Pool pool = held.row.rolling_back ? Pool::rollback : Pool::short_work;
  auto work = [this, alive = alive_, term = terms_, run, row = held.row,
               plan = std::make_shared<plan::Plan const>(std::move(*plan)), open = options_.open,
               stop = term_.get_token()]() -> std::function<void()> {
    auto services = open(row, *plan, stop);
    return [this, alive, term, run, services = std::move(services)]() mutable {
      if (*alive && term == terms_ && member_) opened(run, std::move(services));
    };
  };
  ++opening_;
  ports_.workers.run(pool, std::move(work));
}

void Node::opened(std::string const& run, Result<std::shared_ptr<Services>> services) {
  --opening_;
  if (opening_ + 1 == options_.batch) look();  // claiming waited for this
  auto found = held_.find(run);
  if (found == held_.end()) return;
  if (ports_.core.executes(run)) {
    held_.erase(found);
    return;
  }
  if (!services) return hold(run, services.error());
  auto taken = ports_.core.take_over(found->second.row, std::move(*services));
  if (!taken) return hold(run, taken.error());
  held_.erase(run);
  // Some may have waited for whoever takes it; once for all that were claimed together.
  if (opening_ == 0) read_letters();
}

/// It stays this server's, and others go on: whatever is missing may be there the next time.
void Node::hold(std::string const& run, Error const& why) {
  auto& held = held_.at(run);
  held.opening = false;
  held.retry = now() + retry_after(held.tries);
  retry_at_ = std::min(retry_at_, held.retry);
  note(held, why);
}

void Node::note(Held& held, Error const& why) {
  if (held.told == why.message) return;
  log::warning("run_not_taken_up", {{"run", held.row.id}, {"reason", why.message}});
  Event event;
  event.seq = held.row.last_seq + 1;
  event.at = ports_.clock.now();
  event.type = event::note;
  event.body = json::Value{{"level", "warning"},
                           {"text", "server " + options_.name + " cannot go on with the run yet: " +
                                        why.message + "; it tries again"}};
  // Until it is taken up, whose summary says nothing of this, all servers show why it waits.
  store::RunPatch patch;
  patch.summary = held.row.summary;
  patch.summary->set("held", why.text());
  if (!ports_.store.append(held.row.id, held.row.epoch, {event}, patch)) return;
  held.row.summary = std::move(*patch.summary);
  held.told = why.message;
  held.row.last_seq = event.seq;
}

std::optional<Time> Node::next_due() const {
  if (left_) return std::nullopt;
  Duration due = member_ ? renew_at_ : join_at_;
  if (member_ && trusted_) {
    due = std::min(due, now() + ports_.trust.left());
    if (claiming_) due = std::min(due, look_at_);
    due = std::min(due, retry_at_);
  }
  return ports_.clock.now() + std::max(Duration(0), due - now());
}

void Node::leave() {
  if (left_) return;
  left_ = true;
  claiming_ = false;
  auto member = std::exchange(member_, std::nullopt);
  ports_.trust.end();
  term_.request_stop();
  ports_.core.end_term();
  held_.clear();
  trusted_ = false;
  if (!member) return;
  if (auto gone = ports_.store.leave(*member); !gone)
    log::warning("lease_not_given_up", {{"node", options_.name}, {"reason", gone.error().message}});
}

}  // namespace sluice::engine
