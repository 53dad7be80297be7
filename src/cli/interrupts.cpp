#include "cli/interrupts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/result.hpp"
#include "cli/exit_codes.hpp"

namespace sluice::cli {
namespace {

constexpr int watched[] = {SIGINT, SIGTERM, SIGHUP};

// Only what a signal handler may touch.
std::atomic<int> signals_seen = 0;
std::atomic<std::time_t> first_seen = 0;
std::atomic<int> wake_up = -1;  // write end of the pipe
static_assert(std::atomic<int>::is_always_lock_free);

int pipe_ends[2] = {-1, -1};
struct sigaction before[std::size(watched)];

/// A program that ends others (timeout, a CI runner) often signals the process and its group within
/// a moment: only what comes later is a person who does not want to wait.
constexpr std::time_t echo_seconds = 2;

void on_signal(int signal) {
  int earlier = signals_seen.fetch_add(1);
  std::time_t now = ::time(nullptr);  // async-signal-safe, see signal-safety(7)
  if (earlier == 0) first_seen = now;
  bool again = earlier > 0 && now - first_seen.load() >= echo_seconds;
  if (again && signal != SIGHUP) ::_exit(exit_interrupted);
  if (earlier > 0) return;
  int saved = errno;
  auto number = static_cast<char>(signal);
  [[maybe_unused]] auto written = ::write(wake_up.load(), &number, 1);
  errno = saved;
}

}  // namespace

std::string_view name_of_signal(int signal) {
  return signal == SIGINT ? "Ctrl-C" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
}

Interrupts::Interrupts(std::function<void(int)> handler) {
  ENSURE(wake_up.load() == -1);
  ENSURE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  signals_seen = 0;
  wake_up = pipe_ends[1];
  waiting_ = std::thread([handler = std::move(handler)] {
    char number = 0;
    ssize_t count = 0;
    while ((count = ::read(pipe_ends[0], &number, 1)) < 0 && errno == EINTR) continue;
    if (count == 1 && number != 0) handler(number);
  });
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < std::size(watched); ++i) ::sigaction(watched[i], &action, &before[i]);
}

Interrupts::~Interrupts() {
  for (std::size_t i = 0; i < std::size(watched); ++i) ::sigaction(watched[i], &before[i], nullptr);
  char const end = 0;
  [[maybe_unused]] auto written = ::write(pipe_ends[1], &end, 1);
  waiting_.join();
  wake_up = -1;
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

}  // namespace sluice::cli
