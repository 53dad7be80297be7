#include "dialect/codedeploy/named_configuration.hpp"

#include <charconv>
#include <optional>
#include <vector>

#include "base/strings.hpp"
#include "config/codes_codedeploy.hpp"
#include "config/render.hpp"

namespace sluice::dialect::codedeploy {
namespace {

namespace codes = config::codes;
using config::in_quotes;
using Problem = std::unexpected<ConfigurationProblem>;

constexpr int longest_shift = 2880;  // minutes
constexpr std::string_view lambda_prefix = "Lambda";

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = problem == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(value) : std::nullopt;
}

Configuration const* predefined(std::string const& text) {
  std::string const prefix(predefined_prefix);
  for (auto const& name : {text, prefix + std::string(lambda_prefix) + text, prefix + text})
    if (auto const* found = predefined_configuration(name)) return found;
  return nullptr;
}

std::vector<std::string> names_of_lambda() {
  std::vector<std::string> names;
  for (auto const& one : predefined_configurations())
    if (one.platform == "Lambda") names.push_back(one.name);
  return names;
}

/// The nearest of the names however much of the prefix was typed.
std::optional<std::string> meant(std::string const& text) {
  std::string const prefix = std::string(predefined_prefix) + std::string(lambda_prefix);
  std::vector<std::string> names;
  for (auto const& name : names_of_lambda()) names.push_back(name.substr(prefix.size()));
  std::string_view typed = text;
  for (std::string_view part : {predefined_prefix, lambda_prefix})
    if (typed.starts_with(part)) typed.remove_prefix(part.size());
  auto found = nearest(typed, names);
  return found ? std::optional(prefix + *found) : std::nullopt;
}

std::expected<Configuration, ConfigurationProblem> custom(std::string const& text,
                                                          std::vector<std::string> const& parts) {
  using Type = TrafficRouting::Type;
  auto percentage = parts.size() == 3 ? whole_number(parts[1]) : std::nullopt;
  auto minutes = parts.size() == 3 ? whole_number(parts[2]) : std::nullopt;
  if (!percentage || !minutes)
    return Problem({codes::unknown_configuration,
                    in_quotes(text) + " is not " + parts[0] + ":PERCENT:MINUTES",
                    "write whole numbers, such as " + parts[0] + ":10:5"});
  Type type = parts[0] == "canary" ? Type::canary : Type::linear;
  Configuration out{text, "Lambda", {type, *percentage, *minutes}};
  std::string problem = routing_problem(out.routing);
  if (problem.empty()) return out;
  return Problem({codes::routing_bounds, in_quotes(text) + ": " + problem,
                  "take a larger percentage, or shorter intervals"});
}

}  // namespace

std::string routing_problem(TrafficRouting const& routing) {
  using Type = TrafficRouting::Type;
  if (routing.type == Type::all_at_once) return {};
  if (routing.percentage < 1 || routing.percentage > 99)
    return "a step shifts 1 to 99 percent, not " + std::to_string(routing.percentage);
  bool linear = routing.type == Type::linear;
  if (routing.interval_minutes < 1 || routing.interval_minutes > longest_shift)
    return std::string(linear ? "an interval" : "a canary") + " lasts 1 to 2880 minutes, not " +
           std::to_string(routing.interval_minutes);
  int total = routing.interval_minutes * (100 / routing.percentage);
  if (linear && total > longest_shift)
    return "its intervals add up to " + std::to_string(total) + " minutes, more than 2880";
  return {};
}

std::expected<Configuration, ConfigurationProblem> named_configuration(std::string const& text) {
  auto parts = split(text, ':');
  if (parts[0] == "canary" || parts[0] == "linear") return custom(text, parts);
  if (auto const* found = predefined(text)) {
    if (found->platform == "Lambda") return *found;
    return Problem({codes::unknown_configuration,
                    in_quotes(found->name) + " is a configuration for the compute platform " +
                        found->platform + ", not for functions",
                    "names for functions start with CodeDeployDefault.Lambda"});
  }
  auto near = meant(text);
  return Problem({codes::unknown_configuration,
                  "there is no deployment configuration " + in_quotes(text),
                  near ? "did you mean " + in_quotes(*near) + "?"
                       : "say what it does: canary:PERCENT:MINUTES or linear:PERCENT:MINUTES"});
}

}  // namespace sluice::dialect::codedeploy
