#include "sim/scenario_tree.hpp"

#include "plan/steps.hpp"

namespace sluice::sim {
namespace {

using plan::Action;
using plan::ActionKind;
using plan::Node;
using plan::NodeKind;
using plan::OnChildFailure;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T, std::size_t n>
T one_of(Random& random, T const (&all)[n]) {
  return all[random.below(n)];
}

class Embellish {
 public:
  Embellish(Random& random, Scenario& scenario) : random_(random), scenario_(scenario) {}

  void run() {
    plan::Plan& plan = scenario_.plan;
    plan.context =
        json::Value{{"go", true}, {"halt", false}, {"items", json::Array{"first", "second"}}};
    for (auto& target : plan.root.children) {
      target_ = target.name;
      for (auto& part : target.children) {
        if (part.compensation.empty()) continue;
        std::string path = plan::child_path(target.name, part.name);
        around_release(part, path);
      }
      between(target, target.name, 0, 0.3);
    }
    if (plan.targets.size() == 1 && chance(random_, 0.4)) link_rollback(plan);
  }

 private:
  void around_release(Node& scope, std::string const& path) {
    if (chance(random_, 0.1)) scope.timeout = timeout();
    if (chance(random_, 0.1)) scope.guards.push_back(leaf(unused("guard"), false));
    auto published = std::ranges::find(scope.children, std::string("publish"), &Node::name);
    auto first = published == scope.children.end() ? 0 : published - scope.children.begin() + 1;
    between(scope, path, static_cast<std::size_t>(first), 0.6);
  }

  /// Some new nodes between the children of a sequence, none before `first`.
  void between(Node& scope, std::string const& path, std::size_t first, double how_likely) {
    for (int tries = 0; tries < 3 && chance(random_, how_likely); ++tries) {
      std::size_t places = scope.children.size() - first + 1;
      auto place = static_cast<std::ptrdiff_t>(first + random_.below(places));
      Node fresh = extra(path, 0, false, first > 0);
      scope.children.insert(scope.children.begin() + place, std::move(fresh));
    }
  }

  std::string unused(std::string const& word) { return word + "-" + std::to_string(++names_); }

  Node extra(std::string const& parent, int depth, bool in_loop, bool published) {
    bool scope = depth < 2 && chance(random_, 0.5);
    Node node =
        scope ? extra_scope(parent, depth, in_loop, published) : leaf(unused("extra"), published);
    std::string path = plan::child_path(parent, node.name);
    if (chance(random_, 0.25)) node.when = condition();
    if (chance(random_, 0.15)) node.timeout = timeout();
    if (chance(random_, 0.15)) node.guards.push_back(leaf(unused("guard"), published));
    bool failing = chance(random_, 0.6);
    if (failing) node.on_failure.push_back(rule(path, in_loop));
    if (failing && chance(random_, 0.3)) node.on_failure.push_back(rule(path, in_loop));
    return node;
  }

  Node extra_scope(std::string const& parent, int depth, bool in_loop, bool published) {
    static constexpr NodeKind kinds[] = {NodeKind::sequence, NodeKind::parallel, NodeKind::graph,
                                         NodeKind::loop};
    static constexpr OnChildFailure modes[] = {OnChildFailure::cancel, OnChildFailure::finish,
                                               OnChildFailure::carry_on};
    Node node;
    node.kind = one_of(random_, kinds);
    node.name = unused(std::string(plan::name_of(node.kind)));
    node.on_child_failure = one_of(random_, modes);
    std::string path = plan::child_path(parent, node.name);
    bool loops = node.kind == NodeKind::loop;
    if (loops) {
      json::Value items = json::Array{};
      for (int i = sim::between(random_, 0, 4); i > 0; --i) items.push("item " + std::to_string(i));
      if (chance(random_, 0.2)) items = expression("pointer@1", "/context/items");
      node.loop = plan::Loop{std::move(items), sim::between(random_, 1, 3)};
    }
    for (int i = loops ? 1 : sim::between(random_, 2, 3); i > 0; --i)
      node.children.push_back(extra(path, depth + 1, in_loop || loops, published));
    if (node.kind == NodeKind::graph) draw_needs(node);
    bool compensated = !in_loop && !loops && chance(random_, 0.2);
    if (compensated) node.compensation.push_back(leaf(unused("undo"), false));
    return node;
  }

  static json::Value expression(std::string language, std::string text) {
    return plan::to_json(plan::Expression{std::move(language), std::move(text)});
  }

  json::Value condition() {
    // Now and then one that cannot be evaluated, which fails the node.
    if (chance(random_, 0.05))
      return expression(chance(random_, 0.5) ? "pointer@1" : counting_language, "/nothing");
    switch (random_.below(6)) {
      case 0: return "always";
      case 1: return true;
      case 2: return false;
      case 3: return expression("pointer@1", "/context/go");
      case 4: return expression("pointer@1", "/context/halt");
      default: return expression(counting_language, std::to_string(sim::between(random_, 0, 6)));
    }
  }

  void draw_needs(Node& graph) {
    for (std::size_t i = 1; i < graph.children.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (chance(random_, 0.4)) graph.children[i].needs.push_back(graph.children[k].name);
  }

  Node leaf(std::string name, bool published) {
    switch (random_.below(published ? 6 : 4)) {
      case 0: {
        plan::ApprovalStep approval;
        approval.expiration = minutes(sim::between(random_, 1, 60));
        scenario_.expected += *approval.expiration;
        return plan::leaf(std::move(name), approval);
      }
      case 1: {
        plan::PauseStep pause{seconds(sim::between(random_, 1, 300))};
        scenario_.expected += pause.duration;
        return plan::leaf(std::move(name), pause);
      }
      case 4: return plan::leaf(std::move(name), invocation());
      case 5: return plan::leaf(std::move(name), check());
      default: return plan::leaf(std::move(name), webhook());
    }
  }

  plan::WebhookStep webhook() {
    plan::WebhookStep step;
    step.name = unused("hook");
    // Some receivers never like what they get.
    step.url =
        chance(random_, 0.2) ? "http://hooks.simulated/refuse" : "http://hooks.simulated/take";
    step.retries = sim::between(random_, 0, 2);
    scenario_.expected += minutes(3);
    return step;
  }

  plan::InvokeStep invocation() {
    plan::InvokeStep step;
    auto const& releases = scenario_.plan.releases;
    step.release = releases[random_.below(releases.size())].id;
    step.idempotent = chance(random_, 0.7);
    scenario_.expected += minutes(3);
    return step;
  }

  /// Of a release whose candidate is there.
  plan::CheckStep check() {
    std::vector<std::string> here;
    for (auto const& release : scenario_.plan.releases)
      if (release.target == target_) here.push_back(release.id);
    plan::CheckStep step;
    step.release = here[random_.below(here.size())];
    bool at_once = scenario_.metric_lag == Duration::zero();
    step.duration = at_once ? Duration(seconds(sim::between(random_, 1, 60)))
                            : Duration(minutes(sim::between(random_, 1, 10)));
    step.no_data_grace = seconds(sim::between(random_, 0, 120));
    step.roll_back_on_no_data = chance(random_, 0.7);
    scenario_.expected += step.duration + step.no_data_grace + minutes(5);
    return step;
  }

  plan::Timeout timeout() {
    plan::Timeout timeout;
    timeout.limit = seconds(sim::between(random_, 1, 1200));
    if (chance(random_, 0.5)) timeout.counts = plan::Timeout::Counts::work;
    return timeout;
  }

  plan::FailureRule rule(std::string const& path, bool in_loop) {
    plan::FailureRule rule;
    if (chance(random_, 0.3))
      rule.classes = {plan::ErrorClass::program, plan::ErrorClass::timeout,
                      plan::ErrorClass::rejected};
    rule.action = action(path, in_loop, 0);
    return rule;
  }

  Action action(std::string const& path, bool in_loop, int depth) {
    static constexpr ActionKind kinds[] = {
        ActionKind::fail,        ActionKind::ignore,      ActionKind::mark_succeeded,
        ActionKind::mark_failed, ActionKind::roll_back,   ActionKind::stop,
        ActionKind::retry,       ActionKind::retry_scope, ActionKind::ask};
    Action it;
    // What leads on to another action is drawn twice at most.
    it.kind = kinds[random_.below(depth < 2 ? std::size(kinds) : 6)];
    if (it.kind == ActionKind::retry_scope && in_loop) it.kind = ActionKind::retry;
    bool leads_on = it.kind == ActionKind::retry || it.kind == ActionKind::retry_scope ||
                    it.kind == ActionKind::ask;
    if (!leads_on) return it;
    if (chance(random_, 0.7)) it.then.push_back(action(path, in_loop, depth + 1));
    if (it.kind == ActionKind::ask) {
      it.choices = {ActionKind::ignore,    ActionKind::fail,           ActionKind::retry,
                    ActionKind::roll_back, ActionKind::mark_succeeded, ActionKind::mark_failed};
      it.timeout = minutes(sim::between(random_, 0, 30));
      scenario_.expected += it.timeout * 4;
      return it;
    }
    it.count = sim::between(random_, 1, 3);
    for (int i = sim::between(random_, 0, 2); i > 0; --i)
      it.intervals.push_back(seconds(sim::between(random_, 0, 120)));
    scenario_.expected += minutes(20);
    // Empty: the nearest scope that can be rolled back, mostly the release.
    bool own = it.kind == ActionKind::retry_scope && chance(random_, 0.7);
    if (own) it.scope = path;
    return it;
  }

  void link_rollback(plan::Plan& plan) {
    for (auto& target : plan.root.children)
      for (auto& part : target.children)
        if (!part.compensation.empty() && part.name == "release") part.as_linked_run = true;
    if (plan::problems_of(plan).empty()) return;
    for (auto& target : plan.root.children)
      for (auto& part : target.children) part.as_linked_run = false;
  }

  Random& random_;
  Scenario& scenario_;
  std::string target_;  ///< whose branch is drawn
  int names_ = 0;
};

}  // namespace

void embellish(Random& random, Scenario& scenario) {
  Embellish(random, scenario).run();
  auto problems = plan::problems_of(scenario.plan);
  ENSURE(problems.empty());
}

Result<json::Value> evaluate_counting(std::string const& text, plan::Scope const& scope) {
  bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return fail(ErrorCode::invalid_input, "'" + text + "' is not a number");
  return scope["nodes"].members().size() >= std::stoul(text);
}

}  // namespace sluice::sim
