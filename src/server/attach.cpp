#include "server/attach.hpp"

#include <condition_variable>

#include "engine/events.hpp"

namespace sluice::server {
namespace {

constexpr Duration look_again = std::chrono::milliseconds(100);
/// A holder that hands over waits for its steps at work, which an upload may prolong.
constexpr Duration handing_over = std::chrono::seconds(30);
/// How often an executor may go away while one run is followed.
constexpr int most_changes = 100;

/// False when `stop` was requested.
bool wait(Duration time, std::stop_token const& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Error not_answering(std::filesystem::path const& folder, store::HeldBy const& holder) {
  std::string where = "the store in " + folder.string() + " is held by " + holder.text();
  if (holder.socket.empty())
    return {ErrorCode::unavailable,
            where + ", which others cannot reach: no path is short enough for its socket",
            "Wait for it, or use a state folder with a shorter path."};
  return {ErrorCode::unavailable, where + ", which does not answer on " + holder.socket,
          "Wait for it, or end that process; its runs can be resumed."};
}

}  // namespace

AwsSettings anywhere(AwsSettings settings) {
  std::error_code failure;
  if (!settings.local_state) return settings;
  auto place = std::filesystem::weakly_canonical(*settings.local_state, failure);
  if (!failure) settings.local_state = std::filesystem::absolute(place).string();
  return settings;
}

Attached::Attached(AttachOptions options)
    : options_(std::move(options)),
      packages_(packages_of(options_.host.state_folder)),
      client_(
          net::make_client(net::ClientOptions{.user_agent = options_.host.services.user_agent})) {}

Attached::~Attached() = default;

Result<std::unique_ptr<Attached>> Attached::open(AttachOptions options) {
  std::unique_ptr<Attached> attached(new Attached(std::move(options)));
  auto place = attached->attach(attached->options_.patience, {});
  if (!place) return std::unexpected(place.error());
  std::lock_guard lock(attached->mutex_);
  attached->place_ = std::move(*place);
  return attached;
}

std::shared_ptr<Attached::Place> Attached::place() const {
  std::lock_guard lock(mutex_);
  return place_;
}

std::string Attached::socket() const { return place()->socket; }
bool Attached::hosting() const { return place()->host != nullptr; }

/// Takes the store or finds who answers for it.
Result<std::shared_ptr<Attached::Place>> Attached::attach(Duration patience, std::stop_token stop) {
  Clock& clock = *options_.host.clock;
  Duration give_up = clock.monotonic() + patience;
  while (true) {
    auto opened = Host::open(options_.host);
    if (!opened) return std::unexpected(opened.error());
    auto found = std::make_shared<Place>();
    if (auto* host = std::get_if<std::unique_ptr<Host>>(&*opened)) {
      found->host = std::move(*host);
      found->socket = found->host->socket();
      return found;
    }
    auto const& holder = std::get<store::HeldBy>(*opened);
    found->socket = holder.socket;
    Duration left = give_up - clock.monotonic();
    if (!holder.socket.empty() && left > Duration{}) {
      RemoteOptions remote;
      remote.unix_socket = holder.socket;
      found->remote = std::make_unique<RemoteRuns>(*client_, remote);
      if (found->remote->answers(left, stop)) return found;
    }
    left = give_up - clock.monotonic();
    if (left <= Duration{})
      return std::unexpected(not_answering(options_.host.state_folder, holder));
    if (!wait(std::min(look_again, left), stop))
      return fail(ErrorCode::cancelled, "stopped while waiting for " + holder.text());
  }
}

/// Another place than `gone`, found by whoever noticed first.
Result<std::shared_ptr<Attached::Place>> Attached::replace(std::shared_ptr<Place> const& gone,
                                                           std::stop_token stop) {
  std::lock_guard one_at_a_time(attaching_);
  if (auto now = place(); now != gone) return now;
  auto found = attach(std::max(options_.patience, handing_over), stop);
  if (!found) return found;
  {
    std::lock_guard lock(mutex_);
    place_ = *found;
  }
  return found;
}

/// The place, which has just answered: for commands that must not be sent twice.
Result<std::shared_ptr<Attached::Place>> Attached::answering() {
  auto now = place();
  if (now->host || now->remote->answers(options_.patience)) return now;
  return replace(now, {});
}

template <class Ask>
auto Attached::read(Ask ask) {
  auto now = place();
  auto answer = ask(now->runs());
  bool lost = !answer && answer.error().code == ErrorCode::unavailable && now->remote &&
              !now->remote->answers(options_.patience);
  if (!lost) return answer;
  auto other = replace(now, {});
  if (!other) return decltype(answer)(std::unexpected(other.error()));
  return ask((*other)->runs());
}

Result<engine::Started> Attached::start(NewRun run) {
  auto now = answering();
  if (!now) return std::unexpected(now.error());
  run.aws = anywhere(std::move(run.aws));
  AwsSettings settings = run.aws;
  auto started = (*now)->runs().start(std::move(run));
  if (started && !started->busy) {
    std::lock_guard lock(mutex_);
    mine_[started->run] = std::move(settings);
  }
  return started;
}

Result<void> Attached::resume(std::string const& run, AwsSettings const& aws) {
  auto now = answering();
  if (!now) return std::unexpected(now.error());
  AwsSettings settings = anywhere(aws);
  auto resumed = (*now)->runs().resume(run, settings);
  if (resumed) {
    std::lock_guard lock(mutex_);
    mine_[run] = std::move(settings);
  }
  return resumed;
}

Result<void> Attached::signal(std::string const& run, engine::Signal const& signal) {
  auto now = answering();
  if (!now) return std::unexpected(now.error());
  return (*now)->runs().signal(run, signal);
}

Result<store::RunRow> Attached::get(std::string const& run) {
  return read([&](Runs& runs) { return runs.get(run); });
}

Result<std::vector<store::RunRow>> Attached::list(store::RunFilter const& filter) {
  return read([&](Runs& runs) { return runs.list(filter); });
}

Result<plan::Plan> Attached::plan(std::string const& run) {
  return read([&](Runs& runs) { return runs.plan(run); });
}

Result<std::vector<store::EventRow>> Attached::events(std::string const& run, std::int64_t after) {
  return read([&](Runs& runs) { return runs.events(run, after); });
}

/// Makes sure that a run of ours is executed, here or wherever the store is held now.
Result<void> Attached::go_on(std::string const& run, std::stop_token stop) {
  auto now = place();
  if (now->remote && !now->remote->answers(options_.patience, stop)) {
    auto other = replace(now, stop);
    if (!other) return std::unexpected(other.error());
    now = *other;
  }
  std::optional<AwsSettings> settings;
  {
    std::lock_guard lock(mutex_);
    if (auto found = mine_.find(run); found != mine_.end()) settings = found->second;
  }
  if (!settings) return {};
  auto row = now->runs().get(run);
  if (!row) return std::unexpected(row.error());
  if (row->ended) return {};
  auto resumed = now->runs().resume(run, *settings);
  if (resumed && now->host && options_.tell)
    options_.tell("The process that executed " + run + " is gone; this one goes on with it.");
  return resumed;
}

/// A run that carries on the rollback of one of ours is ours as well.
void Attached::take_linked_run(std::string const& run, store::EventRow const& event) {
  if (event.type != engine::event::run_ended || !event.body.contains("linked_run")) return;
  std::lock_guard lock(mutex_);
  if (auto found = mine_.find(run); found != mine_.end())
    mine_[event.body["linked_run"].as_string()] = found->second;
}

Result<void> Attached::follow(std::string const& run, std::int64_t after,
                              std::function<bool(store::EventRow const&)> each,
                              std::stop_token stop) {
  Clock& clock = *options_.host.clock;
  std::int64_t seen = after;
  Duration alone_since = clock.monotonic();
  auto pass_on = [&](store::EventRow const& event) {
    seen = event.seq;
    alone_since = clock.monotonic();
    take_linked_run(run, event);
    return each(event);
  };
  for (int changes = 0;; ++changes) {
    auto followed = place()->runs().follow(run, seen, pass_on, stop);
    if (followed || followed.error().code != ErrorCode::unavailable || stop.stop_requested())
      return followed;
    if (changes == most_changes) return followed;
    bool ours = false;
    {
      std::lock_guard lock(mutex_);
      ours = mine_.contains(run);
    }
    // Somebody else's run: whoever started it may be about to go on with it.
    if (!ours && clock.monotonic() - alone_since > options_.patience) return followed;
    auto going = go_on(run, stop);
    if (stop.stop_requested()) return {};
    // The next holder may go away, too, before it took the run.
    if (!going && going.error().code != ErrorCode::unavailable) return going;
    if (!going && clock.monotonic() - alone_since > handing_over) return going;
    if (!wait(look_again, stop)) return {};
  }
}

std::vector<std::string> Attached::linger(std::stop_token stop) {
  auto now = place();
  return now->host ? now->host->linger(std::move(stop)) : std::vector<std::string>{};
}

ServicesFactory& Attached::services() {
  auto now = place();
  if (now->host) return now->host->services();
  std::lock_guard lock(mutex_);
  if (!factory_)
    factory_ = std::make_unique<ServicesFactory>(*options_.host.clock, *options_.host.random,
                                                 *packages_, options_.host.services);
  return *factory_;
}

}  // namespace sluice::server
