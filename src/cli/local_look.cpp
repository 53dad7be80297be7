#include "cli/local_look.hpp"

#include <fmt/core.h>

#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"
#include "cli/local_signals.hpp"
#include "net/http.hpp"

namespace sluice::cli {
namespace {

constexpr Duration look_again = std::chrono::milliseconds(500);

/// "14:03:07.218" in local time.
std::string clock_text(std::string const& rfc) {
  auto const time = parse_rfc3339(rfc);
  if (!time) return rfc;
  auto const local = local_text(*time);
  return local.size() < 19 ? local
                           : fmt::format("{}.{:03}", local.substr(11, 8), to_millis(*time) % 1000);
}

std::string logs_path(Parsed const& line, LocalLink const& link, std::int64_t after) {
  auto const name = split_qualifier(line.positional(0));
  net::Pairs query = {{"region", link.region()}, {"after", std::to_string(after)}};
  auto version = line.value("version", name.qualifier);
  if (!version.empty()) query.emplace_back("version", version);
  if (auto account = line.value("account"); !account.empty())
    query.emplace_back("account", account);
  return "logs/" + net::percent_encode(name.function) + "?" + net::format_query(query);
}

Result<std::int64_t> show_logs(Invocation& invocation, LocalLink& link, std::int64_t after) {
  auto answer = link.ask("GET", logs_path(invocation.line, link, after));
  if (!answer) return std::unexpected(answer.error());
  for (auto const& entry : (*answer)["entries"].items()) {
    after = std::max(after, entry["number"].as_int());
    invocation.terminal.out(invocation.json() ? entry.dump() + "\n"
                                              : log_lines(entry, invocation.terminal.out_style()));
  }
  return after;
}

std::string message_lines(json::Value const& message, Style const& style) {
  std::string head =
      clock_text(message["time"].as_string()) + "  " + printable(message["topic"].as_string());
  if (message.contains("subject")) head += "  " + printable(message["subject"].as_string());
  std::string out = style.bold(head) + "\n";
  for (auto const& line : split(message["text"].as_string(), '\n'))
    out += "  " + printable(line) + "\n";
  return out;
}

}  // namespace

std::string call_line(json::Value const& call, Style const& style) {
  auto const status = call["status"].as_int();
  auto shown = status == 0 ? std::string("cut") : std::to_string(status);
  std::string line =
      fmt::format("{}  {:<28} {:<24} {:>3} {:>5} ms", clock_text(call["time"].as_string()),
                  call["operation"].as_string(), call["resource"].as_string(), shown,
                  call["duration_ms"].as_int());
  std::string more = call["error"].as_string();
  if (auto const& fault = call["fault"].as_string(); !fault.empty())
    more += (more.empty() ? "" : ", ") + ("fault: " + fault);
  line = printable(line);
  if (!more.empty()) line += "  " + printable(more);
  bool const failed = status == 0 || status >= 400;
  return failed ? style.red(line) : line;
}

std::string log_lines(json::Value const& entry, Style const& style) {
  std::string head = clock_text(entry["time"].as_string()) + "  version " +
                     printable(entry["version"].as_string()) +
                     (entry["failed"].as_bool() ? "  failed" : "");
  std::string out = (entry["failed"].as_bool() ? style.red(head) : style.bold(head)) + "\n";
  for (auto const& line : split(entry["text"].as_string(), '\n'))
    if (!line.empty()) out += "  " + printable(line) + "\n";
  return out;
}

int run_local_messages(Invocation& invocation) {
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  auto answer = (*link)->ask("GET", "messages");
  if (!answer) return invocation.refuse(answer.error());
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "LocalMessages"}};
    out.set("messages", (*answer)["messages"]);
    invocation.terminal.out(out.dump() + "\n");
  } else {
    Style const style = invocation.terminal.out_style();
    for (auto const& message : (*answer)["messages"].items())
      invocation.terminal.out(message_lines(message, style));
  }
  if (!invocation.line.has("clear")) return exit_success;
  auto cleared = (*link)->ask("DELETE", "messages");
  return cleared ? exit_success : invocation.refuse(cleared.error());
}

int run_local_logs(Invocation& invocation) {
  StopSignals signals;
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  bool const follow = invocation.line.has("follow");
  // It may come to be later, or be gone while its log is still there.
  Result<void> found;
  if (!invocation.line.has("account"))
    found = (*link)->find_function(invocation, split_qualifier(invocation.line.positional(0)));
  std::int64_t after = 0;
  do {
    auto shown = show_logs(invocation, **link, after);
    if (!shown) return invocation.refuse(shown.error());
    after = *shown;
  } while (follow && !signals.wait(look_again));
  if (after == 0 && !follow && !found) return invocation.refuse(found.error());
  if (after == 0 && !follow)
    invocation.say("Nothing has run of " + printable(invocation.line.positional(0)) + " in " +
                   (*link)->region() + " yet.");
  return exit_success;
}

int run_local_calls(Invocation& invocation) {
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  auto answer = (*link)->ask("GET", "calls");
  if (!answer) return invocation.refuse(answer.error());
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"}, {"kind", "LocalCalls"}};
    out.set("calls", (*answer)["calls"]);
    invocation.terminal.out(out.dump() + "\n");
  } else {
    Style const style = invocation.terminal.out_style();
    for (auto const& call : (*answer)["calls"].items())
      invocation.terminal.out(call_line(call, style) + "\n");
  }
  if (!invocation.line.has("clear")) return exit_success;
  auto cleared = (*link)->ask("DELETE", "calls");
  return cleared ? exit_success : invocation.refuse(cleared.error());
}

}  // namespace sluice::cli
