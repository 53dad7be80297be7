#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/process.hpp"
#include "base/strings.hpp"

namespace sluice {
namespace {

/// Reads what is there; false once the other side has closed it.
bool read_available(int descriptor, std::string& into, std::size_t most, bool& cut) {
  std::array<char, 16384> piece;
  for (;;) {
    ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    std::size_t room = most - std::min(most, into.size());
    into.append(piece.data(), std::min(room, static_cast<std::size_t>(got)));
    cut |= room < static_cast<std::size_t>(got);
  }
}

/// The wait of run_process: output, the end, the time-out and the stop, whichever comes.
class Watch {
 public:
  Watch(Process& process, ProcessLimits const& limits, ProcessResult& result, int stop)
      : process_(process), limits_(limits), result_(result) {
    polled_[0] = {process.output(), POLLIN, 0};
    polled_[1] = {process.errors(), POLLIN, 0};
    polled_[2] = {process.exit_signal(), POLLIN, 0};
    polled_[3] = {stop, POLLIN, 0};
    until_ = system_clock().monotonic() + limits.timeout;
  }

  void run() {
    while (!ended_) {
      Duration left = std::max(until_ - system_clock().monotonic(), Duration(0));
      int most = static_cast<int>(std::min(left, Duration(std::chrono::hours(1))).count());
      int ready = poll(polled_.data(), polled_.size(), most);
      if (ready == 0 && left <= Duration(most)) end_it(result_.timed_out);
      if (ready > 0) look();
    }
  }

 private:
  void look() {
    if (polled_[3].revents) {
      polled_[3].fd = -1;
      end_it(result_.stopped);
    }
    if (polled_[0].revents) take(polled_[0], result_.output);
    if (polled_[1].revents) take(polled_[1], result_.errors);
    if (!polled_[2].revents) return;
    // A grandchild may hold the pipes open for ever: what is there now is what counts.
    take(polled_[0], result_.output);
    take(polled_[1], result_.errors);
    ended_ = true;
  }

  void take(pollfd& from, std::string& into) {
    if (from.fd < 0) return;
    if (!read_available(from.fd, into, limits_.output_bytes, result_.output_cut)) from.fd = -1;
  }

  void end_it(bool& why) {
    process_.signal_group(asked_ ? SIGKILL : SIGTERM);
    if (!asked_) why = true;
    asked_ = true;
    until_ = system_clock().monotonic() + limits_.grace;
  }

  Process& process_;
  ProcessLimits const& limits_;
  ProcessResult& result_;
  std::array<pollfd, 4> polled_;
  Duration until_{};
  bool asked_ = false;
  bool ended_ = false;
};

}  // namespace

Result<ProcessResult> run_process(ProcessOptions const& options, ProcessLimits const& limits,
                                  std::stop_token stop) {
  FileHandle stopped(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stopped)
    return fail(ErrorCode::unavailable, std::string("cannot wait: ") + std::strerror(errno));
  Result<Process> process = Process::start(options);
  if (!process) return std::unexpected(process.error());
  std::stop_callback on_stop(stop, [&] { eventfd_write(stopped.get(), 1); });
  ProcessResult result;
  Watch(*process, limits, result, stopped.get()).run();
  result.exit = process->wait();
  return result;
}

std::optional<std::filesystem::path> find_program(std::string_view name,
                                                  std::string_view search_path) {
  for (auto const& folder : split(search_path, ':')) {
    if (!folder.starts_with('/')) continue;
    std::filesystem::path candidate = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) &&
        access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return std::nullopt;
}

}  // namespace sluice
