#include <sqlite3.h>

#include <cstdlib>
#include <ctime>

#include "aws/caller.hpp"
#include "aws/sts.hpp"
#include "base/process.hpp"
#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/doctor.hpp"
#include "cli/hint.hpp"
#include "cli/live_function.hpp"

namespace sluice::cli {
namespace {

using Outcome = Check::Outcome;

/// "Wed, 21 Oct 2026 07:28:00 GMT" (RFC 9110, IMF-fixdate).
std::optional<Time> http_date(std::string const& text) {
  std::tm parts{};
  if (!::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return std::nullopt;
  return from_millis(static_cast<std::int64_t>(::timegm(&parts)) * 1000);
}

Check store_check(Invocation& invocation) {
  auto folder = invocation.state_folder();
  if (!folder) return {"journal", Outcome::failed, folder.error().message, folder.error().hint};
  auto here = invocation.open_runs();
  if (!here) return {"journal", Outcome::failed, here.error().message, here.error().hint};
  auto rows = here->runs->list({});
  if (!rows) return {"journal", Outcome::failed, rows.error().message, rows.error().hint};
  std::string found = *folder + ", " +
                      (here->executes() ? "opened and checked by this process"
                                        : "held by another sluice, which answers");
  return {"journal", Outcome::good, found, ""};
}

Check sqlite_check() {
  return {"sqlite", Outcome::good,
          std::string(sqlite3_libversion()) + ", one connection, write-ahead log, synchronous=full",
          ""};
}

Check program_check(Invocation& invocation, std::string const& name, std::string const& runtime) {
  auto found = find_program(name, invocation.variable("PATH"));
  if (found) return {name, Outcome::good, found->string(), ""};
  return {name, Outcome::warning, "not found",
          "Needed only to run " + runtime + " functions on the local endpoint: apt-get install " +
              (name == "node" ? "nodejs" : name)};
}

/// Region, credentials and clock: each is looked at only where the one before it allows it.
void aws_checks(Invocation& invocation, std::vector<Check>& out) {
  auto settings = invocation.aws_settings();
  if (!settings)
    return out.push_back(
        {"settings", Outcome::failed, settings.error().message, settings.error().hint});
  auto access = ReadAccess::open(invocation, *settings);
  if (!access)
    return out.push_back(
        {"region and credentials", Outcome::failed, access.error().message, access.error().hint});
  auto aws = (*access)->services().aws.open(target_for({}, *settings), {});
  if (!aws)
    return out.push_back({"credentials", Outcome::failed, aws.error().message, aws.error().hint});
  out.push_back({"region", Outcome::good, aws->region, ""});
  aws::Sts sts(*aws->caller, aws->region);
  auto identity = sts.get_caller_identity();
  if (!identity) {
    Error error = identity.error().error();
    return out.push_back({"credentials", Outcome::failed, error.message, error.hint});
  }
  out.push_back({"credentials", Outcome::good,
                 identity->arn + " in account " + identity->account + ", from " +
                     aws->caller->provider().description(),
                 ""});
  aws::Spec spec;
  spec.service = aws::Service::sts;
  spec.operation = "GetCallerIdentity";
  spec.region = aws->region;
  spec.resource = "the caller";
  spec.method = "POST";
  spec.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  spec.body = "Action=GetCallerIdentity&Version=2011-06-15";
  auto response = aws->caller->call(spec);
  auto date = response ? http_date(response->headers.get("date")) : std::nullopt;
  if (date)
    out.push_back(clock_check(invocation.clock.now(), *date));
  else
    out.push_back(
        {"clock", Outcome::good, "the signature was accepted: less than five minutes off", ""});
}

std::string_view word(Outcome outcome) {
  return outcome == Outcome::good ? "ok" : outcome == Outcome::warning ? "warning" : "failed";
}

}  // namespace

Check clock_check(Time ours, Time theirs) {
  Duration off = ours > theirs ? ours - theirs : theirs - ours;
  std::string found = text_of(std::chrono::floor<std::chrono::seconds>(off)) +
                      (ours >= theirs ? " ahead of" : " behind") + " the service's clock";
  if (off < std::chrono::seconds(30)) return {"clock", Outcome::good, found, ""};
  bool refused = off >= std::chrono::minutes(5);
  return {"clock", refused ? Outcome::failed : Outcome::warning, found,
          "Set the clock, for example: timedatectl set-ntp true. AWS refuses signatures five "
          "minutes off."};
}

std::string checks_text(std::vector<Check> const& checks, Style const& style) {
  std::string out;
  for (auto const& check : checks) {
    std::string mark = std::string(word(check.outcome));
    mark.insert(0, 7 - mark.size(), ' ');
    if (check.outcome == Outcome::good)
      mark = style.green(mark);
    else
      mark = check.outcome == Outcome::warning ? style.yellow(mark) : style.red(mark);
    out += mark + "  " + check.name + ": " + printable(check.found) + "\n";
    if (check.outcome != Outcome::good && !check.fix.empty())
      out += "         fix: " + printable(check.fix) + "\n";
  }
  return out;
}

json::Value checks_json(std::vector<Check> const& checks) {
  json::Value items = json::Array{};
  for (auto const& check : checks) {
    json::Value item{
        {"check", check.name}, {"outcome", word(check.outcome)}, {"found", check.found}};
    if (!check.fix.empty()) item.set("fix", check.fix);
    items.push(std::move(item));
  }
  return json::Value{{"apiVersion", "sluice/v1"}, {"kind", "Doctor"}, {"checks", items}};
}

int run_doctor(Invocation& invocation) {
  std::vector<Check> checks;
  checks.push_back(store_check(invocation));
  checks.push_back(sqlite_check());
  aws_checks(invocation, checks);
  checks.push_back(program_check(invocation, "node", "Node"));
  checks.push_back(program_check(invocation, "python3", "Python"));
  for (auto& check : checks) check.fix = runnable(invocation.line, check.fix);
  if (invocation.json())
    invocation.terminal.out(checks_json(checks).pretty() + "\n");
  else
    invocation.terminal.out(checks_text(checks, invocation.terminal.out_style()));
  for (auto const& check : checks)
    if (check.outcome == Outcome::failed) return exit_failed;
  return exit_success;
}

}  // namespace sluice::cli
