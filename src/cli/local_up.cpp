#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "base/strings.hpp"
#include "cli/local_commands.hpp"
#include "cli/local_link.hpp"
#include "cli/local_look.hpp"
#include "cli/local_signals.hpp"
#include "local/endpoint.hpp"
#include "local/serving.hpp"

namespace sluice::cli {
namespace {

constexpr Duration look_again = std::chrono::milliseconds(200);
constexpr std::string_view usual_port = "4566";

std::optional<double> number_of(std::string const& text) {
  double number = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<void> read_numbers(Parsed const& line, local::EndpointSettings& settings) {
  auto const port = number_of(line.value("port", usual_port));
  if (!port || *port < 0 || *port > 65535 || *port != static_cast<std::uint16_t>(*port))
    return fail(ErrorCode::invalid_input, "--port must be a number from 0 to 65535",
                "0 takes any free port.");
  settings.port = static_cast<std::uint16_t>(*port);
  if (auto text = line.maybe("throttle")) {
    auto const rate = number_of(*text);
    if (!rate || !(*rate >= 0 && *rate <= 1e6))
      return fail(ErrorCode::invalid_input,
                  "--throttle must be a number of control-plane calls per second",
                  "AWS allows 15; 0 switches throttling off.");
    settings.lambda.rates.all = *rate;
  }
  return {};
}

Result<local::EndpointSettings> read_settings(Invocation const& invocation) {
  auto const& line = invocation.line;
  local::EndpointSettings settings;
  auto folder = local_state_folder(invocation);
  if (!folder) return std::unexpected(folder.error());
  settings.folder = *folder;
  if (auto fine = read_numbers(line, settings); !fine) return std::unexpected(fine.error());
  auto settle = duration_option(line, "settle-delay");
  if (!settle) return std::unexpected(settle.error());
  if (*settle) settings.lambda.settle_delay = **settle;
  auto lag = duration_option(line, "metric-lag");
  if (!lag) return std::unexpected(lag.error());
  settings.metric_lag = lag->value_or(Duration::zero());
  for (auto const& text : line.values("key")) {
    auto key = local::parse_key(text);
    if (!key) return fail(key.error(), "--key");
    settings.keys.push_back(std::move(*key));
  }
  settings.runner = [](local::RunnerOptions options, Clock& clock) {
    return local::make_runner(std::move(options), clock);
  };
  return settings;
}

/// stdout takes what a shell can read, so that `source` works on it; the rest is said on stderr.
void announce(Invocation& invocation, local::Endpoint& endpoint,
              local::EndpointSettings const& settings) {
  auto& terminal = invocation.terminal;
  bool const own_keys = !settings.keys.empty();
  if (invocation.json()) {
    terminal.out(json::Value{{"apiVersion", "sluice/v1"},
                             {"kind", "LocalEndpoint"},
                             {"url", endpoint.url()},
                             {"state", settings.folder.string()},
                             {"pid", static_cast<std::int64_t>(::getpid())}}
                     .dump() +
                 "\n");
    return;
  }
  Style const style = terminal.err_style();
  invocation.say(style.bold("Local endpoint ") + style.cyan(endpoint.url()));
  invocation.say("  state " + printable(settings.folder.string()));
  invocation.say("In another terminal:");
  terminal.out("export AWS_ENDPOINT_URL=" + endpoint.url() + "\n");
  if (!own_keys) terminal.out("export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n");
  // The AWS CLI and boto3 read the second name only.
  std::string const region = local_region(invocation).value_or(local::default_region);
  terminal.out("export AWS_REGION=" + region + " AWS_DEFAULT_REGION=" + region + "\n");
  if (own_keys)
    invocation.say("and the keys that were declared, or any other pair for account 000000000000.");
  invocation.say(style.dim("Ctrl-C ends it; its state stays."));
}

/// Until a signal comes. With --verbose every answered call is shown.
void serve(Invocation& invocation, local::Endpoint& endpoint, StopSignals& signals) {
  bool const verbose = invocation.line.has("verbose");
  std::int64_t shown = 0;
  while (!signals.wait(look_again)) {
    if (!verbose) continue;
    auto const calls = endpoint.calls().list(shown);
    for (auto const& call : calls.items()) {
      shown = call["number"].as_int();
      invocation.say(call_line(call, invocation.terminal.err_style()));
    }
  }
}

}  // namespace

int run_local_up(Invocation& invocation) {
  auto settings = read_settings(invocation);
  if (!settings) return invocation.refuse_usage(settings.error().message, settings.error().hint);
  StopSignals signals;
  auto endpoint = local::Endpoint::open(*settings, invocation.clock, invocation.random);
  if (!endpoint) return invocation.refuse(endpoint.error());
  if (auto started = (*endpoint)->start(); !started) {
    auto error = started.error();
    if (error.hint.empty()) error.hint = "Another port may be free: --port 0 takes any.";
    return invocation.refuse(error);
  }
  announce(invocation, **endpoint, *settings);
  serve(invocation, **endpoint, signals);
  (*endpoint)->stop();
  invocation.say("The local endpoint has ended; its state is in " +
                 printable(settings->folder.string()) + ".");
  return exit_success;
}

}  // namespace sluice::cli
