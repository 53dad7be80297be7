#include "endpoint/load.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/strings.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

int connect_to(std::uint16_t port) {
  int const made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("connect", std::strerror(errno));
  int const on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

double thread_cpu() {
  timespec spent{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

/// The length of a complete answer; 0 while a part of it is missing.
std::size_t length_of(std::string_view answer) {
  auto const end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view name = "\r\ncontent-length:";
  auto const head = answer.substr(0, end + 2);
  auto const at = std::ranges::search(head, name, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
  if (at.empty()) give_up("read an answer", "it does not tell its length: " + std::string(head));
  std::size_t length = 0;
  for (auto digit = at.end(); digit != head.end() && *digit != '\r'; ++digit)
    if (*digit != ' ') length = length * 10 + static_cast<std::size_t>(*digit - '0');
  auto const whole = end + 4 + length;
  return answer.size() >= whole ? whole : 0;
}

}  // namespace

Load::Load(std::uint16_t port, int callers, std::vector<std::string> requests)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), requests_(std::move(requests)) {
  connections_.resize(static_cast<std::size_t>(callers));
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    connections_[i].socket = connect_to(port);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
  }
}

Load::~Load() {
  for (auto const& connection : connections_) ::close(connection.socket);
  ::close(epoll_);
}

void Load::send(Connection& connection) {
  auto const& request = requests_[next_++ % requests_.size()];
  connection.answer.clear();
  connection.sent = instant();
  // Requests are far smaller than the socket's buffer: one write takes them whole.
  auto const sent = ::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) give_up("send", std::strerror(errno));
}

bool Load::receive(Connection& connection) {
  std::array<char, 16384> buffer;
  auto const got = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) give_up("receive", got == 0 ? "the connection was closed" : std::strerror(errno));
  connection.answer.append(buffer.data(), static_cast<std::size_t>(got));
  if (length_of(connection.answer) == 0) return false;
  if (!connection.answer.starts_with("HTTP/1.1 2")) give_up("a call failed", connection.answer);
  if (connection.answer.contains("\r\nX-Amz-Function-Error")) give_up("invoke", connection.answer);
  return true;
}

LoadResult Load::run(std::chrono::milliseconds window) {
  LoadResult result;
  std::vector<float> latencies;
  auto const cpu = thread_cpu();
  auto const begun = instant();
  auto const until = begun + window;
  std::size_t open = connections_.size();
  for (auto& connection : connections_) send(connection);
  std::array<epoll_event, 64> events;
  while (open > 0) {
    int const ready = ::epoll_wait(epoll_, events.data(), events.size(), 30'000);
    if (ready <= 0) give_up("wait for answers", "none came for 30 s");
    for (int i = 0; i < ready; ++i) {
      auto& connection = connections_[events[static_cast<std::size_t>(i)].data.u64];
      if (!receive(connection)) continue;
      auto const now = instant();
      ++result.calls;
      latencies.push_back(static_cast<float>(milliseconds(now - connection.sent)));
      if (now < until)
        send(connection);
      else
        --open;
    }
  }
  result.seconds = milliseconds(instant() - begun) / 1000;
  result.generator_cpu = thread_cpu() - cpu;
  std::ranges::sort(latencies);
  result.median_ms = static_cast<double>(latencies[latencies.size() / 2]);
  result.slow_ms = static_cast<double>(latencies[latencies.size() * 99 / 100]);
  return result;
}

}  // namespace sluice::bench
