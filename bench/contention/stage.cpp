#include "contention/stage.hpp"

#include <algorithm>
#include <cstdio>

#include "aws/lambda.hpp"
#include "aws/session.hpp"
#include "base/hash.hpp"
#include "engine/events.hpp"
#include "releases/plain_client.hpp"

namespace sluice::bench {
namespace {

constexpr int lambda_limit = 15;  // calls per second of an account and Region (Lambda, quotas)
constexpr Duration most_patience = std::chrono::minutes(5);

template <class T>
T answered(std::string_view what, aws::Answer<T> answer) {
  if (!answer) give_up(what, answer.error().error().text());
  return std::move(*answer);
}

std::string release_file(std::string const& function, Crowd const& crowd) {
  return "function: " + function + "\nregion: " + crowd.region +
         "\nruntime: nodejs20.x\nhandler: index.handler\n"
         "role: arn:aws:iam::000000000000:role/bench\npackage: code.zip\nalias: live\n"
         "strategy:\n  - shift: 10\n  - pause: " +
         crowd.pause + "\n";
}

}  // namespace

/// A step that stands for an invocation or upload that takes long.
class Stage::Hold final : public engine::Executor {
 public:
  explicit Hold(std::shared_ptr<Held> held) : held_(std::move(held)) {}

  engine::Move next(engine::StepContext&) const override {
    std::unique_lock lock(held_->mutex);
    ++held_->held;
    held_->changed.notify_all();
    held_->changed.wait(lock, [&] { return held_->over; });
    return engine::Done{};
  }
  engine::Pool pool() const override { return engine::Pool::long_work; }

 private:
  std::shared_ptr<Held> held_;
};

Stage::Stage()
    : home_(workplace_),
      before_(make_code(workplace_, home_.packages(), "exports.handler = async () => 1;\n")),
      after_(make_code(workplace_, home_.packages(), "exports.handler = async () => 2;\n")) {
  stand_.set_settle_delay(Duration(0));
  open_client(aws::Budget::unlimited());
}

Stage::~Stage() { close_client(); }

void Stage::open_client(aws::Budget::Rates rates) {
  auto executors = engine::standard_executors();
  executors.add("hold", std::make_unique<Hold>(held_));
  client_ =
      std::make_unique<SluiceClient>(home_, stand_.url(), rates, clock_, std::move(executors));
  client_->engine().listen([this](auto const& run, auto const&, auto const& events) {
    auto const now = instant();
    std::lock_guard lock(mutex_);
    for (auto const& event : events) {
      first_commits_.try_emplace({run, event.type}, now);
      if (event.type == engine::event::node_parked && event.body.contains("due_ms"))
        parked_[run] = from_millis(event.body["due_ms"].as_int());
    }
    changed_.notify_all();
  });
}

void Stage::close_client() {
  {
    std::lock_guard lock(held_->mutex);
    held_->over = true;
    held_->changed.notify_all();
  }
  client_->engine().shutdown();
  client_.reset();
}

std::string Stage::furnish(Crowd const& crowd, std::size_t number) {
  static auto const http = net::make_client();
  static aws::Budget budget(system_clock(), aws::Budget::unlimited());
  auto session = open_bench_session(stand_.url(), {*http, system_clock(), system_random(), budget});
  aws::Lambda lambda(session.caller, crowd.region);
  char name[64];
  std::snprintf(name, sizeof name, "%s%05zu", crowd.prefix.c_str(), number);
  answered("CreateFunction",
           lambda.create_function({{"FunctionName", name},
                                   {"Runtime", "nodejs20.x"},
                                   {"Handler", "index.handler"},
                                   {"Role", "arn:aws:iam::000000000000:role/bench"},
                                   {"Publish", true},
                                   {"Code", json::Value{{"ZipFile", base64(before_.bytes)}}}}));
  answered("CreateAlias", lambda.create_alias(name, "live", "1", ""));
  return name;
}

std::vector<Waiting> Stage::carry_out(Crowd const& crowd) {
  std::vector<Waiting> all;
  for (std::size_t number = 0; number < crowd.releases; ++number) {
    auto const function = furnish(crowd, number);
    auto const run = client_->start(release_file(function, crowd), after_.stored);
    runs_.push_back(run);
    all.push_back({run, function, {}});
  }
  std::unique_lock lock(mutex_);
  bool const reached = changed_.wait_for(lock, most_patience, [&] {
    return std::ranges::all_of(all, [&](auto const& it) { return parked_.contains(it.run); });
  });
  if (!reached) give_up("bring releases into their pauses", "it takes too long");
  for (auto& it : all) it.due = parked_.at(it.run);
  std::ranges::sort(all, {}, [](Waiting const& it) { return std::pair(it.due, it.run); });
  return all;
}

void Stage::throttle() {
  close_client();
  held_->over = false;
  stand_.clear();
  stand_.set_throttle(lambda_limit);
  open_client({});
  for (auto const& run : runs_) client_->resume(run);
}

Instant Stage::let_go(Time due) {
  auto const now = instant();
  clock_.set(due + Duration(1));
  return now;
}

void Stage::fill_long_pool() {
  std::size_t const threads = engine::EngineOptions().long_threads;
  for (std::size_t number = 0; number < 2 * threads; ++number) {
    plan::Plan plan;
    plan.name = "hold";
    auto step = plan::step("hold", "hold", json::Value(json::Object{}));
    plan.root = plan::sequence("hold-" + std::to_string(number), {std::move(step)});
    client_->start(std::move(plan));
  }
  std::unique_lock lock(held_->mutex);
  if (!held_->changed.wait_for(lock, most_patience, [&] { return held_->held >= threads; }))
    give_up("fill the pool for long work", "it takes too long");
}

Instant Stage::committed(std::string const& run, std::string const& type) {
  std::unique_lock lock(mutex_);
  bool const there =
      changed_.wait_for(lock, most_patience, [&] { return first_commits_.contains({run, type}); });
  if (!there) give_up("wait for an event of run " + run, type + " does not come");
  return first_commits_.at({run, type});
}

std::vector<AliasWrite> alias_writes(Stand& stand, std::string const& prefix) {
  std::vector<AliasWrite> writes;
  for (auto const& call : stand.calls()) {
    auto const name = call.resource.find(prefix);
    if (call.operation != "UpdateAlias" || name == std::string::npos) continue;
    writes.push_back(
        {call.resource.substr(name, prefix.size() + 5), call.in, call.out, call.status});
  }
  return writes;
}

std::size_t refused_as_too_fast(Stand& stand) {
  auto const calls = stand.calls();
  return static_cast<std::size_t>(
      std::ranges::count_if(calls, [](auto const& it) { return it.status == 429; }));
}

}  // namespace sluice::bench
