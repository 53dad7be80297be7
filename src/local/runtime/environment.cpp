#include "local/runtime/environment.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::local {

using Phase = RuntimeState::Phase;

Environment::~Environment() = default;

Result<std::uint16_t> Environment::listen() {
  std::lock_guard lock(mutex_);
  listener_ = FileHandle(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (!listener_ || bind(listener_.get(), generic, size) != 0 ||
      ::listen(listener_.get(), static_cast<int>(runtime_limits::connections)) != 0 ||
      getsockname(listener_.get(), generic, &size) != 0)
    return fail(ErrorCode::unavailable,
                std::string("cannot open a Runtime API listener: ") + std::strerror(errno),
                "Raise the limit of open files, or lower the number of processes.");
  return ntohs(address.sin_port);
}

Result<void> Environment::start(ProcessOptions options, int epoll) {
  options.merge_errors = true;
  // Not under the lock: starting a process takes a while, and nobody else knows this one yet.
  Result<Process> process = Process::start(options);
  if (!process) return std::unexpected(process.error());
  std::lock_guard lock(mutex_);
  process_ = std::move(*process);
  epoll_ = epoll;
  if (watch(listener_.get(), tag(Watched::listener)) &&
      watch(process_->output(), tag(Watched::output)) &&
      watch(process_->exit_signal(), tag(Watched::exit)))
    return {};
  process_.reset();
  return fail(ErrorCode::unavailable,
              std::string("cannot watch a process: ") + std::strerror(errno));
}

std::uint64_t Environment::tag(Watched what, std::uint32_t connection) const {
  return std::uint64_t{id_} << 32 | std::uint64_t(what) << 24 | (connection & 0xFFFFFF);
}

bool Environment::watch(int descriptor, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

Environment::Found Environment::wait_ready(SteadyTime until) {
  std::unique_lock lock(mutex_);
  auto done = [&] { return exit_ || state_.phase() != Phase::starting; };
  if (!changed_.wait_until(lock, until, done)) return Found::late;
  if (state_.has_posted()) return Found::posted;
  return exit_ ? Found::ended : Found::ready;
}

bool Environment::begin(Task const& task) {
  std::lock_guard lock(mutex_);
  if (!is_idle()) return false;
  auto parked = std::ranges::find_if(connections_, &Connection::parked);
  ENSURE(parked != connections_.end());
  before_ += std::exchange(log_, {});
  begun_ = std::chrono::steady_clock::now();
  parked->parked = false;
  parked->out += state_.begin(task);
  send(*parked);
  return true;
}

Environment::Found Environment::wait_posted(SteadyTime until) {
  std::unique_lock lock(mutex_);
  auto done = [&] { return exit_ || state_.has_posted(); };
  if (!changed_.wait_until(lock, until, done)) return Found::late;
  return state_.has_posted() ? Found::posted : Found::ended;
}

std::optional<Posted> Environment::take_posted() {
  std::lock_guard lock(mutex_);
  return state_.take_posted();
}

bool Environment::wait_settled(Duration most, SteadyTime give_up) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, most, [&] { return exit_ || is_idle(); })) return true;
  detached_until_ = give_up;
  return false;
}

Environment::Log Environment::take_log() {
  std::lock_guard lock(mutex_);
  if (!exit_ && process_) drain_output();
  Log log{std::exchange(before_, {}), std::exchange(log_, {})};
  if (std::size_t left_out = std::exchange(log_left_out_, 0))
    log.during += "\n[" + std::to_string(left_out) + " more bytes of output were not kept]\n";
  return log;
}

std::chrono::duration<double, std::milli> Environment::handler_time(SteadyTime otherwise) const {
  std::lock_guard lock(mutex_);
  return (posted_at_ >= begun_ ? posted_at_ : otherwise) - begun_;
}

std::size_t Environment::peak_memory(bool fresh) {
  std::lock_guard lock(mutex_);
  SteadyTime now = std::chrono::steady_clock::now();
  if (exit_ || !process_) return peak_memory_;
  if (!fresh && now - memory_read_ < runtime_limits::memory_sample) return peak_memory_;
  memory_read_ = now;
  peak_memory_ = std::max(peak_memory_, process_->peak_memory());
  return peak_memory_;
}

std::optional<ProcessExit> Environment::exit() const {
  std::lock_guard lock(mutex_);
  return exit_;
}

void Environment::kill() {
  std::lock_guard lock(mutex_);
  if (process_ && !exit_) process_->signal_group();
}

Environment::Change Environment::on_event(Event event) {
  Change change;
  {
    std::lock_guard lock(mutex_);
    if (exit_) return change;
    bool was_idle = is_idle();
    switch (event.what) {
      case Watched::listener: accept_all(); break;
      case Watched::output: drain_output(); break;
      case Watched::exit: finish(); break;
      case Watched::connection:
        if (Connection* connection = find(event.connection)) serve(*connection, event.flags);
        break;
    }
    drop_gone();
    change.ended = exit_.has_value();
    if (detached_until_ && !was_idle && is_idle()) {
      detached_until_.reset();
      change.settled = true;
    }
  }
  changed_.notify_all();
  return change;
}

void Environment::on_tick(SteadyTime now) {
  std::lock_guard lock(mutex_);
  if (detached_until_ && now >= *detached_until_ && process_ && !exit_) process_->signal_group();
}

Environment::Connection* Environment::find(std::uint32_t serial) {
  auto found = std::ranges::find(connections_, serial, &Connection::serial);
  return found == connections_.end() ? nullptr : &*found;
}

void Environment::accept_all() {
  for (;;) {
    FileHandle peer(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!peer) return;
    if (connections_.size() >= runtime_limits::connections) continue;  // closes it
    int on = 1;
    setsockopt(peer.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::uint32_t serial = next_serial_++ & 0xFFFFFF;
    if (watch(peer.get(), tag(Watched::connection, serial)))
      connections_.push_back({.serial = serial, .socket = std::move(peer)});
  }
}

void Environment::serve(Connection& connection, std::uint32_t flags) {
  if (flags & EPOLLOUT) send(connection);
  if (!(flags & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  bool open = receive(connection);
  answer_requests(connection);
  // An answer in front of a waiting `next` was not waited for by its client, who had sent both at
  // once: it goes out with the next request, which saves a wake-up on either side.
  if (!connection.parked) send(connection);
  if (open) return;
  if (connection.parked) state_.unpark();
  connection.gone = true;
}

/// False once the other side has closed.
bool Environment::receive(Connection& connection) {
  std::array<char, 65536> piece;
  for (;;) {
    ssize_t got = ::read(connection.socket.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    connection.reader.feed({piece.data(), static_cast<std::size_t>(got)});
    if (got < static_cast<ssize_t>(piece.size())) return true;
    // Large bodies are consumed as they come, so that the buffer stays small.
    answer_requests(connection);
  }
}

void Environment::answer_requests(Connection& connection) {
  ApiRequest request;
  while (!connection.parked && !connection.closing) {
    RequestReader::Found found = connection.reader.next(request);
    if (connection.reader.take_continue()) connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
    if (found == RequestReader::Found::nothing) return;
    if (found == RequestReader::Found::refused) {
      connection.out += api_answer(400, "{\"errorType\":\"BadRequest\"}");
      connection.closing = true;
      return;
    }
    // What the function printed before it answered belongs to this request.
    if (request.method == "POST") drain_output();
    bool had_posted = state_.has_posted();
    RuntimeState::Reply reply = state_.handle(request);
    if (!had_posted && state_.has_posted()) posted_at_ = std::chrono::steady_clock::now();
    connection.parked = reply.park;
    connection.out += reply.bytes;
  }
}

void Environment::send(Connection& connection) {
  std::size_t sent = 0;
  while (sent < connection.out.size()) {
    ssize_t wrote = ::send(connection.socket.get(), connection.out.data() + sent,
                           connection.out.size() - sent, MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno != EAGAIN) connection.gone = true;
    if (wrote < 0) break;
    sent += static_cast<std::size_t>(wrote);
  }
  bool was_whole = sent == connection.out.size();
  connection.out.erase(0, sent);
  if (was_whole && connection.closing) connection.gone = true;
  epoll_event event{};
  event.events = was_whole ? EPOLLIN : EPOLLIN | EPOLLOUT;
  event.data.u64 = tag(Watched::connection, connection.serial);
  if (connection.watches_room != !was_whole)
    epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket.get(), &event);
  connection.watches_room = !was_whole;
}

void Environment::drop_gone() {
  std::erase_if(connections_, [](Connection const& connection) { return connection.gone; });
}

void Environment::drain_output() {
  std::array<char, 16384> piece;
  while (process_->output() >= 0) {
    ssize_t got = ::read(process_->output(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (got == 0) return process_->close_output();  // which also ends its watch
    std::size_t size = static_cast<std::size_t>(got);
    std::size_t kept = std::min(size, runtime_limits::log_bytes - log_.size());
    log_.append(piece.data(), kept);
    log_left_out_ += size - kept;
    if (got < static_cast<ssize_t>(piece.size())) return;
  }
}

/// The process has ended: what it sent and printed before that still counts.
void Environment::finish() {
  accept_all();
  for (Connection& connection : connections_) serve(connection, EPOLLIN);
  drain_output();
  exit_ = process_->reap();
  if (!exit_) return;
  connections_.clear();
  listener_.close();
  process_.reset();
}

}  // namespace sluice::local
