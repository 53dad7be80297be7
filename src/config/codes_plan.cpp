#include "config/codes_plan.hpp"

namespace sluice::config {
namespace {

constexpr Explanation table[] = {
    {codes::unknown_dialect, "not a release file",
     "Sluice recognises a release file by its keys at the top, and this file has none that it "
     "knows. A wrong file, a misspelt key, or a key that slipped one level down are the usual "
     "reasons.",
     "fuction: orders", "function: orders"},
    {codes::broken_plan, "the file asks for something impossible",
     "The file was understood, but what came of it breaks a rule that every release has, whatever "
     "form it was written in: a name that is used twice, something that waits for itself, a number "
     "out of bounds. The message names the rule.",
     "", ""},
    {codes::undeclared_target, "target that is not declared",
     "A target is named that the file does not declare under 'targets', or the file declares none "
     "at all.",
     "targets:\n  staging: {region: eu-west-1}\n  prod: {region: eu-west-1, after: [stagin]}",
     "targets:\n  staging: {region: eu-west-1}\n  prod: {region: eu-west-1, after: [staging]}"},
    {codes::target_cycle, "targets that wait for each other",
     "A target starts when the targets it comes after have succeeded. Targets that come after each "
     "other, or after themselves, would wait forever.",
     "targets:\n  a: {after: [b]}\n  b: {after: [a]}", "targets:\n  a: {}\n  b: {after: [a]}"},
    {codes::target_collision, "one function changed twice at a time",
     "Two targets name the same account and region, so they mean the same function, and nothing "
     "says which of them goes first. AWS refuses a second change while one is under way.",
     "targets:\n  one: {region: eu-west-1}\n  two: {region: eu-west-1}",
     "targets:\n  one: {region: eu-west-1}\n  two: {region: eu-central-1}"},
    {codes::undeclared_name, "name that is not declared",
     "A strategy, webhook or function is named that the file does not declare.",
     "strategy: carefull\nstrategies:\n  careful: [{shift: 10, watch: 5m}]",
     "strategy: careful\nstrategies:\n  careful: [{shift: 10, watch: 5m}]"},
    {codes::decreasing_weight, "shift that goes back",
     "The weights of a strategy only grow: the new version gets more traffic step by step. Taking "
     "traffic away is a rollback, and Sluice does that by itself when a step fails.",
     "strategy: [{shift: 50}, {shift: 10}]", "strategy: [{shift: 10}, {shift: 50}]"},
    {codes::shift_without_alias, "shift without an alias",
     "AWS splits traffic between two versions at an alias only. A function that is released "
     "without one changes for all its callers at once, so a weight below 100 has no meaning.",
     "function: orders\nstrategy: [{shift: 10, watch: 5m}]",
     "function: orders\nalias: live\nstrategy: [{shift: 10, watch: 5m}]"},
    {codes::not_one_action, "step that does not do one thing here",
     "Every step does one thing, so that its place in the order and its outcome are clear: shift, "
     "watch, pause, approve, webhook or invoke. Only a shift may have a watch or a pause with it. "
     "What comes before or after a release neither shifts nor watches, and before a release there "
     "is no candidate to invoke.",
     "- {pause: 5m, approve: \"Go on?\"}", "- pause: 5m\n- approve: \"Go on?\""},
    {codes::undeclared_variable, "variable that is not declared",
     "'${name}' stands for a variable that the file declares under 'variables'. There are no other "
     "variables: the environment and other files are never read. Write '$${' for a plain '${'.",
     "package: s3://packages/orders-${build}.zip",
     "variables:\n  build: 17\npackage: s3://packages/orders-${build}.zip"},
    {codes::variable_without_value, "variable without a value",
     "A variable that is declared without a value has to be given one on the command line.",
     "sluice deploy release.yaml", "sluice deploy release.yaml --set build=17"},
    {codes::unknown_setting, "--set for an unknown variable",
     "Only variables that the file declares under 'variables' can be set. A typing error would "
     "otherwise release the default value unnoticed.",
     "sluice deploy release.yaml --set biuld=17", "sluice deploy release.yaml --set build=17"},
    {codes::said_twice, "said in two ways",
     "The same thing is given in two places, for example by a short key and by AWS's own name of "
     "the same member. Which of them counts would be a guess.",
     "memory: 256\nconfiguration:\n  MemorySize: 512", "memory: 256"},
    {codes::outside_aws_rules, "outside AWS's rules",
     "AWS would refuse this value. The rule is its own: a name's characters, a count or a size. It "
     "is checked here so that a release does not fail halfway.",
     "runtime: nodejs", "runtime: nodejs22.x"},
    {codes::misplaced_key, "key in the wrong place",
     "The key is known, but belongs elsewhere. The message says where.",
     "configuration:\n  FunctionName: orders", "function: orders"},
    {codes::bad_package, "package that cannot be found",
     "A package is a folder, a zip file, an object in S3 or an image; exactly one of them, in a "
     "form that names it completely.",
     "package: s3://packages", "package: s3://packages/orders.zip"},
    {codes::package_mismatch, "setting that does not fit the package",
     "Functions from a zip file have a runtime, a handler and layers; images bring their own and "
     "have ImageConfig instead. A bucket for staging is of use only to a package that is uploaded.",
     "package: {image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7}\nruntime: nodejs22.x",
     "package: {image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7}"},
    {codes::bad_percentage, "not a percentage",
     "A weight is 0 to 100 percent with at most one decimal; its sign may be left out. A rate "
     "needs its sign, because 0.05 could be read in two ways.",
     "max_error_rate: 0.05", "max_error_rate: 5%"},
    {codes::bad_payload, "payload that is not JSON",
     "Lambda takes JSON only. A mapping becomes JSON by itself.", "payload: ping",
     "payload: {kind: ping}"},
    {codes::bad_url, "not the address of a webhook",
     "A webhook's address starts with https:// or http:// and names a host.",
     "url: hooks.example.com/release", "url: https://hooks.example.com/release"},
    {codes::account_mismatch, "role of another account",
     "A role is assumed in the account that it belongs to. A target that names another account "
     "would be released somewhere else than it says.",
     "account: \"111122223333\"\nassume_role: arn:aws:iam::444455556666:role/release",
     "account: \"444455556666\"\nassume_role: arn:aws:iam::444455556666:role/release"},
    {codes::no_function, "no function",
     "A release file says which function it releases: 'function' for one, 'functions' for several.",
     "functions: {}", "function: orders"},
    {codes::function_twice, "function twice in a target",
     "A run changes a function once per target. Two entries that name the same function would "
     "overwrite each other.",
     "functions:\n  a: {function: orders}\n  b: {function: orders}", "functions:\n  orders: {}"},
    {codes::unusable_name, "name that cannot be used",
     "Names of targets, functions, webhooks and steps become part of paths such as "
     "'prod/release/approval', so they have no '/', and do not start with '[', '!' or '~'. Names "
     "of variables have no '$', '{' or '}'.",
     "targets:\n  eu/prod: {}", "targets:\n  eu-prod: {}"},
    {codes::too_much_text, "variables make the file too large",
     "The values that replace variables may add up to 1 MiB. The bound keeps a hostile file from "
     "exhausting the machine.",
     "", ""},
    {codes::package_missing, "package that is not there",
     "The folder or zip of a package is looked for relative to the release file, before anything "
     "is "
     "touched. It may not be built yet, or its path may be misspelt.",
     "package: ./biuld/orders.zip", "package: ./build/orders.zip"},
    {codes::package_unusable, "package that Lambda would refuse",
     "A package is read to its end before it is uploaded: a zip that is damaged, encrypted, or "
     "holds "
     "names and links that leave it, a folder without files or with some that cannot be read, or "
     "more than 250 MiB unzipped cannot become a function's code.",
     "package: orders.tar.gz", "package: orders.zip"},
    {codes::package_too_large, "package too large for a direct upload",
     "Lambda takes zip files up to 50 MiB in the request itself. Larger ones have to go through a "
     "bucket, which 'staging' names; Sluice puts them there and deletes nothing of yours.",
     "package: ./build/large.zip",
     "package: ./build/large.zip\nstaging: s3://my-deployments/sluice"},
};

}  // namespace

std::span<Explanation const> plan_explanations() { return table; }

}  // namespace sluice::config
