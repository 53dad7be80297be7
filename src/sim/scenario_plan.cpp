#include "dialect/release_scope.hpp"
#include "dialect/target_tree.hpp"
#include "sim/scenario.hpp"

namespace sluice::sim {
namespace {

using dialect::StrategyStep;
using plan::Node;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char const* regions[] = {"eu-west-1", "us-east-1"};

class PlanDraw {
 public:
  PlanDraw(Random& random, store::Packages& packages, Scenario& scenario)
      : random_(random), packages_(packages), scenario_(scenario) {}

  void run() {
    plan::Plan& plan = scenario_.plan;
    plan.name = "simulated";
    plan.dialect = "native";
    plan.hold_timeout = minutes(between(random_, 0, 60));
    static constexpr plan::ExternalChange policies[] = {
        plan::ExternalChange::hold, plan::ExternalChange::hold, plan::ExternalChange::roll_back,
        plan::ExternalChange::carry_on};
    plan.external_change = policies[random_.below(std::size(policies))];
    int targets = chance(random_, 0.25) ? 2 : 1;
    for (int i = 0; i < targets; ++i) {
      plan::Target target;
      target.name = "target-" + std::to_string(i + 1);
      target.region = regions[i];
      target.account = account;
      plan.targets.push_back(target);
      int functions = chance(random_, 0.3) ? between(random_, 2, 3) : 1;
      for (int k = 0; k < functions; ++k) draw_function(target, k);
    }
    std::vector<dialect::TargetBranch> branches;
    for (auto const& target : plan.targets) branches.push_back(branch(target));
    if (branches.size() == 2 && chance(random_, 0.5)) branches[1].needs = {branches[0].name};
    plan.root = dialect::target_tree(std::move(branches));
    plan.locks = dialect::release_locks(plan);
    scenario_.expected += minutes(15) * static_cast<int>(plan.releases.size());
  }

 private:
  using Start = FunctionScenario::Start;

  void draw_function(plan::Target const& target, int number) {
    FunctionScenario function;
    function.region = target.region;
    function.name = scenario_.prefix + "function-" + std::to_string(number + 1);
    function.release = target.name + "/" + function.name;
    static constexpr Start starts[] = {Start::alias_on_version, Start::alias_on_version,
                                       Start::alias_on_version, Start::alias_on_latest,
                                       Start::alias_missing,    Start::absent,
                                       Start::no_alias};
    function.start = starts[random_.below(std::size(starts))];
    bool aliased = function.start != Start::no_alias &&
                   (function.start != Start::absent || chance(random_, 0.6));
    if (aliased) function.alias = "live";
    function.versions = function.start == Start::absent ? 0 : between(random_, 1, 3);
    if (function.start == Start::no_alias && chance(random_, 0.5)) function.versions = 0;
    function.served = function.versions ? between(random_, 1, function.versions) : 0;
    function.latest_ahead = function.start != Start::absent && chance(random_, 0.25);
    function.requests_per_second = chance(random_, 0.2) ? 0.01 : 0.5 + 10 * random_.fraction();
    function.baseline_errors = chance(random_, 0.2) ? 0.2 * random_.fraction() : 0;
    function.candidate_errors = chance(random_, 0.3) ? random_.fraction() : 0.01;
    scenario_.plan.releases.push_back(release(target, function));
    scenario_.functions.push_back(std::move(function));
  }

  plan::Release release(plan::Target const& target, FunctionScenario const& function) {
    plan::Release release;
    release.id = function.release;
    release.target = target.name;
    release.function = function.name;
    release.alias = function.alias;
    bool absent = function.start == Start::absent;
    std::uint64_t changes =
        random_.below(8);  // 0: nothing, 1–2: code, 3–4: configuration, else both
    bool code = absent || changes == 1 || changes == 2 || changes >= 5;
    bool configuration = changes >= 3;
    // "Nothing" is what the alias serves; where `$LATEST` is ahead of it, that is an old version.
    bool served_is_live = function.start == Start::alias_on_version;
    std::string live = function.latest_ahead && !served_is_live ? "ahead"
                       : served_is_live                         ? std::to_string(function.served)
                                        : std::to_string(std::max(1, function.versions));
    // Somebody may have put the very code into `$LATEST` that is to be released now.
    bool there = code && function.latest_ahead && chance(random_, 0.3);
    set_package(release, code_bytes(function.name, there ? "ahead" : code ? "new" : live));
    release.configuration = base_configuration();
    if (configuration) release.configuration.set("MemorySize", 256);
    if (configuration && chance(random_, 0.5))
      release.configuration.set("Environment",
                                json::Value{{"Variables", json::Value{{"MODE", "new"}}}});
    if (chance(random_, 0.2)) release.tags = std::map<std::string, std::string>{{"team", "blue"}};
    if (chance(random_, 0.15)) release.reserved_concurrency = 5;
    if (chance(random_, 0.15)) release.alias_description = "what is live";
    if (chance(random_, 0.15)) release.version_description = "simulated";
    if (chance(random_, 0.4)) release.missing_alias = plan::Release::MissingAlias::create_at_end;
    release.restore_latest = chance(random_, 0.15);
    if (chance(random_, 0.3)) {
      release.delete_candidate = true;
      release.drain = seconds(between(random_, 10, 600));
      scenario_.expected += release.drain;
    }
    return release;
  }

  void set_package(plan::Release& release, std::string const& bytes) {
    auto stored = packages_.add_bytes(bytes);
    ENSURE(stored.has_value());
    release.package.kind = plan::Package::Kind::stored;
    release.package.sha256 = stored->sha256;
    release.package.size = stored->size;
  }

  plan::ApprovalStep approval() {
    plan::ApprovalStep step;
    step.message = "go on?";
    if (chance(random_, 0.6)) step.expiration = minutes(between(random_, 5, 120));
    scenario_.expected += step.expiration.value_or(minutes(60));
    return step;
  }

  StrategyStep check() {
    StrategyStep step;
    step.kind = StrategyStep::Kind::check;
    // Where metrics come at once they are looked at every second.
    bool at_once = scenario_.metric_lag == Duration::zero();
    step.check.duration = at_once ? Duration(seconds(between(random_, 3, 20)))
                                  : Duration(minutes(between(random_, 1, 10)));
    step.check.no_data_grace = at_once ? Duration(seconds(between(random_, 0, 5)))
                                       : Duration(minutes(between(random_, 0, 5)));
    step.check.roll_back_on_no_data = chance(random_, 0.7);
    scenario_.expected += step.check.duration + step.check.no_data_grace + minutes(5);
    return step;
  }

  std::vector<StrategyStep> strategy() {
    std::vector<StrategyStep> steps;
    int shifts = between(random_, 0, 3);
    double weight = 0;
    for (int i = 0; i < shifts; ++i) {
      StrategyStep shift;
      shift.kind = StrategyStep::Kind::shift;
      shift.weight = weight = std::min(99.0, weight + between(random_, 1, 40));
      steps.push_back(shift);
      add_wait(steps);
    }
    return steps;
  }

  void add_wait(std::vector<StrategyStep>& steps) {
    StrategyStep step;
    switch (random_.below(4)) {
      case 0: {
        plan::PauseStep pause{seconds(between(random_, 1, 900))};
        scenario_.expected += pause.duration;
        step.node = plan::leaf("pause", pause);
        break;
      }
      case 1: step = check(); break;
      case 2: step.node = plan::leaf("approval", approval()); break;
      default: return;
    }
    steps.push_back(std::move(step));
  }

  dialect::TargetBranch branch(plan::Target const& target) {
    std::vector<plan::Release const*> releases;
    for (auto const& release : scenario_.plan.releases)
      if (release.target == target.name) releases.push_back(&release);
    dialect::ScopeOptions options;
    options.external_change = scenario_.plan.external_change;
    options.hold_timeout = scenario_.plan.hold_timeout;
    options.bypass_check = chance(random_, 0.3);
    dialect::TargetBranch branch;
    branch.name = target.name;
    branch.release = dialect::release_scope(releases, strategy(), options);
    if (chance(random_, 0.2)) branch.before.push_back(plan::leaf("approval", approval()));
    if (chance(random_, 0.15))
      branch.after.push_back(plan::leaf("pause", plan::PauseStep{seconds(30)}));
    if (chance(random_, 0.1)) branch.after.push_back(plan::leaf("approval", approval()));
    return branch;
  }

  Random& random_;
  store::Packages& packages_;
  Scenario& scenario_;
};

}  // namespace

void draw_plan(Random& random, store::Packages& packages, Scenario& scenario) {
  PlanDraw(random, packages, scenario).run();
}

}  // namespace sluice::sim
