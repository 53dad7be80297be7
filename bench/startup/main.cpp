#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>

#include "startup/child.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

std::vector<std::string> command_of(char const* text) {
  std::vector<std::string> command;
  auto const value = must("read a command", json::parse(text));
  for (auto const& word : value.items()) command.push_back(word.as_string());
  if (command.empty()) give_up("read a command", text);
  return command;
}

/// Every command in turn, `rounds` times: what else the machine does meets all of them alike.
json::Value times(int rounds, std::vector<std::vector<std::string>> const& commands) {
  std::vector<Samples> samples(commands.size());
  for (int round = -1; round < rounds; ++round)
    for (std::size_t i = 0; i < commands.size(); ++i) {
      auto const taken = time_child(commands[i]);
      if (round >= 0) samples[i].add(taken);  // the first one fills the page cache
    }
  json::Value result = json::Array{};
  for (auto const& each : samples) result.push(each.to_json());
  return result;
}

/// A socket that takes connections and never answers.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(socket_, 16) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      give_up("listen", "no port is free");
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(Listener const&) = delete;
  Listener& operator=(Listener const&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// When the first connection was made, and when the first bytes of a request were there.
  std::pair<Instant, Instant> first_request(std::string& line) {
    int const taken = wait_and_accept();
    auto const connected = instant();
    std::array<char, 2048> buffer;
    pollfd wait{taken, POLLIN, 0};
    ::poll(&wait, 1, 10'000);
    auto const asked = instant();
    auto const got = ::recv(taken, buffer.data(), buffer.size(), 0);
    ::close(taken);
    if (got <= 0) give_up("wait for the first call", "the connection was closed");
    line.assign(buffer.data(), static_cast<std::size_t>(got));
    line.resize(std::min(line.size(), line.find('\r')));
    return {connected, asked};
  }

 private:
  int wait_and_accept() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0) give_up("wait for the first call", "none came for 10 s");
    int const taken = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (taken < 0) give_up("wait for the first call", "it was not taken");
    return taken;
  }

  int socket_;
  std::uint16_t port_ = 0;
};

/// From the start of the process to its first call of AWS. Nothing is kept from earlier runs but
/// what `before` leaves behind, a command that is run first where there is one.
json::Value first_call(int rounds, std::vector<std::string> const& command,
                       std::vector<std::string> const& before) {
  Samples connected, asked;
  std::string line;
  for (int round = -1; round < rounds; ++round) {
    Workplace home;
    Listener listener;
    std::vector<std::string> const variables{"AWS_ENDPOINT_URL=" + listener.url(),
                                             "AWS_ACCESS_KEY_ID=bench",
                                             "AWS_SECRET_ACCESS_KEY=bench",
                                             "AWS_REGION=eu-west-1",
                                             "HOME=" + home.path().string(),
                                             "XDG_STATE_HOME=" + home.folder("state").string(),
                                             "XDG_RUNTIME_DIR=" + home.folder("run").string()};
    if (!before.empty()) wait_for_child(start_child(before, variables));
    auto const begun = instant();
    auto const child = start_child(command, variables);
    auto const [connection, request] = listener.first_request(line);
    ::kill(child, SIGKILL);
    wait_for_child(child);
    if (round < 0) continue;
    connected.add(milliseconds(connection - begun));
    asked.add(milliseconds(request - begun));
  }
  return {{"connected", connected.to_json()}, {"asked", asked.to_json()}, {"request", line}};
}

/// One run to its end, which must be a success.
json::Value memory(std::vector<std::string> const& command) {
  Workplace place;
  auto const output = (place.path() / "output").string();
  auto const begun = instant();
  auto const end = wait_for_child(start_child(command, {}, output));
  auto const taken = milliseconds(instant() - begun);
  if (end.status != 0) {
    std::ostringstream text;
    text << std::ifstream(output).rdbuf();
    give_up(command.front() + " failed", text.str());
  }
  return {{"peak_kilobytes", static_cast<std::int64_t>(end.peak_kilobytes)},
          {"cpu_ms", end.seconds_cpu * 1000},
          {"wall_ms", taken}};
}

int run(std::string_view what, int rounds, std::vector<std::vector<std::string>> const& commands) {
  json::Value result;
  if (what == "times") result = times(rounds, commands);
  if (what == "first-call")
    result = first_call(rounds, commands.front(),
                        commands.size() > 1 ? commands[1] : std::vector<std::string>());
  if (what == "memory") result = memory(commands.front());
  std::puts(result.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace sluice::bench

/// bench_startup times|first-call|memory ROUNDS COMMAND…; a command is a JSON array of its words.
/// The second command of first-call is run before each round.
int main(int count, char** arguments) {
  if (count < 4) return 2;
  std::vector<std::vector<std::string>> commands;
  for (int i = 3; i < count; ++i) commands.push_back(sluice::bench::command_of(arguments[i]));
  return sluice::bench::run(arguments[1], std::atoi(arguments[2]), commands);
}
