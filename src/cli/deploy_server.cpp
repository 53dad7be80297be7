#include "cli/deploy_server.hpp"

#include "base/strings.hpp"
#include "cli/schedule.hpp"
#include "cli/start_run.hpp"
#include "server/alias_holder.hpp"
#include "server/remote_login.hpp"
#include "server/remote_packages.hpp"

namespace sluice::cli {
namespace {

using server::Missing;

/// Smaller ones are gone before anybody could read about them.
constexpr std::uint64_t worth_telling = 4 << 20;
constexpr Duration between_reports = std::chrono::seconds(2);

/// "312 bytes", "48 kB", "12.4 MB".
std::string in_words(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  if (bytes < 1 << 20) return std::to_string((bytes + 512) >> 10) + " kB";
  auto tenths = (bytes * 10 + (1 << 19)) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

/// Says every few seconds how much of a large package has gone.
class Progress {
 public:
  Progress(Invocation& invocation, std::uint64_t size)
      : invocation_(invocation), size_(size), said_(invocation.clock.monotonic()) {}

  /// On the client's thread, while the command's own waits for it.
  void sent(std::uint64_t bytes) {
    Duration now = invocation_.clock.monotonic();
    if (size_ < worth_telling || bytes >= size_ || now - said_ < between_reports) return;
    said_ = now;
    invocation_.say("  " + std::to_string(bytes * 100 / size_) + " %");
  }

 private:
  Invocation& invocation_;
  std::uint64_t const size_;
  Duration said_;
};

Result<void> send_all(Invocation& invocation, RunsHere& here, std::vector<Missing> const& missing) {
  for (auto const& package : missing) {
    std::uint64_t size = package.bytes->size();
    invocation.say("Sending the package of " + package.function + " (" + in_words(size) + ").");
    Progress progress(invocation, size);
    auto sent = server::send_package(*here.server, package,
                                     [&](std::uint64_t bytes) { progress.sent(bytes); }, {});
    if (!sent) return sent;
  }
  return {};
}

/// What a deploy would do, without the live state of AWS: that is the server's to read.
int report_deploy(Invocation& invocation, RunsHere& here, plan::Plan const& plan,
                  std::vector<Missing> const& missing) {
  auto who = server::who_am_i(*here.server);
  if (!who) return invocation.refuse(who.error());
  auto busy = server::busy_for(*here.runs, plan);
  if (!busy) return invocation.refuse(busy.error());
  std::string text;
  if (invocation.json()) {
    json::Value packages = json::Array{};
    for (auto const& one : missing)
      packages.push(json::Value{{"function", one.function},
                                {"sha256", one.sha256},
                                {"bytes", static_cast<std::int64_t>(one.bytes->size())}});
    json::Value out{{"apiVersion", "sluice/v1"},
                    {"kind", "DeployPlan"},
                    {"server", *invocation.server},
                    {"requester", who->name},
                    {"name", plan.name},
                    {"digest", plan::digest(plan)},
                    {"total_ms", total_of(plan).count()}};
    if (*busy) out.set("busy", json::Value{{"lock", (*busy)->lock}, {"run", (*busy)->run}});
    out.set("packages_to_send", std::move(packages));
    text = out.pretty() + "\n";
  } else {
    for (auto const& one : missing)
      text += "would send the package of " + printable(one.function) + " (" +
              in_words(one.bytes->size()) + ")\n";
    text += would_release(plan);
  }
  invocation.terminal.out(text);
  if (*busy)
    invocation.say("Run " + (*busy)->run + " holds or waits for " + (*busy)->lock + " now.");
  invocation.say("Dry run: nothing was sent or started.");
  return exit_success;
}

}  // namespace

std::string would_release(plan::Plan const& plan) {
  std::string text;
  for (auto const& release : plan.releases)
    text += "would release " +
            printable(release.target + ": " + release.function +
                      (release.alias.empty() ? "" : ":" + release.alias)) +
            "\n";
  return text;
}

int deploy_on_server(Invocation& invocation, server::NewRun run, store::Packages& packages) {
  auto here = invocation.open_runs();
  if (!here) return invocation.refuse(here.error());
  ENSURE(here->server);
  auto missing = server::missing_packages(*here->server, run.plan, packages);
  auto refuse = [&](Error const& error) {
    int code = invocation.refuse(error);
    invocation.say("Nothing was started.");
    return code;
  };
  if (!missing) return refuse(missing.error());
  if (invocation.line.has("dry-run")) return report_deploy(invocation, *here, run.plan, *missing);
  if (auto refused = confirm_start(invocation)) return *refused;
  if (auto sent = send_all(invocation, *here, *missing); !sent) return refuse(sent.error());
  return start_and_follow(invocation, *here, std::move(run));
}

}  // namespace sluice::cli
