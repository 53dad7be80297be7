#include "streams/listeners.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/json.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

constexpr Duration most_patience = std::chrono::seconds(60);

FileHandle connect_to(std::uint16_t port) {
  FileHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!socket || ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0)
    give_up("open a stream", std::strerror(errno));
  return socket;
}

/// The head of the answer; what came behind it stands in `rest`.
std::string read_head(int socket, std::string& rest) {
  std::string text;
  std::array<char, 4096> part;
  while (true) {
    if (auto const end = text.find("\r\n\r\n"); end != std::string::npos) {
      rest = text.substr(end + 4);
      return text.substr(0, end);
    }
    auto const got = ::recv(socket, part.data(), part.size(), 0);
    if (got <= 0) give_up("open a stream", "the server closed the connection: " + text);
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

/// A body in chunks (RFC 9112, 7.1), and in it lines.
struct Listeners::Stream {
  FileHandle socket;
  std::string run;
  std::string size;        ///< of the chunk to come, as far as it is there
  std::size_t left = 0;    ///< of the chunk, with its line end
  std::string text;        ///< a line as far as it is there
  std::int64_t event = 0;  ///< the id that was read last
};

Listeners::Listeners(std::uint16_t port, std::string token)
    : port_(port), token_(std::move(token)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Listeners::~Listeners() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Listeners::open(std::string const& run) {
  auto stream = std::make_unique<Stream>();
  stream->run = run;
  stream->socket = connect_to(port_);
  std::string const request =
      "GET /api/v1/runs/" + run + "/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
      "\r\nAccept: text/event-stream\r\nAuthorization: Bearer " + token_ + "\r\n\r\n";
  if (::send(stream->socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    give_up("open a stream", std::strerror(errno));
  std::string rest;
  auto const head = read_head(stream->socket.get(), rest);
  if (!head.starts_with("HTTP/1.1 200")) give_up("open a stream", head);
  take(*stream, rest);
  epoll_event wish{};
  wish.events = EPOLLIN;
  wish.data.ptr = stream.get();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stream->socket.get(), &wish) < 0)
    give_up("watch a stream", std::strerror(errno));
  streams_.push_back(std::move(stream));
}

void Listeners::listen() {
  thread_ = std::jthread([this](std::stop_token const& stop) { loop(stop); });
}

void Listeners::loop(std::stop_token const& stop) {
  std::array<epoll_event, 64> ready;
  std::array<char, 1 << 16> part;
  while (!stop.stop_requested()) {
    int const count = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), 100);
    for (int i = 0; i < count; ++i) {
      auto& stream = *static_cast<Stream*>(ready[static_cast<std::size_t>(i)].data.ptr);
      auto const got = ::recv(stream.socket.get(), part.data(), part.size(), 0);
      if (got <= 0) give_up("listen", "the server ended a stream of run " + stream.run);
      take(stream, {part.data(), static_cast<std::size_t>(got)});
    }
  }
}

void Listeners::take(Stream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    if (stream.left == 0) {
      auto const end = bytes.find('\n');
      stream.size += bytes.substr(0, end);
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end + 1);
      auto const& digits = stream.size;
      std::from_chars(digits.data(), digits.data() + digits.size(), stream.left, 16);
      if (stream.left == 0) give_up("listen", "the stream of run " + stream.run + " has ended");
      stream.left += 2;
      stream.size.clear();
    }
    auto const now = bytes.substr(0, stream.left);
    // The last two bytes are the chunk's own line end.
    for (char const c : now.substr(0, stream.left - std::min<std::size_t>(stream.left, 2))) {
      if (c != '\n') stream.text += c;
      if (c == '\n') line(stream, std::exchange(stream.text, {}));
    }
    stream.left -= now.size();
    bytes.remove_prefix(now.size());
  }
}

void Listeners::line(Stream& stream, std::string_view text) {
  if (text.starts_with("id: ")) {
    text.remove_prefix(4);
    std::from_chars(text.data(), text.data() + text.size(), stream.event);
    return;
  }
  if (!text.starts_with("data: ") || stream.event == 0) return;
  auto const wall = system_clock().now();
  auto const now = instant();
  std::lock_guard lock(mutex_);
  auto& heard = heard_[{stream.run, std::exchange(stream.event, 0)}];
  if (heard.wall.empty()) {
    auto const event = must("read an event", json::parse(text.substr(6)));
    auto const at = parse_rfc3339(event["at"].as_string());
    if (!at) give_up("read an event", std::string(text));
    heard.at = *at;
  }
  heard.wall.push_back(wall);
  heard.instants.push_back(now);
  changed_.notify_all();
}

Heard Listeners::await(EventKey const& event, std::size_t listeners) {
  std::unique_lock lock(mutex_);
  bool const there = changed_.wait_for(lock, most_patience,
                                       [&] { return heard_[event].wall.size() >= listeners; });
  if (!there)
    give_up("wait for event " + std::to_string(event.second) + " of run " + event.first,
            std::to_string(heard_[event].wall.size()) + " of " + std::to_string(listeners) +
                " streams had it");
  return heard_[event];
}

}  // namespace sluice::bench
