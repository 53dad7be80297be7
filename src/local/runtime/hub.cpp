#include "local/runtime/hub.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::local {
namespace {

constexpr std::uint64_t wake_tag = ~std::uint64_t{0};

using SteadyClock = std::chrono::steady_clock;

}  // namespace

Result<std::unique_ptr<Hub>> Hub::start(Listener listener) {
  FileHandle epoll(epoll_create1(EPOLL_CLOEXEC));
  FileHandle wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_tag;
  if (!epoll || !wake || epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0)
    return fail(ErrorCode::unavailable,
                std::string("cannot watch processes: ") + std::strerror(errno));
  return std::unique_ptr<Hub>(new Hub(std::move(listener), std::move(epoll), std::move(wake)));
}

Hub::Hub(Listener listener, FileHandle epoll, FileHandle wake)
    : listener_(std::move(listener)),
      epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      thread_([this](std::stop_token stop) { loop(stop); }) {}

Hub::~Hub() {
  for (auto const& environment : all()) environment->kill();
  thread_.request_stop();
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

Result<void> Hub::run(std::shared_ptr<Environment> const& environment, ProcessOptions options) {
  // Before the start: the process's first event may come at once.
  table_.with([&](Table& table) { table.emplace(environment->id(), environment); });
  Result<void> started = environment->start(std::move(options), epoll_.get());
  if (!started) table_.with([&](Table& table) { table.erase(environment->id()); });
  return started;
}

std::size_t Hub::size() {
  return table_.with([](Table& table) { return table.size(); });
}

std::vector<std::shared_ptr<Environment>> Hub::all() {
  return table_.with([](Table& table) {
    std::vector<std::shared_ptr<Environment>> found;
    for (auto const& [id, environment] : table) found.push_back(environment);
    return found;
  });
}

void Hub::loop(std::stop_token stop) {
  std::array<epoll_event, 64> events;
  SteadyClock::time_point next_tick = SteadyClock::now() + runtime_limits::tick;
  while (!stop.stop_requested() || size() > 0) {
    int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                           static_cast<int>(runtime_limits::tick.count()));
    for (int i = 0; i < count; ++i) dispatch(events[i].data.u64, events[i].events);
    if (SteadyClock::now() < next_tick) continue;
    tick();
    next_tick = SteadyClock::now() + runtime_limits::tick;
  }
}

void Hub::dispatch(std::uint64_t tag, std::uint32_t flags) {
  if (tag == wake_tag) {
    eventfd_t ignored;
    eventfd_read(wake_.get(), &ignored);
    return;
  }
  auto id = static_cast<std::uint32_t>(tag >> 32);
  std::shared_ptr<Environment> environment = table_.with([&](Table& table) {
    auto found = table.find(id);
    return found == table.end() ? nullptr : found->second;
  });
  if (!environment) return;  // reaped a moment ago, in the same batch of events
  Environment::Event event{static_cast<Environment::Watched>(tag >> 24 & 0xFF),
                           static_cast<std::uint32_t>(tag & 0xFFFFFF), flags};
  Environment::Change change = environment->on_event(event);
  if (change.ended) {
    table_.with([&](Table& table) { table.erase(id); });
    listener_.ended(environment);
  } else if (change.settled) {
    listener_.settled(environment);
  }
}

void Hub::tick() {
  SteadyClock::time_point now = SteadyClock::now();
  for (auto const& environment : all()) environment->on_tick(now);
  listener_.tick();
}

}  // namespace sluice::local
