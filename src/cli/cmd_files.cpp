#include <algorithm>

#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/release_file.hpp"
#include "config/render.hpp"
#include "dialect/native/write.hpp"

namespace sluice::cli {
namespace {

json::Value validation(Compiled const& compiled) {
  json::Value out{{"apiVersion", "sluice/v1"},
                  {"kind", "Validation"},
                  {"file", compiled.file.source->name()},
                  {"valid", compiled.plan.has_value()}};
  json::Value problems = config::to_json(compiled.diagnostics);
  for (auto const& [name, value] : problems.members()) out.set(name, value);
  if (compiled.plan) out.set("plan", plan::digest(*compiled.plan));
  return out;
}

std::string plural(std::size_t count, std::string const& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string valid_line(plan::Plan const& plan) {
  return plan.source_name + " is valid: " + plural(plan.releases.size(), "function") + " in " +
         plural(plan.targets.size(), "target") + "\n";
}

}  // namespace

int run_validate(Invocation& invocation) {
  auto packages =
      invocation.line.has("no-package-check") ? LocalPackages::left_alone : LocalPackages::checked;
  auto compiled = compile_release(invocation, packages);
  if (!compiled) {
    invocation.refuse(compiled.error());
    return exit_for_file(compiled.error());
  }
  auto& terminal = invocation.terminal;
  auto format =
      config::format_from(invocation.line.value("output", "human")).value_or(config::Format::human);
  auto colour = terminal.traits.colour_out ? config::Colour::on : config::Colour::off;
  if (format == config::Format::json)
    terminal.out(validation(*compiled).pretty() + "\n");
  else
    terminal.out(config::render(compiled->diagnostics, format, colour));
  if (format == config::Format::human && compiled->plan) terminal.out(valid_line(*compiled->plan));
  return compiled->plan ? exit_success : exit_invalid;
}

int run_convert(Invocation& invocation) {
  auto compiled = plan_or_exit(invocation, LocalPackages::left_alone);
  if (!compiled) return compiled.error();
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "Plan"}};
    json::Value plan = plan::to_json(*compiled->plan);
    for (auto const& [name, value] : plan.members()) out.set(name, value);
    invocation.terminal.out(out.pretty() + "\n");
    return exit_success;
  }
  auto text = dialect::write_native(*compiled->plan);
  if (!text) return invocation.refuse(text.error());
  invocation.terminal.out(*text);
  return exit_success;
}

int run_explain(Invocation& invocation) {
  std::string code = invocation.line.positional(0);
  auto const* explanation = config::find_explanation(code);
  if (explanation) {
    invocation.terminal.out(config::explanation_text(*explanation));
    return exit_success;
  }
  std::vector<std::string> known;
  for (auto table : config::explanation_tables())
    for (auto const& one : table) known.push_back(one.code.id());
  auto near = nearest(code, known);
  return invocation.refuse_usage(
      "there is no code '" + code + "'",
      near ? "Did you mean '" + *near + "'?" : "Codes look like " + known.front() + ".");
}

}  // namespace sluice::cli
