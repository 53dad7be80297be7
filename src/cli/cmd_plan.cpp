#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/hint.hpp"
#include "cli/live_function.hpp"
#include "cli/plan_options.hpp"
#include "cli/plan_report.hpp"
#include "cli/release_file.hpp"
#include "dialect/native/init.hpp"
#include "engine/release/live.hpp"

namespace sluice::cli {
namespace {

/// Packages are hashed in memory: looking must not change the store.
struct Looked {
  plan::Plan plan;
  std::vector<LiveRelease> live;
};

std::expected<Looked, int> look(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings)
    return std::unexpected(
        invocation.refuse_usage(settings.error().message, settings.error().hint));
  auto compiled = plan_or_exit(invocation, LocalPackages::checked);
  if (!compiled) return std::unexpected(compiled.error());
  Looked out{std::move(*compiled->plan), {}};
  take_region(*settings, out.plan);
  for (auto const& one : unsupported_in(out.plan))
    invocation.warn("deploy will refuse this: " + one);
  auto packages = store::memory_packages();
  if (auto stored = store_packages(out.plan, compiled->file.folder, *packages); !stored)
    return std::unexpected(invocation.refuse(stored.error()));
  auto access = ReadAccess::open(invocation, *settings);
  if (!access) return std::unexpected(invocation.refuse(access.error()));
  out.live = compare_plan(out.plan, (*access)->services());
  for (auto& live : out.live)
    for (auto& one : live.obstacles) one = runnable(invocation.line, one);
  return out;
}

std::string diff_json(Looked const& looked) {
  json::Value report = plan_report_json(looked.plan, looked.live);
  json::Value out{{"apiVersion", "sluice/v1"},
                  {"kind", "Diff"},
                  {"differs", report["differs"]},
                  {"functions", report["functions"]}};
  return out.pretty() + "\n";
}

/// A file without an alias releases past those that callers may use.
void warn_of_aliases(Invocation& invocation, aws::Lambda& lambda, std::string const& function) {
  auto aliases = lambda.list_aliases(function);
  if (!aliases || aliases->empty()) return;
  std::vector<std::string> names;
  for (auto const& alias : *aliases) names.push_back(alias.name);
  bool one = names.size() == 1;
  invocation.warn(function + " has " + (one ? "the alias " : "the aliases ") + join(names, ", ") +
                  ", which this file leaves alone. For a file that moves its traffic: " +
                  invocation.hint("init " + function + ":" + (one ? names.front() : "ALIAS")));
}

}  // namespace

int run_plan(Invocation& invocation) {
  auto looked = look(invocation);
  if (!looked) return looked.error();
  auto const& [plan, live] = *looked;
  return print_plan(invocation, live, [&] {
    return invocation.json() ? plan_report_json(plan, live).pretty() + "\n"
                             : plan_text(plan, live, invocation.terminal.out_style());
  });
}

int run_diff(Invocation& invocation) {
  auto looked = look(invocation);
  if (!looked) return looked.error();
  int code = print_plan(invocation, looked->live, [&] {
    return invocation.json() ? diff_json(*looked)
                             : changes_text(looked->live, invocation.terminal.out_style());
  });
  bool changes = invocation.line.has("detailed-exitcode") && differs(looked->live);
  return code == exit_success && changes ? int(exit_changes) : code;
}

int run_init(Invocation& invocation) {
  auto settings = invocation.aws_settings();
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  FunctionName name = function_name(invocation.line.positional(0));
  auto access = ReadAccess::open(invocation, *settings);
  if (!access) return invocation.refuse(access.error());
  auto aws = (*access)->services().aws.open(target_for(name, *settings), {});
  if (!aws) return invocation.refuse(aws.error());
  auto lambda = aws->lambda();
  auto live = lambda.get_function(name.function, name.alias);
  if (!live) return invocation.refuse(live.error().error());
  auto text =
      dialect::native_for_function(live->record.configuration, live->tags, name.alias, aws->region);
  invocation.terminal.out(text);
  if (name.alias.empty()) warn_of_aliases(invocation, lambda, name.function);
  invocation.say(
      "'" + invocation.hint("plan FILE") +
      "' says nothing to do for this file. Name a package: what is to be released next.");
  return exit_success;
}

}  // namespace sluice::cli
