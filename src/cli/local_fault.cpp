#include <charconv>

#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"

namespace sluice::cli {
namespace {

/// The endpoint reads and checks the rest; the command line alone knows the form of a number.
Result<json::Value> rule_of(Parsed const& line) {
  json::Value rule;
  auto copy = [&](char const* name) {
    if (auto text = line.maybe(name)) rule.set(name, *text);
  };
  for (auto const* name : {"call", "function", "when", "delay"}) copy(name);
  auto const wanted = line.value("do");
  if (wanted.empty())
    return fail(ErrorCode::invalid_input, "'sluice local fault add' needs --do",
                "It is one of: drop, throttle, delay, deny, 5xx, 500, 503.");
  rule.set("do", wanted == "5xx" ? std::string("500") : wanted);
  auto const times = line.value("times", "1");
  std::int64_t count = 0;
  auto const [end, problem] = std::from_chars(times.data(), times.data() + times.size(), count);
  if (problem != std::errc() || end != times.data() + times.size())
    return fail(ErrorCode::invalid_input, "--times must be a whole number", "0 is for always.");
  rule.set("times", count);
  return rule;
}

std::string fault_line(json::Value const& fault) {
  auto const times = fault["times"].as_int();
  std::string line = "  " + std::to_string(fault["id"].as_int()) + "  " +
                     fault["call"].as_string() + " " + fault["when"].as_string() + " " +
                     fault["do"].as_string();
  if (fault.contains("delay")) line += " " + fault["delay"].as_string();
  if (fault.contains("function")) line += " of " + fault["function"].as_string();
  line += times == 0 ? ", always" : ", " + std::to_string(times) + " more";
  return printable(line + ", happened " + std::to_string(fault["happened"].as_int())) + "\n";
}

int add(Invocation& invocation, LocalLink& link) {
  auto rule = rule_of(invocation.line);
  if (!rule) return invocation.refuse(rule.error());
  auto answer = link.ask("POST", "faults", *rule);
  if (!answer) return invocation.refuse(answer.error());
  auto const id = (*answer)["id"].as_int();
  invocation.terminal.out(
      invocation.json()
          ? json::Value{{"apiVersion", "sluice/v1"}, {"kind", "LocalFault"}, {"id", id}}.dump() +
                "\n"
          : "fault " + std::to_string(id) + "\n");
  return exit_success;
}

int list(Invocation& invocation, LocalLink& link) {
  auto answer = link.ask("GET", "faults");
  if (!answer) return invocation.refuse(answer.error());
  auto const& faults = (*answer)["faults"];
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "LocalFaults"}};
    out.set("faults", faults);
    invocation.terminal.out(out.dump() + "\n");
    return exit_success;
  }
  for (auto const& fault : faults.items()) invocation.terminal.out(fault_line(fault));
  if (faults.items().empty()) invocation.say("No fault is asked for.");
  return exit_success;
}

}  // namespace

int run_local_fault(Invocation& invocation) {
  auto const action = invocation.line.positional(0);
  if (action != "add" && action != "list" && action != "clear")
    return invocation.refuse_usage("'sluice local fault' cannot '" + action + "'",
                                   "It is one of: add, list, clear.");
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  if (action == "add") return add(invocation, **link);
  if (action == "list") return list(invocation, **link);
  auto cleared = (*link)->ask("DELETE", "faults");
  return cleared ? exit_success : invocation.refuse(cleared.error());
}

int run_local_reset(Invocation& invocation) {
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  auto done = (*link)->ask("POST", "reset");
  if (!done) return invocation.refuse(done.error());
  invocation.say("The local endpoint at " + (*link)->url() + " is empty now.");
  return exit_success;
}

}  // namespace sluice::cli
