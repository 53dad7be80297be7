#include "server/host_runs.hpp"

#include <condition_variable>
#include <mutex>
#include <set>

#include "server/run_page.hpp"
#include "server/secret_check.hpp"

namespace sluice::server {
namespace {

Error no_run(std::string const& run) {
  return {ErrorCode::not_found, "there is no run " + run, "sluice list shows the runs."};
}

/// A plan must not depend on files that may change under it: what it sends is stored beforehand.
Result<void> check_packages(plan::Plan const& plan, store::Packages& packages) {
  for (auto const& release : plan.releases) {
    using Kind = plan::Package::Kind;
    if (release.package.kind == Kind::folder || release.package.kind == Kind::zip)
      return fail(ErrorCode::invalid_input,
                  "the package of '" + release.id + "' is not stored: " + release.package.path,
                  "Store it and name its hash in the plan.");
    if (release.package.kind != Kind::stored) continue;
    auto opened = packages.open(release.package.sha256);
    if (!opened) return fail(opened.error(), "open the package of '" + release.id + "'");
  }
  return {};
}

/// The row of a run whose process was killed still names that process. Whoever holds the store
/// knows better: nobody else executes its runs (design E10).
/// Where several servers share it, those whose lease lasts execute what their rows say.
class Owners {
 public:
  static Result<Owners> of(store::Store& store, engine::Core const& core, HeldRuns& held) {
    Owners owners(core, held);
    if (!core.shared()) return owners;
    auto members = store.members();
    if (!members) return std::unexpected(members.error());
    for (auto const& member : *members) owners.alive_.insert(member.incarnation);
    return owners;
  }

  void correct(store::RunRow& row) const {
    if (core_.executes(row.id) || alive_.contains(row.owner_incarnation)) return;
    row.owner.clear();
    auto why = row.ended ? std::nullopt : held_.why(row.id);
    if (why) row.summary.set("held", *why);
  }

 private:
  Owners(engine::Core const& core, HeldRuns& held) : core_(core), held_(held) {}

  engine::Core const& core_;
  HeldRuns& held_;
  std::set<std::int64_t> alive_;  ///< incarnations
};

RecordedWorld recorded_world(store::RunRow const& row) {
  RecordedWorld recorded;
  recorded.world = row.world;
  for (auto const& release : row.summary["releases"].items()) {
    auto& place = recorded.places[release["target"].as_string()];
    if (place.account.empty()) place.account = release["account"].as_string();
    if (place.region.empty()) place.region = release["region"].as_string();
  }
  return recorded;
}

/// Wakes a follower when its run has something new.
class Watch {
 public:
  Watch(engine::Engine& engine, std::string run) : engine_(engine) {
    token_ =
        engine_.listen([this, run = std::move(run)](std::string const& id, engine::Snapshot const&,
                                                    std::vector<engine::Event> const&) {
          if (id != run) return;
          std::lock_guard lock(mutex_);
          news_ = true;
          changed_.notify_all();
        });
  }
  Watch(Watch const&) = delete;
  ~Watch() { engine_.forget(token_); }

  /// Returns after a second in any case: a run that somebody else took over tells nothing.
  void wait(std::stop_token const& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, std::chrono::seconds(1), [&] { return news_; });
    news_ = false;
  }

 private:
  engine::Engine& engine_;
  std::size_t token_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;  ///< under mutex_
};

}  // namespace

Error not_executed(std::string const& run) {
  return {ErrorCode::unavailable, "no process executes run " + run + " now",
          "sluice resume " + run + " goes on with it; sluice rollback " + run + " takes it back."};
}

engine::OpenServices open_with(ServicesFactory& services, AwsSettings settings) {
  return [&services, settings = std::move(settings)](
             store::RunRow const& run, plan::Plan const& plan,
             std::stop_token const& stop) -> Result<std::shared_ptr<engine::Services>> {
    auto opened = services.reopen(settings, recorded_world(run), plan, stop);
    if (!opened) return std::unexpected(opened.error());
    return std::move(opened->services);
  };
}

Result<engine::Started> HostRuns::start(NewRun run) {
  if (auto ready = check_packages(run.plan, packages_); !ready)
    return std::unexpected(ready.error());
  if (auto known = check_secrets(run.plan, services_.secrets()); !known)
    return std::unexpected(known.error());
  auto opened = services_.open(run.aws);
  if (!opened) return std::unexpected(opened.error());
  engine::StartRequest request;
  request.plan = std::move(run.plan);
  request.requester = std::move(run.requester);
  request.options = std::move(run.options);
  request.world = std::move(opened->world);
  request.releases = std::move(run.releases);
  request.id = std::move(run.id);
  return engine_.start(std::move(request), std::move(opened->services));
}

Result<void> HostRuns::resume(std::string const& run, AwsSettings const& aws) {
  auto resumed = take_up(run, aws, {});
  if (resumed) held_.clear(run);
  return resumed;
}

Result<void> HostRuns::take_up(std::string const& run, AwsSettings const& aws,
                               std::stop_token stop) {
  if (engine_.executes(run)) return {};
  auto row = get(run);
  if (!row) return std::unexpected(row.error());
  if (row->ended) return fail(ErrorCode::conflict, "run " + run + " has ended: " + row->state);
  auto declared = plan(run);
  if (!declared) return std::unexpected(declared.error());
  auto opened = services_.reopen(aws, recorded_world(*row), *declared, std::move(stop));
  if (!opened) return fail(opened.error(), "resume run " + run);
  return engine_.resume(run, std::move(opened->services));
}

Result<void> HostRuns::signal(std::string const& run, engine::Signal const& signal) {
  auto sent = engine_.signal(run, signal);
  if (sent || sent.error().code != ErrorCode::not_found) return sent;
  auto row = get(run);
  if (!row) return std::unexpected(row.error());
  if (row->ended) return fail(ErrorCode::conflict, "run " + run + " has ended: " + row->state);
  if (engine_.lease()) return engine_.send(run, signal);
  bool ends = signal.kind == "stop" || signal.kind == "rollback";
  if (auto why = ends ? std::nullopt : held_.why(run))
    return fail(ErrorCode::unavailable, "run " + run + " is held: " + *why,
                "The server tries again by itself; a stop or a rollback is obeyed then.");
  if (!ends) return std::unexpected(not_executed(run));
  return engine_.signal_unexecuted(run, signal);
}

Result<store::RunRow> HostRuns::get(std::string const& run) {
  auto row = engine_.with_core([&](store::Store& store, engine::Core const& core) {
    auto found = store.run(run);
    if (!found || !*found) return found;
    auto owners = Owners::of(store, core, held_);
    if (!owners) return Result<std::optional<store::RunRow>>(std::unexpected(owners.error()));
    owners->correct(**found);
    return found;
  });
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::unexpected(no_run(run));
  return std::move(**row);
}

Result<std::vector<store::RunRow>> HostRuns::list(store::RunFilter const& filter) {
  return engine_.with_core([&](store::Store& store, engine::Core const& core) {
    auto rows = store.runs(filter);
    if (!rows) return rows;
    auto owners = Owners::of(store, core, held_);
    if (!owners) return Result<std::vector<store::RunRow>>(std::unexpected(owners.error()));
    for (auto& row : *rows) owners->correct(row);
    return rows;
  });
}

Result<plan::Plan> HostRuns::plan(std::string const& run) {
  auto row = get(run);
  if (!row) return std::unexpected(row.error());
  auto stored =
      engine_.with_store([&](store::Store& store) { return store.plan(row->plan_digest); });
  if (!stored) return std::unexpected(stored.error());
  return plan::plan_from_json(*stored);
}

Result<std::vector<store::EventRow>> HostRuns::events(std::string const& run, std::int64_t after) {
  std::vector<store::EventRow> all;
  while (true) {
    auto page = read_page(engine_, run, after);
    if (!page) return std::unexpected(page.error());
    for (auto& event : page->events) all.push_back(std::move(event));
    if (page->complete || all.empty()) return all;
    after = all.back().seq;
  }
}

Result<void> HostRuns::follow(std::string const& run, std::int64_t after,
                              std::function<bool(store::EventRow const&)> each,
                              std::stop_token stop) {
  // Before the first look: what is committed between it and the wait wakes the wait.
  Watch watch(engine_, run);
  while (!stop.stop_requested()) {
    auto page = read_page(engine_, run, after);
    if (!page) return std::unexpected(page.error());
    for (auto const& event : page->events) {
      after = event.seq;
      if (!each(event)) return {};
      if (stop.stop_requested()) return {};
    }
    if (!page->complete) continue;
    if (page->over) return {};
    if (!page->executed) return std::unexpected(not_executed(run));
    watch.wait(stop);
  }
  return {};
}

}  // namespace sluice::server
