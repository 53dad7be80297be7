#include "sim/rehearsal.hpp"

#include "engine/hook.hpp"
#include "sim/queue_workers.hpp"
#include "sim/rehearsal_world.hpp"

namespace sluice::sim {
namespace {

/// Far above what any release takes.
constexpr int most_steps = 5'000'000;
/// From the invocation of a hook to its report.
constexpr Duration hook_takes = std::chrono::seconds(1);
constexpr Duration longest = std::chrono::hours(24 * 90);

class Rehearsing {
 public:
  Rehearsing(RehearsalWorld& world, plan::Evaluators const& evaluators,
             Conditions const& conditions, RehearsedEvent const& each)
      : world_(world),
        conditions_(conditions),
        each_(each),
        store_(store::open_memory(store::make_memory(), world.clock())),
        core_({*store_, workers_, world.clock(), world.random(), executors_, evaluators,
               "rehearsal",
               [this](auto const& run, auto const& seen, auto const& events) {
                 committed(run, seen, events);
               },
               std::nullopt}) {}

  Result<Rehearsed> run(plan::Plan plan);

 private:
  void committed(std::string const& run, engine::Snapshot const& seen,
                 std::vector<engine::Event> const& events);
  bool work();
  bool pass_time();
  void notice_questions();
  void answer_due();
  bool is_hook(std::string const& path) const;
  engine::Signal answer_to(std::string const& path, int attempt);
  std::string waits_for() const;

  RehearsalWorld& world_;
  Conditions const& conditions_;
  RehearsedEvent const& each_;
  QueueWorkers workers_;
  engine::Executors executors_ = engine::standard_executors();
  std::unique_ptr<store::Store> store_;
  engine::Core core_;
  plan::Plan plan_;
  Rehearsed done_;
  std::map<std::pair<std::string, int>, Time> answers_;  ///< path and attempt → when answered
};

void Rehearsing::committed(std::string const& run, engine::Snapshot const& seen,
                           std::vector<engine::Event> const& events) {
  world_.learn(seen.state);
  done_.run = run;
  done_.state = seen.state;
  for (auto const& event : events) each_(world_.clock().now(), *seen.plan, run, event);
}

/// One thing that is ready, in the order in which it came.
bool Rehearsing::work() {
  if (workers_.answered() > 0)
    workers_.deliver(0);
  else if (workers_.waiting() > 0)
    workers_.perform(0);
  else
    return false;
  return true;
}

bool Rehearsing::is_hook(std::string const& path) const {
  auto const* node = plan::find(plan_, path);
  return node && node->step && node->step->kind == "hook";
}

/// Hooks are reported as succeeded, whatever else nobody answers.
void Rehearsing::notice_questions() {
  for (auto const& [path, node] : done_.state.nodes) {
    if (node.status != engine::NodeStatus::parked) continue;
    std::optional<Duration> after;
    if (is_hook(path)) after = hook_takes;
    if (node.asks_person) after = conditions_.approve_after;
    if (after) answers_.try_emplace({path, node.attempt}, world_.clock().now() + *after);
  }
}

engine::Signal Rehearsing::answer_to(std::string const& path, int attempt) {
  engine::Signal signal{
      .kind = "approve", .node = path, .by = "rehearsal", .reason = "", .data = {}};
  if (!is_hook(path)) return signal;
  signal.kind = "report";
  auto id = engine::hook_execution_id(*world_.services(), done_.run, path, attempt);
  signal.data =
      json::Value{{"execution_id", id.value_or("")}, {"status", engine::report_succeeded}};
  return signal;
}

void Rehearsing::answer_due() {
  for (auto const& [asked, at] : answers_) {
    auto const& [path, attempt] = asked;
    auto const& node = done_.state.node(path);
    bool open = node.status == engine::NodeStatus::parked && node.attempt == attempt &&
                node.signals.empty();
    if (!open || at > world_.clock().now()) continue;
    auto taken = core_.signal(done_.run, answer_to(path, attempt));
    if (taken) return;  // the journal has moved: what is asked now is looked at afresh
  }
}

/// False: nothing will happen any more.
bool Rehearsing::pass_time() {
  notice_questions();
  std::optional<Time> next = core_.next_due();
  for (auto const& [asked, at] : answers_)
    if (at > world_.clock().now() && (!next || at < *next)) next = at;
  if (!next) return false;
  if (*next > world_.clock().now()) world_.clock().advance(*next - world_.clock().now());
  core_.tick();
  answer_due();
  return true;
}

std::string Rehearsing::waits_for() const {
  for (auto const& [path, node] : done_.state.nodes) {
    if (node.status == engine::NodeStatus::asking) return "a person's decision on " + path;
    if (node.status == engine::NodeStatus::parked && node.asks_person)
      return "an approval of " + path;
  }
  return "something that never comes";
}

Result<Rehearsed> Rehearsing::run(plan::Plan plan) {
  Time start = world_.clock().now();
  plan_ = plan;
  engine::StartRequest request;
  request.plan = std::move(plan);
  request.requester = "rehearsal";
  auto started = core_.start(std::move(request), world_.services());
  if (!started) return std::unexpected(started.error());
  for (int step = 0; !done_.state.over(); ++step) {
    bool late = world_.clock().now() - start > longest || step > most_steps;
    if (work()) continue;
    if (!late && pass_time()) continue;
    done_.waits_for = late ? "longer than 90 days" : waits_for();
    break;
  }
  done_.now = world_.clock().now();
  done_.met = world_.met();
  done_.webhooks = world_.webhooks();
  return std::move(done_);
}

}  // namespace

Result<Rehearsed> rehearse(plan::Plan plan, store::Packages& packages,
                           plan::Evaluators const& evaluators, Conditions const& conditions,
                           RehearsedEvent const& each) {
  // Versions of objects and functions are given by the service: a rehearsal cannot have those of
  // the file.
  for (auto& release : plan.releases) {
    release.package.object_version.clear();
    if (release.given_candidate.empty()) continue;
    release.given_baseline = "1";
    release.given_candidate = "2";
  }
  auto world = RehearsalWorld::make(plan, packages, conditions);
  if (!world) return std::unexpected(world.error());
  return Rehearsing(**world, evaluators, conditions, each).run(plan);
}

}  // namespace sluice::sim
