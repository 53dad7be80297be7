#include <charconv>
#include <cmath>

#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/display.hpp"
#include "cli/follow.hpp"
#include "cli/local_packages.hpp"
#include "cli/plan_options.hpp"
#include "cli/program.hpp"
#include "cli/release_file.hpp"
#include "cli/render/ending.hpp"
#include "cli/render/lines.hpp"
#include "cli/render/waiting.hpp"
#include "sim/rehearsal.hpp"

namespace sluice::cli {
namespace {

/// A whole or decimal number of at least 0; with `%` behind it a hundredth.
std::optional<double> number_of(std::string_view text) {
  bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = problem == std::errc() && end == text.data() + text.size();
  if (!whole || !(value >= 0) || value > 1e6) return std::nullopt;
  return percent ? value / 100 : value;
}

Result<void> read_share(Parsed const& line, char const* option, double& share) {
  if (!line.has(option)) return {};
  auto read = number_of(line.value(option));
  if (!read || *read > 1)
    return fail(ErrorCode::invalid_input, "--" + std::string(option) +
                                              " takes a share such as 3% or 0.03, not '" +
                                              line.value(option) + "'");
  share = *read;
  return {};
}

/// "call=UpdateAlias,do=drop,when=after-effect,times=2": the words of `sluice local fault add`.
Result<local::FaultRule> fault_of(std::string const& text) {
  json::Value rule;
  for (auto const& part : split(text, ',')) {
    auto equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::invalid_input, "--fault cannot read '" + part + "'",
                  "For example: --fault call=UpdateAlias,do=throttle,times=3");
    std::string name = part.substr(0, equals), value = part.substr(equals + 1);
    if (name == "do" && value == "5xx") value = "500";
    auto count = number_of(value);
    bool times = name == "times" && count && *count == std::floor(*count);
    rule.set(name, times ? json::Value(static_cast<std::int64_t>(*count)) : json::Value(value));
  }
  auto read = local::parse_fault(rule);
  if (!read) return fail(read.error(), "--fault " + text);
  return read;
}

Result<void> read_durations(Parsed const& line, sim::Conditions& conditions) {
  auto lag = duration_option(line, "metric-lag");
  if (!lag) return std::unexpected(lag.error());
  if (*lag) conditions.metric_lag = **lag;
  auto settle = duration_option(line, "settle-delay");
  if (!settle) return std::unexpected(settle.error());
  if (*settle) conditions.settle_delay = **settle;
  if (line.value("approve") == "never") conditions.approve_after.reset();
  return {};
}

Result<sim::Conditions> conditions_of(Parsed const& line) {
  sim::Conditions conditions;
  if (auto share = read_share(line, "errors", conditions.candidate_errors); !share)
    return std::unexpected(share.error());
  if (auto share = read_share(line, "baseline-errors", conditions.baseline_errors); !share)
    return std::unexpected(share.error());
  if (line.has("rps")) {
    auto rate = number_of(line.value("rps"));
    if (!rate)
      return fail(ErrorCode::invalid_input,
                  "--rps takes requests per second, not '" + line.value("rps") + "'");
    conditions.requests_per_second = *rate;
  }
  if (line.has("seed")) {
    auto seed = number_of(line.value("seed"));
    if (!seed) return fail(ErrorCode::invalid_input, "--seed takes a whole number");
    conditions.seed = static_cast<std::uint64_t>(*seed);
  }
  if (auto read = read_durations(line, conditions); !read) return std::unexpected(read.error());
  for (auto const& text : line.values("fault")) {
    auto fault = fault_of(text);
    if (!fault) return std::unexpected(fault.error());
    conditions.faults.push_back(*fault);
  }
  conditions.first_deployment = line.has("first-deployment");
  return conditions;
}

std::string percent(double share) {
  std::string text = std::to_string(share * 100);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string opening(sim::Conditions const& conditions) {
  std::string rate = std::to_string(conditions.requests_per_second);
  rate.erase(rate.find_last_not_of('0') + 1);
  if (rate.ends_with('.')) rate.pop_back();
  return "Rehearsing in virtual time, on no AWS: " + rate +
         " requests per second through every alias; of the new version's " +
         percent(conditions.candidate_errors) + " fail, of the old one's " +
         percent(conditions.baseline_errors) + ".";
}

/// Prints the timeline as it comes.
class Timeline {
 public:
  explicit Timeline(Invocation& invocation) : invocation_(invocation) {
    look_ = look_out(invocation);
  }

  void show(Time now, plan::Plan const& plan, std::string const& run, engine::Event const& event) {
    if (view_.id != run) {  // the first, or the one that carries out its rollback
      view_ = {};
      view_.id = run;
      view_.plan = std::make_shared<plan::Plan const>(plan);
    }
    view_.apply(event);
    look_.now = now;
    if (invocation_.json())
      invocation_.terminal.out(event_json(run, event).dump() + "\n");
    else if (auto line = event_line(view_, event, look_))
      invocation_.terminal.out(*line + "\n");
  }

  /// The end, and the exit code of a run that ended like this.
  int end(sim::Rehearsed const& done) {
    bool stands_still = !done.waits_for.empty();
    int code = stands_still ? int(exit_waits_for_approval) : exit_for_run(view_);
    if (invocation_.json()) {
      invocation_.terminal.out(result(done, code).dump() + "\n");
      return code;
    }
    look_.now = done.now;
    std::string text;
    if (stands_still)
      text = "\nFrom here on the release waits for " + done.waits_for + ", and nobody gives it.\n";
    else
      for (auto const& line : outcome_lines(view_, look_)) text += line + "\n";
    for (auto const& [release, met] : done.met)
      text += "  " + release_name(*view_.plan, release, view_.state.releases.at(release)) + "  " +
              whole(met.requests) + " requests met version " + met.version + ", " +
              whole(met.errors) + " of them failed\n";
    for (auto const& webhook : done.webhooks)
      text += "  not sent, taken for answered with 200: " + printable(webhook) + "\n";
    invocation_.terminal.out(text);
    return code;
  }

 private:
  static std::string whole(double number) {
    return std::to_string(static_cast<std::int64_t>(number));
  }

  json::Value result(sim::Rehearsed const& done, int code) const {
    json::Value out = result_json(view_);
    out.set("exit_code", code);
    if (!done.waits_for.empty()) out.set("waits_for", waits_json(view_));
    json::Value requests = json::Object{};
    for (auto const& [release, met] : done.met)
      requests.set(release, json::Value{{"version", met.version},
                                        {"requests", met.requests},
                                        {"errors", met.errors}});
    out.set("candidate_requests", std::move(requests));
    json::Value webhooks = json::Array{};
    for (auto const& webhook : done.webhooks) webhooks.push(webhook);
    out.set("webhooks_not_sent", std::move(webhooks));
    return out;
  }

  Invocation& invocation_;
  RunView view_;
  Look look_;
};

}  // namespace

int run_rehearse(Invocation& invocation) {
  auto conditions = conditions_of(invocation.line);
  if (!conditions)
    return invocation.refuse_usage(conditions.error().message, conditions.error().hint);
  auto compiled = plan_or_exit(invocation, LocalPackages::checked);
  if (!compiled) return compiled.error();
  auto& plan = *compiled->plan;
  if (auto applied = apply_plan_options(plan, invocation.line, false); !applied)
    return invocation.refuse_usage(applied.error().message, applied.error().hint);
  auto unsupported = unsupported_in(plan);
  for (auto const& one : unsupported) invocation.refuse({ErrorCode::invalid_input, one, ""});
  if (!unsupported.empty()) return exit_invalid;
  auto packages = store::memory_packages();
  if (auto stored = store_packages(plan, compiled->file.folder, *packages); !stored)
    return invocation.refuse(stored.error());
  if (!invocation.json()) invocation.say(opening(*conditions));
  if (invocation.json()) invocation.terminal.out(stream_record());
  Timeline timeline(invocation);
  auto done = sim::rehearse(plan, *packages, evaluators(), *conditions,
                            [&](Time now, auto const& of, auto const& run, auto const& event) {
                              timeline.show(now, of, run, event);
                            });
  if (!done) return invocation.refuse(done.error());
  return timeline.end(*done);
}

}  // namespace sluice::cli
