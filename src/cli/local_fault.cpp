#include <algorithm>
#include <charconv>

#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"
#include "cli/render/view.hpp"

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

std::string times_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " time" : " times");
}

/// "drop before UpdateAlias of orders".
std::string what_text(json::Value const& fault) {
  auto const& call = fault["call"].as_string();
  std::string text = fault["do"].as_string();
  if (fault.contains("delay")) text += " " + fault["delay"].as_string();
  text += fault["when"].as_string() == "before" ? " before " : " after the effect of ";
  text += call == "*" ? "every call" : call;
  return fault.contains("function") ? text + " of " + fault["function"].as_string() : text;
}

std::string left_text(json::Value const& fault) {
  if (!fault.contains("left")) return "always";
  return fault["left"].as_int() == 0 ? "used up" : times_text(fault["left"].as_int());
}

std::string table_of(json::Value const& faults) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "CALL", "FUNCTION", "WHEN", "DOES", "STILL", "HAPPENED"}};
  for (auto const& fault : faults.items()) {
    auto const& function = fault["function"].as_string();
    auto const& delay = fault["delay"].as_string();
    rows.push_back({std::to_string(fault["id"].as_int()), fault["call"].as_string(),
                    function.empty() ? "any" : function, fault["when"].as_string(),
                    fault["do"].as_string() + (delay.empty() ? "" : " " + delay), left_text(fault),
                    times_text(fault["happened"].as_int())});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  std::string out;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line +=
          row[i] + std::string(i + 1 < row.size() ? widths[i] + 2 - columns_of(row[i]) : 0, ' ');
    out += line + "\n";
  }
  return out;
}

json::Value document(std::string_view kind, json::Value const& members) {
  json::Value out{{"apiVersion", "sluice/v1"}, {"kind", kind}};
  for (auto const& [name, value] : members.members()) out.set(name, value);
  return out;
}

int add(Invocation& invocation, LocalLink& link, json::Value const& rule) {
  auto fault = link.ask("POST", "faults", rule);
  if (!fault) return invocation.refuse(fault.error());
  if (invocation.json()) {
    invocation.terminal.out(document("LocalFault", *fault).dump() + "\n");
    return exit_success;
  }
  auto const times = (*fault)["times"].as_int();
  invocation.terminal.out(printable("fault " + std::to_string((*fault)["id"].as_int()) + ": " +
                                    what_text(*fault) +
                                    (times == 0 ? ", always" : ", the next " + times_text(times))) +
                          "\n");
  invocation.say(invocation.hint("local fault list") +
                 " shows what has happened; clear forgets it.");
  return exit_success;
}

int list(Invocation& invocation, LocalLink& link) {
  auto answer = link.ask("GET", "faults");
  if (!answer) return invocation.refuse(answer.error());
  auto const& faults = (*answer)["faults"];
  if (invocation.json())
    invocation.terminal.out(document("LocalFaults", *answer).dump() + "\n");
  else if (!faults.items().empty())
    invocation.terminal.out(table_of(faults));
  else
    invocation.say("No fault is asked for. " + invocation.hint("local fault add") +
                   " asks for one.");
  return exit_success;
}

}  // namespace

int run_local_fault(Invocation& invocation) {
  auto const action = invocation.line.positional(0);
  if (action != "add" && action != "list" && action != "clear")
    return invocation.refuse_usage("'sluice local fault' cannot '" + action + "'",
                                   "It is one of: add, list, clear.");
  auto rule = action == "add" ? rule_of(invocation.line) : Result<json::Value>();
  if (!rule) return invocation.refuse_usage(rule.error().message, rule.error().hint);
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  if (action == "add") return add(invocation, **link, *rule);
  if (action == "list") return list(invocation, **link);
  auto cleared = (*link)->ask("DELETE", "faults");
  if (!cleared) return invocation.refuse(cleared.error());
  invocation.say("No fault is asked for any more.");
  return exit_success;
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
