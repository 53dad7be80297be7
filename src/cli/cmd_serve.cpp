#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "cli/commands.hpp"
#include "cli/hint.hpp"
#include "cli/local_signals.hpp"
#include "cli/program.hpp"
#include "server/codedeploy/key_lines.hpp"
#include "server/server_process.hpp"
#include "store/postgres.hpp"
#include "store/postgres_uri.hpp"

namespace sluice::cli {
namespace {

constexpr Duration look_again = std::chrono::milliseconds(200);
/// How long a former holder of the store may take to hand it over.
constexpr Duration patience = std::chrono::seconds(5);
/// How long steps at work may take to return when the server is told to end. What they were about
/// is settled at the next start.
constexpr Duration grace = std::chrono::milliseconds(4500);
/// On a shared store a little longer than the engine waits for them: without the handing over the
/// others would wait for the lease to end.
constexpr Duration grace_of_lease = std::chrono::seconds(6);

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};

/// "127.0.0.1:8470", "[::1]:8470".
Result<Listen> listen_of(std::string const& text) {
  auto wrong = fail(ErrorCode::invalid_input, "--listen must be ADDRESS:PORT, not '" + text + "'",
                    "For example 127.0.0.1:8470, or [::1]:8470.");
  std::size_t const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong;
  Listen listen{text.substr(0, colon), 0};
  std::string const port = text.substr(colon + 1);
  auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (problem != std::errc() || end != port.data() + port.size()) return wrong;
  bool const bracketed = listen.address.starts_with('[') && listen.address.ends_with(']');
  if (bracketed) listen.address = listen.address.substr(1, listen.address.size() - 2);
  if (!bracketed && listen.address.contains(':')) return wrong;
  return listen;
}

Result<void> read_protection(Parsed const& line, server::ServeOptions& options) {
  if (line.has("tls-cert") != line.has("tls-key"))
    return fail(ErrorCode::invalid_input, "--tls-cert and --tls-key belong together",
                "A certificate is of no use without its key.");
  if (line.has("tls-cert"))
    options.tls = server::ServeOptions::TlsFiles{line.value("tls-cert"), line.value("tls-key")};
  for (auto const& text : line.values("behind-proxy")) {
    auto range = net::parse_range(text);
    if (!range) return fail(range.error(), "--behind-proxy");
    options.proxies.push_back(*range);
  }
  return {};
}

/// Command lines are seen by every user of the machine, and configuration files hold no secrets.
Result<std::optional<Secret>> shared_store(Parsed const& line) {
  auto given = line.maybe("store");
  if (!given || given->empty()) return std::nullopt;
  auto address = store::parse_postgres(*given);
  if (!address) return fail(address.error(), line.place_of("store"));
  bool const secret = std::ranges::any_of(address->parameters, [](auto const& parameter) {
    return parameter.first == "password" || parameter.first == "sslpassword";
  });
  auto const origin = line.origins.find("store");
  bool const of_environment =
      origin != line.origins.end() && origin->second.kind == Origin::Kind::environment;
  if (secret && !of_environment)
    return fail(ErrorCode::invalid_input,
                line.place_of("store") + ": the address holds a password, which others could read",
                "Leave it out and give it in ~/.pgpass or PGPASSWORD, or the whole address in "
                "SLUICE_STORE.");
  return Secret(std::move(*given));
}

/// What the clients of CodeDeploy meet.
Result<void> read_codedeploy(Parsed const& line, server::codedeploy::Options& options) {
  if (auto account = line.maybe("account")) {
    bool const digits = account->find_first_not_of("0123456789") == std::string::npos;
    if (account->size() != 12 || !digits)
      return fail(ErrorCode::invalid_input, "--account: '" + *account + "' is no AWS account",
                  "It has twelve digits, for example 123456789012.");
    options.account = std::move(*account);
  }
  auto file = line.maybe("aws-key-file");
  if (!file) return {};
  auto keys = server::codedeploy::read_key_lines_of(*file);
  if (!keys) return fail(keys.error(), "--aws-key-file");
  options.keys = std::move(*keys);
  return {};
}

Result<server::ServeOptions> serve_options(Invocation& invocation) {
  server::ServeOptions options;
  auto listen = listen_of(invocation.line.value("listen", "127.0.0.1:8470"));
  if (!listen) return std::unexpected(listen.error());
  options.address = listen->address;
  options.port = listen->port;
  if (auto given = invocation.line.maybe("public-url")) {
    auto url = net::Url::parse(*given);
    if (!url) return fail(url.error(), "--public-url");
    options.public_url = *url;
  }
  if (auto read = read_protection(invocation.line, options); !read)
    return std::unexpected(read.error());
  auto aws = invocation.aws_settings();
  if (!aws) return std::unexpected(aws.error());
  options.own_settings = *aws;
  auto host = host_options(invocation);
  if (!host) return std::unexpected(host.error());
  options.host = std::move(*host);
  if (auto read = read_codedeploy(invocation.line, options.host.codedeploy); !read)
    return std::unexpected(read.error());
  auto store = shared_store(invocation.line);
  if (!store) return std::unexpected(store.error());
  options.host.store = std::move(*store);
  net::EgressRules rules;
  for (auto const& range : invocation.line.values("allow-egress"))
    if (auto allowed = rules.allow(range); !allowed) return fail(allowed.error(), "--allow-egress");
  options.host.services.egress = std::move(rules);
  return options;
}

/// A connection is a descriptor, and so is a file: the usual soft limit of 1,024 is for programs
/// that use select.
void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("open_files_limited");
}

std::string held_text(server::HostOptions const& options, store::HeldBy const& holder) {
  return (options.store ? "the state folder " : "the journal in ") + options.state_folder.string() +
         " is held by " + holder.text();
}

/// A former holder may be about to hand over, as on a restart.
Result<std::unique_ptr<server::ServerProcess>> open_server(Invocation& invocation,
                                                           server::ServeOptions const& options,
                                                           StopSignals& signals) {
  Duration const give_up = invocation.clock.monotonic() + patience;
  while (true) {
    auto opened = server::ServerProcess::open(options);
    if (!opened) return std::unexpected(opened.error());
    if (auto* server = std::get_if<std::unique_ptr<server::ServerProcess>>(&*opened))
      return std::move(*server);
    auto const& holder = std::get<store::HeldBy>(*opened);
    if (invocation.clock.monotonic() > give_up)
      return fail(ErrorCode::conflict, held_text(options.host, holder),
                  options.host.store
                      ? "Each server of a shared store needs a folder of its own: --state DIR."
                      : "End that first, or name another folder with --state DIR.");
    if (signals.wait(look_again)) return fail(ErrorCode::cancelled, "stopped while waiting");
  }
}

void announce(Invocation& invocation, server::ServerProcess& server,
              server::ServeOptions const& options) {
  Style const style = invocation.terminal.err_style();
  std::string const state = options.host.state_folder.string();
  std::string const store =
      options.host.store ? store::shown_postgres(std::string(options.host.store->open())) : state;
  if (invocation.json())
    invocation.terminal.out(json::Value{{"apiVersion", "sluice/v1"},
                                        {"kind", "Server"},
                                        {"url", server.url()},
                                        {"state", state},
                                        {"store", store},
                                        {"pid", static_cast<std::int64_t>(::getpid())}}
                                .dump() +
                            "\n");
  invocation.say(style.bold("Sluice server ") + style.cyan(server.url()));
  invocation.say("  journal " + printable(store));
  if (auto const& token = server.setup_token()) {
    invocation.say(
        "There is no API token yet. The first administrator's, once and within the hour:");
    invocation.say("  set-up token  " + std::string(token->open()));
    invocation.say("  sluice login " + server.url() + " asks for it; POST " + server.url() +
                   "/api/v1/login takes it too.");
  } else {
    invocation.say("  tokens  " + invocation.hint("token create"));
  }
}

/// SIGHUP is no end: it is how daemons are told that their files have changed.
void serve_until_told(Invocation& invocation, server::ServerProcess& server, StopSignals& signals) {
  while (true) {
    auto signal = signals.wait(std::chrono::hours(1));
    if (signal && *signal != SIGHUP) return;
    if (!signal) continue;
    if (auto reloaded = server.reload(); !reloaded)
      invocation.refuse(reloaded.error());
    else
      log::info("certificate_read");
  }
}

/// Ends the process where its parts do not end in time: nothing is lost by that.
class Deadline {
 public:
  Deadline(Terminal& terminal, StopSignals& signals, Duration left)
      : thread_([&terminal, &signals, left](std::stop_token const& done) mutable {
          for (; left > Duration{} && !done.stop_requested(); left -= look_again)
            if (signals.wait(look_again)) break;
          if (done.stop_requested()) return;
          terminal.err(
              "Steps at work did not return; whoever goes on finds out what came of them.\n");
          std::_Exit(exit_success);
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

int run_serve(Invocation& invocation) {
  auto options = serve_options(invocation);
  if (!options) return invocation.refuse_usage(options.error().message, options.error().hint);
  // Who did what belongs to a server's log (operability M30).
  if (!invocation.line.maybe("log-level") && !invocation.line.has("verbose"))
    log::set_level(log::Level::info);
  StopSignals signals;
  allow_many_connections();
  auto server = open_server(invocation, *options, signals);
  if (!server) return invocation.refuse(server.error());
  announce(invocation, **server, *options);
  serve_until_told(invocation, **server, signals);
  Deadline const deadline(invocation.terminal, signals,
                          options->host.store ? grace_of_lease : grace);
  server->reset();
  invocation.say(options->host.store
                     ? "The server has ended; the others go on with its runs."
                     : "The server has ended; its runs go on when it starts again.");
  return exit_success;
}

}  // namespace sluice::cli
