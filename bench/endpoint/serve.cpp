#include "endpoint/serve.hpp"

#include <csignal>
#include <cstdio>

#include "base/random.hpp"
#include "local/endpoint.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

void say(std::string const& url) {
  std::printf("%s\n", url.c_str());
  std::fflush(stdout);
}

void wait_for_the_end(sigset_t const& signals) {
  int which = 0;
  while (::sigwait(&signals, &which) != 0 || which != SIGTERM) continue;
}

}  // namespace

int serve(std::string_view what) {
  // Blocked before any thread starts, so that only sigwait takes it.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (what == "static") {
    net::Response answer;
    answer.headers = {{"Content-Type", "application/json"}};
    answer.body = "{\"answer\":42}";
    auto const server = must("listen", net::listen({}, [&](auto const&) { return answer; }));
    say("http://127.0.0.1:" + std::to_string(server->port()));
    wait_for_the_end(signals);
    return 0;
  }
  Workplace workplace;
  local::EndpointSettings settings;
  settings.folder = workplace.folder("state");
  settings.lambda.rates = {0, 0, 0};
  settings.lambda.settle_delay = Duration(0);
  settings.runner = local::make_runner;
  auto endpoint = must("open the local endpoint",
                       local::Endpoint::open(settings, system_clock(), system_random()));
  must("start the local endpoint", endpoint->start());
  say(endpoint->url());
  wait_for_the_end(signals);
  endpoint->stop();
  return 0;
}

}  // namespace sluice::bench
