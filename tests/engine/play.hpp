#pragma once

#include <gtest/gtest.h>

#include "engine/events.hpp"
#include "engine/failure.hpp"
#include "engine/interpreter.hpp"
#include "plan/steps.hpp"

namespace sluice::test {

/// The interpreter alone: a plan, its events, and a time that the test sets. Leaves do what the
/// test says; everything else is decided.
class Play {
 public:
  explicit Play(plan::Node root) {
    plan_.name = "play";
    plan_.root = std::move(root);
    EXPECT_EQ(plan::problems_of(plan_), std::vector<std::string>());
    evaluators_.add("pointer@1", plan::evaluate_pointer);
    state_.id = "d-PLAY00000";
    record(engine::event::run_created, json::Value{{"requester", "tester"}});
    settle();
  }

  /// Journals an event and whatever follows from it.
  void tell(std::string const& type, json::Value body) {
    record(type, std::move(body));
    settle();
  }
  void succeed(std::string const& path, json::Value outputs = {}) {
    json::Value body{{"node", path}, {"status", "succeeded"}};
    if (!outputs.is_null()) body.set("outputs", std::move(outputs));
    tell(engine::event::node_ended, std::move(body));
  }
  void fail(std::string const& path, plan::ErrorClass error = plan::ErrorClass::program) {
    tell(engine::event::node_ended, json::Value{{"node", path},
                                                {"status", "failed"},
                                                {"class", plan::name_of(error)},
                                                {"reason", "it broke"}});
  }
  void park(std::string const& path) {
    tell(engine::event::node_parked, json::Value{{"node", path}, {"waiting_for", "something"}});
  }
  /// A leaf that is to end and was at work has come to its end.
  void cancelled(std::string const& path) {
    auto const& ending = state_.node(path).ending;
    ASSERT_TRUE(ending) << path << " is not to end";
    tell(engine::event::node_ended,
         json::Value{
             {"node", path}, {"status", engine::name_of(ending->status)}, {"decided_by", "-"}});
  }
  void stop(bool roll_back) {
    tell(engine::event::stopping,
         json::Value{{"reason", "asked"}, {"by", "tester"}, {"roll_back", roll_back}});
  }
  void answer(std::string const& path, plan::ActionKind choice) {
    tell(engine::event::signal,
         json::Value{{"kind", plan::name_of(choice)}, {"by", "tester"}, {"node", path}});
  }
  void pass(Duration time) {
    now_ += time;
    settle();
  }

  engine::RunState const& state() const { return state_; }
  plan::Plan& plan() { return plan_; }
  /// "running", "succeeded" …
  std::string of(std::string const& path) const {
    return std::string(engine::name_of(state_.node(path).status));
  }
  bool ending(std::string const& path) const { return state_.node(path).ending.has_value(); }
  std::string end() const { return state_.end_state; }
  std::vector<engine::Event> const& events() const { return events_; }
  /// The leaves at work, by path.
  std::vector<std::string> active() const {
    std::vector<std::string> paths;
    for (auto const& [path, node] : state_.nodes) {
      auto const* declared = plan::find(plan_, path);
      if (node.active() && declared && declared->step) paths.push_back(path);
    }
    return paths;
  }

 private:
  void record(std::string type, json::Value body) {
    engine::Event event;
    event.seq = state_.last_seq + 1;
    event.at = now_;
    event.type = std::move(type);
    event.body = std::move(body);
    engine::apply(state_, plan_, event);
    events_.push_back(std::move(event));
  }
  void settle() {
    for (int count = 0;; ++count) {
      ASSERT_LT(count, 1000) << "the interpreter goes in circles";
      auto decision = engine::decide(plan_, state_, evaluators_, now_);
      if (!decision) return;
      record(std::move(decision->type), std::move(decision->body));
    }
  }

  plan::Plan plan_;
  plan::Evaluators evaluators_;
  engine::RunState state_;
  std::vector<engine::Event> events_;
  Time now_ = from_millis(1'700'000'000'000);
};

inline plan::Node leaf(std::string name) {
  return plan::step(std::move(name), "work", json::Value(json::Object{}));
}
inline plan::Node with_rule(plan::Node node, plan::Action action,
                            std::vector<plan::ErrorClass> classes = {}) {
  node.on_failure.push_back({std::move(classes), {}, std::move(action)});
  return node;
}
inline plan::Action action(plan::ActionKind kind, int count = 0) {
  plan::Action it;
  it.kind = kind;
  it.count = count;
  return it;
}
inline plan::Node with_compensation(plan::Node node) {
  node.compensation.push_back(leaf("undo"));
  return node;
}

using Paths = std::vector<std::string>;

}  // namespace sluice::test
