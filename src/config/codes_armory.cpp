#include "config/codes_armory.hpp"

namespace sluice::config {
namespace {

constexpr Explanation table[] = {
    {codes::wrong_kind, "not a deployment of functions",
     "A deployment file says with `kind: lambda` that it releases AWS Lambda functions. A file "
     "without a kind was a Kubernetes deployment, and so was `kind: kubernetes`; Sluice does not "
     "release to Kubernetes.",
     "kind: kubernetes\napplication: billing", "kind: lambda\napplication: billing"},
    {codes::no_application, "application missing",
     "The application names the release in the history and in locks: one release of an application "
     "runs at a time. It stands in the file or is given with --application.",
     "kind: lambda\ntargets: {}", "kind: lambda\napplication: billing\ntargets: {}"},
    {codes::unknown_step, "unknown step",
     "A strategy for functions has the steps setWeight, pause, runWebhook and analysis. The "
     "conditions before and after a target are pause, runWebhook and analysis. exposeServices "
     "belongs to Kubernetes.",
     "steps:\n  - setWieght: {weight: 10}", "steps:\n  - setWeight: {weight: 10}"},
    {codes::not_one_step, "step with other than one key",
     "Every element of a list of steps is a mapping with one key, the kind of the step. Two keys "
     "often mean that the settings of the step are not indented below it.",
     "- pause:\n  duration: 5\n  unit: minutes", "- pause:\n    duration: 5\n    unit: minutes"},
    {codes::invalid_pause, "pause that does not hold together",
     "A pause either waits for a time, with `duration` and `unit`, or for a person, with "
     "`untilApproved: true`. Only the second takes `requiresRoles` and `approvalExpiration`.",
     "pause:\n  untilApproved: true\n  duration: 5\n  unit: minutes",
     "pause:\n  untilApproved: true\n  approvalExpiration: {duration: 5, unit: minutes}"},
    {codes::unknown_strategy_type, "unknown type of strategy",
     "A strategy for functions is a canary: a list of steps below `canary`. blueGreen needs two "
     "sets of pods and exists for Kubernetes only.",
     "strategies:\n  careful:\n    blueGreen: {}",
     "strategies:\n  careful:\n    canary:\n      steps:\n        - setWeight: {weight: 10}"},
    {codes::strategy_without_type, "strategy without a type",
     "The steps of a strategy stand below its type. A published example forgets it, so such a "
     "strategy is read as canary.",
     "strategies:\n  careful:\n    steps: []",
     "strategies:\n  careful:\n    canary:\n      steps: []"},
    {codes::option_without_artifact, "provider option without an artifact",
     "A provider option and an artifact belong together by the function's name, letter by letter. "
     "Without the artifact there is no code to release.",
     "artifacts: [{functionName: mailer}]\nproviderOptions:\n  lambda: [{name: mailr}]",
     "artifacts: [{functionName: mailer}]\nproviderOptions:\n  lambda: [{name: mailer}]"},
    {codes::alias_without_artifact, "alias without an artifact",
     "An alias belongs to a function of this file by the function's name, letter by letter. An "
     "alias of another name would never be moved, and the release would not split any traffic.",
     "artifacts: [{functionName: mailer}]\ntrafficManagement:\n  - alias: [{functionName: mail}]",
     "artifacts: [{functionName: mailer}]\ntrafficManagement:\n  - alias: [{functionName: "
     "mailer}]"},
    {codes::artifact_without_option, "artifact that goes nowhere",
     "A function is released to the targets that a provider option names for it. An artifact "
     "without any option is not released at all.",
     "artifacts: [{functionName: mailer}]\nproviderOptions: {lambda: []}",
     "artifacts: [{functionName: mailer}]\nproviderOptions:\n  lambda: [{target: prod, name: "
     "mailer}]"},
    {codes::target_without_function, "target without a function",
     "No provider option names the target, so there is nothing to release to it.",
     "targets: {prod: {}}\nproviderOptions:\n  lambda: [{target: staging, name: mailer}]",
     "targets: {prod: {}}\nproviderOptions:\n  lambda: [{target: prod, name: mailer}]"},
    {codes::split_without_alias, "split without an alias",
     "AWS splits traffic between two versions at an alias only. For a function without one in "
     "`trafficManagement`, weights below 100 are passed over; its pauses and webhooks still run.",
     "steps:\n  - setWeight: {weight: 10}",
     "trafficManagement:\n  - targets: [prod]\n    alias: [{functionName: mailer, aliasName: "
     "live}]"},
    {codes::weight_goes_back, "weight that goes back",
     "Weights normally grow along the list. One that falls is done as it is written: it takes "
     "traffic from the new version. A rollback needs no step; it happens when a step fails.",
     "steps:\n  - setWeight: {weight: 50}\n  - setWeight: {weight: 10}",
     "steps:\n  - setWeight: {weight: 10}\n  - setWeight: {weight: 50}"},
    {codes::declared_twice, "declared twice",
     "Names connect the parts of the file, so each is declared once: a function among the "
     "artifacts, a function of a target among the options and aliases, a webhook, a query.",
     "webhooks:\n  - name: smoke\n  - name: smoke", "webhooks:\n  - name: smoke\n  - name: load"},
    {codes::bad_artifact, "artifact that cannot be released",
     "An artifact is a zip file in S3: `path: s3://BUCKET/KEY` and `type: zipFile`. The bucket "
     "lies in the region of the target (AWS's rule).",
     "path: packages/mailer.zip", "path: s3://packages/mailer.zip"},
    {codes::timeout_too_short, "timeout too short",
     "The timeout bounds the work on AWS for one target: update, publish, alias. AWS itself may "
     "need a minute to make a function ready, so less than that would fail good releases.",
     "timeout: {duration: 30, unit: seconds}", "timeout: {duration: 2, unit: minutes}"},
    {codes::analysis_incomplete, "analysis that cannot run",
     "An analysis step names queries of the `analysis` block, and every query needs to know which "
     "metric provider answers it: from itself, from the step, or from defaultMetricProviderName.",
     "- analysis: {queries: [errors], interval: 1, units: minutes}",
     "analysis:\n  defaultMetricProviderName: prometheus\n  queries:\n"
     "    - {name: errors, queryTemplate: errors, upperLimit: 1}"},
    {codes::query_limits, "query without usable limits",
     "A query passes while its result lies within its limits. Without any there is nothing to "
     "judge, and a lower limit above the upper one fails everything.",
     "- name: errors\n  queryTemplate: errors",
     "- name: errors\n  queryTemplate: errors\n  upperLimit: 1"},
    {codes::invalid_traffic, "traffic management that does not fit",
     "An entry of trafficManagement lists targets, or leaves `targets` out to mean all of them, "
     "and gives one alias per function.",
     "trafficManagement:\n  - targets: []", "trafficManagement:\n  - targets: [prod]"},
    {codes::webhook_incomplete, "webhook that does not hold together",
     "A runWebhook step names a webhook. The webhook brings its body inline, and one that a "
     "remote "
     "network agent sends says which agent.",
     "- runWebhook: {}", "- runWebhook: {name: smoke}"},
    {codes::unknown_variable, "variable without a value",
     "Nothing gives this variable a value here, so it stands for an empty text. context.NAME "
     "comes "
     "from `context` at the top or in the step, or from --add-context; armory.NAME are built in; "
     "secrets.NAME are opened when the request is sent.",
     "inline: \"{{context.tem}}\"", "inline: \"{{context.team}}\""},
    {codes::not_a_variable, "braces that are no variable",
     "Two opening braces start a variable such as {{armory.deploymentId}}. Sections, partials "
     "and "
     "comments of Mustache do not exist here, so the text is sent as it is.",
     "inline: \"{{#context.team}}\"", "inline: \"{{context.team}}\""},
    {codes::misplaced_variable, "variable where none is filled in",
     "Variables are filled in in webhooks (uriTemplate, headers, bodyTemplate) and in queries. "
     "Everywhere else the value has to be known when the file is read.",
     "region: \"{{context.region}}\"", "region: eu-west-1"},
    {codes::placeholder, "placeholder left in the file",
     "Text between < and > in an example marks what has to be replaced. AWS would refuse it "
     "later, "
     "in the middle of a release.",
     "functionName: <function-name>", "functionName: mailer"},
    {codes::without_effect, "setting without effect",
     "The setting is known and means nothing for functions, or nothing in this place. It is left "
     "alone, and the release goes on as if it were not there.",
     "", ""},
    {codes::account_label, "account that is not the role's",
     "`account` is a label for people; the account a release happens in is the one of "
     "deployAsIamRole. A label with another account's number is misleading.",
     "account: \"111122223333\"\ndeployAsIamRole: arn:aws:iam::444455556666:role/deploy",
     "account: \"444455556666\"\ndeployAsIamRole: arn:aws:iam::444455556666:role/deploy"},
    {codes::too_large_a_plan, "file that stands for too much",
     "A strategy is done in every target that names it, and a webhook's text is sent by every step "
     "that names it. The bound keeps a hostile or mistaken file from exhausting the machine.",
     "", ""},
};

}  // namespace

std::span<Explanation const> armory_explanations() { return table; }

}  // namespace sluice::config
