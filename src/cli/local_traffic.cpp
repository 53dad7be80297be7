#include <algorithm>
#include <atomic>
#include <charconv>
#include <thread>

#include "aws/lambda.hpp"
#include "base/guarded.hpp"
#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"
#include "cli/local_signals.hpp"
#include "cli/local_tally.hpp"

namespace sluice::cli {
namespace {

constexpr double max_rate = 2000;
/// Invocations at the same time: few at first, because each one beyond those that are warm starts a
/// process, and more as long as they do not suffice. A function that is still too slow makes the
/// traffic thinner instead of filling the memory.
constexpr std::size_t first_senders = 4, more_senders = 2, max_senders = 64;
/// An invocation that could not be sent within this time after it was due is left out: sending what
/// was missed all at once would be no steady traffic.
constexpr Duration late = std::chrono::milliseconds(100);
/// Two looks at the alias a second leave the control plane's 15 calls to the release.
constexpr Duration between_looks = std::chrono::milliseconds(500);
constexpr Duration longest_run = std::chrono::minutes(15) + std::chrono::seconds(10);

struct TrafficOptions {
  QualifiedName name;
  std::string payload;
  double rate = 10;
  Duration ramp{};
  std::optional<Duration> lasts;
};

Result<TrafficOptions> read_options(Invocation& invocation) {
  auto const& line = invocation.line;
  TrafficOptions options;
  options.name = split_qualifier(line.positional(0));
  auto const rate = line.value("rps", "10");
  auto const [end, problem] = std::from_chars(rate.data(), rate.data() + rate.size(), options.rate);
  if (problem != std::errc() || end != rate.data() + rate.size() ||
      !(options.rate > 0 && options.rate <= max_rate))
    return fail(ErrorCode::invalid_input, "--rps must be more than 0 and at most 2000",
                "For example --rps 30.");
  auto ramp = duration_option(line, "ramp");
  if (!ramp) return std::unexpected(ramp.error());
  options.ramp = ramp->value_or(Duration::zero());
  auto lasts = duration_option(line, "for");
  if (!lasts) return std::unexpected(lasts.error());
  options.lasts = *lasts;
  return options;
}

/// Sends at a steady rate from its own threads and counts what comes back.
class Traffic {
 public:
  Traffic(LocalLink& link, Clock& clock, TrafficOptions options)
      : options_(std::move(options)),
        clock_(clock),
        lambda_(link.caller(), link.region()),
        start_(clock.monotonic()) {}

  /// Adds senders as long as those there are do not suffice; to be called now and then.
  void spread() {
    auto const missed = missed_.load();
    auto const wanted = senders_.empty()               ? first_senders
                        : missed > missed_when_spread_ ? more_senders
                                                       : 0;
    missed_when_spread_ = missed;
    for (std::size_t i = 0; i < wanted && senders_.size() < max_senders; ++i)
      senders_.emplace_back([this](std::stop_token stop) { send(stop); });
  }
  /// No more invocations are begun; those under way are waited for.
  void finish() {
    for (auto& sender : senders_) sender.request_stop();
    senders_.clear();
  }
  /// Reads what the alias asks for. Failing to read it only leaves the stretch without an end.
  void look() {
    if (options_.name.qualifier.empty()) return;
    auto const began = clock_.monotonic();
    auto const alias = lambda_.get_alias(options_.name.function, options_.name.qualifier);
    if (!alias) return;
    Shares asked;
    double rest = 100;
    for (auto const& [version, weight] : alias->weights) {
      asked[version] = weight * 100;
      rest -= weight * 100;
    }
    asked[alias->function_version] = rest;
    tally_.with([&](Tally& tally) { tally.look(began, clock_.monotonic(), asked); });
  }
  bool over() const { return options_.lasts && clock_.monotonic() - start_ >= *options_.lasts; }
  Duration lasted() const { return clock_.monotonic() - start_; }
  Tally tally() {
    return tally_.with([](Tally& tally) { return tally; });
  }
  /// Invocations that were due while the function had no room for them.
  std::int64_t missed() const { return missed_; }

 private:
  void send(std::stop_token stop) {
    while (!stop.stop_requested()) {
      auto const due = start_ + due_after(next_++, options_.rate, options_.ramp);
      if (options_.lasts && due - start_ >= *options_.lasts) return;
      auto const wait = due - clock_.monotonic();
      if (wait < -late) {
        ++missed_;
        continue;
      }
      if (wait > Duration::zero()) clock_.sleep(wait, stop);
      if (!stop.stop_requested()) invoke();
    }
  }
  void invoke() {
    Answered answered{.started = clock_.monotonic(), .ended = {}, .version = {}, .error = {}};
    auto const answer = lambda_.invoke(options_.name.function, options_.name.qualifier,
                                       options_.payload, "RequestResponse", longest_run);
    answered.ended = clock_.monotonic();
    if (!answer) {
      answered.error = answer.error().code.empty() ? answer.error().message : answer.error().code;
    } else {
      answered.version = answer->executed_version;
      if (!answer->function_error.empty())
        answered.error = error_text(answer->payload, answer->function_error);
    }
    tally_.with([&](Tally& tally) { tally.add(std::move(answered)); });
  }

  TrafficOptions options_;
  Clock& clock_;
  aws::Lambda lambda_;
  Duration start_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::int64_t> missed_ = 0;
  std::int64_t missed_when_spread_ = 0;
  Guarded<Tally> tally_;
  std::vector<std::jthread> senders_;
};

/// A line on a terminal that is written over; and one line for every stretch that has ended.
class Shown {
 public:
  explicit Shown(Invocation& invocation) : invocation_(invocation) {}

  void now(Tally const& tally) {
    auto const stretches = tally.stretches();
    // The last one still goes on.
    for (; ended_ + 1 < stretches.size(); ++ended_) line(stretches[ended_]);
    if (!invocation_.terminal.traits.may_redraw || invocation_.json()) return;
    auto text = tally.live();
    auto const width = static_cast<std::size_t>(std::max(invocation_.terminal.width() - 1, 20));
    if (text.size() > width) text.resize(width);
    invocation_.terminal.err("\r\033[K" + text);
    drawn_ = true;
  }
  void end(Tally const& tally) {
    auto const stretches = tally.stretches();
    for (; ended_ < stretches.size(); ++ended_) line(stretches[ended_]);
    clear();
  }

 private:
  void clear() {
    if (drawn_) invocation_.terminal.err("\r\033[K");
    drawn_ = false;
  }
  void line(Tally::Stretch const& stretch) {
    clear();
    if (!invocation_.json()) invocation_.say("  " + printable(stretch_line(stretch)));
  }

  Invocation& invocation_;
  std::size_t ended_ = 0;
  bool drawn_ = false;
};

void report(Invocation& invocation, std::string const& region, Traffic& traffic,
            Tally const& tally) {
  auto const name = invocation.line.positional(0);
  if (invocation.json()) {
    json::Value out{{"apiVersion", "sluice/v1"},
                    {"kind", "LocalTraffic"},
                    {"function", name},
                    {"region", region},
                    {"seconds", static_cast<double>(traffic.lasted().count()) / 1000}};
    out.set("missed", traffic.missed());
    auto counted = tally.to_json();
    for (auto const& [member, value] : counted.members()) out.set(member, value);
    return invocation.terminal.out(out.dump() + "\n");
  }
  Style const style = invocation.terminal.out_style();
  auto const whole = std::chrono::duration_cast<std::chrono::seconds>(traffic.lasted());
  invocation.terminal.out(style.bold(printable(name)) + " in " + region + ": " +
                          std::to_string(tally.requests()) + " requests in " + text_of(whole) +
                          "\n" + tally.text(style));
}

}  // namespace

int run_local_traffic(Invocation& invocation) {
  auto options = read_options(invocation);
  if (!options) return invocation.refuse_usage(options.error().message, options.error().hint);
  auto payload = payload_or_exit(invocation);
  if (!payload) return payload.error();
  options->payload = std::move(*payload);
  StopSignals signals;
  auto link = LocalLink::open(invocation);
  if (!link) return invocation.refuse(link.error());
  // A name that is wrong is said at once instead of counted.
  if (auto found = (*link)->find_function(invocation, options->name); !found)
    return invocation.refuse(found.error());
  aws::Lambda lambda((*link)->caller(), (*link)->region());
  if (auto found = lambda.get_function(options->name.function, options->name.qualifier); !found)
    return invocation.refuse(found.error().error());
  Traffic traffic(**link, invocation.clock, std::move(*options));
  Shown shown(invocation);
  traffic.look();
  traffic.spread();
  while (!traffic.over() && !signals.wait(between_looks)) {
    traffic.look();
    traffic.spread();
    shown.now(traffic.tally());
  }
  traffic.finish();
  traffic.look();
  auto const tally = traffic.tally();
  shown.end(tally);
  report(invocation, (*link)->region(), traffic, tally);
  return exit_success;
}

}  // namespace sluice::cli
