#include "config/codes_codedeploy.hpp"

namespace sluice::config {
namespace {

constexpr Explanation table[] = {
    {codes::other_platform, "AppSpec of another platform",
     "An AppSpec for functions names one resource of type AWS::Lambda::Function. Files for servers "
     "(`os`, `files`, `permissions`) and for containers (AWS::ECS::Service) are for other compute "
     "platforms, which Sluice does not deploy to.",
     "version: 0.0\nos: linux\nfiles: []",
     "version: 0.0\nResources:\n  - orders:\n      Type: AWS::Lambda::Function\n      Properties: "
     "…"},
    {codes::app_spec_version, "unknown version of the AppSpec",
     "The only version of the format is 0.0, as a number or as text.", "version: 1.0",
     "version: 0.0"},
    {codes::not_one_resource, "not exactly one resource",
     "An AppSpec deploys one function. `Resources` is a list with one entry, a mapping of one name "
     "of your choice to the function's definition. Deploy several functions with a file each.",
     "Resources:\n  - orders: …\n  - billing: …", "Resources:\n  - orders: …"},
    {codes::bad_function_version, "not a version of a function",
     "CurrentVersion and TargetVersion are versions that were published: whole numbers from 1, "
     "with or without quotes. $LATEST cannot be given a share of an alias's traffic.",
     "TargetVersion: $LATEST", "TargetVersion: 8"},
    {codes::same_version, "nothing to deploy",
     "CurrentVersion and TargetVersion are the same, so no traffic would move. The service accepts "
     "such a deployment and then fails it.",
     "CurrentVersion: 8\nTargetVersion: 8", "CurrentVersion: 7\nTargetVersion: 8"},
    {codes::unknown_hook, "unknown hook",
     "A deployment of a function has two hooks: BeforeAllowTraffic, before the first request "
     "reaches the new version, and AfterAllowTraffic, when it has all of them. Other hooks belong "
     "to other compute platforms.",
     "Hooks:\n  - BeforeInstall: check", "Hooks:\n  - BeforeAllowTraffic: check"},
    {codes::not_one_hook, "hooks that do not hold together",
     "`Hooks` is a list whose elements have one key each, and every hook stands there once at "
     "most: it invokes one function.",
     "Hooks:\n  - BeforeAllowTraffic: check\n    AfterAllowTraffic: verify",
     "Hooks:\n  - BeforeAllowTraffic: check\n  - AfterAllowTraffic: verify"},
    {codes::bad_function_name, "not a function or alias",
     "A function is given by its name or its ARN, and the one that is deployed without a version "
     "or "
     "alias behind it: `Alias` says which alias moves. An alias's name is not a number.",
     "Name: orders:live", "Name: orders\nAlias: live"},
    {codes::unknown_configuration, "unknown deployment configuration",
     "--deployment-config takes a predefined configuration for functions, with or without "
     "CodeDeployDefault.Lambda before it, or says a custom one itself: canary:PERCENT:MINUTES or "
     "linear:PERCENT:MINUTES. Custom configurations that AWS keeps under a name are not known "
     "here.",
     "--deployment-config OneAtATime", "--deployment-config canary:25:15"},
    {codes::routing_bounds, "traffic that cannot be shifted like this",
     "A step shifts 1 to 99 percent. A canary waits 1 to 2880 minutes. The intervals of a linear "
     "shift, as many as whole steps fit into 100 percent, last 2880 minutes at most together.",
     "--deployment-config linear:1:60", "--deployment-config linear:10:60"},
    {codes::misplaced_option, "option for another form of file",
     "Options that add what an AppSpec cannot say are for AppSpec files only: other forms say the "
     "same themselves. And an AppSpec has no variables and no targets that options could choose.",
     "sluice deploy release.yaml --deployment-config canary:10:5",
     "sluice deploy appspec.yaml --deployment-config canary:10:5"},
    {codes::bad_alarms, "alarms that cannot be watched",
     "A deployment watches up to 50 alarms. Each is named once, by its name in CloudWatch: 1 to "
     "255 "
     "characters.",
     "--alarm errors --alarm errors", "--alarm errors --alarm latency"},
};

}  // namespace

std::span<Explanation const> codedeploy_explanations() { return table; }

}  // namespace sluice::config
