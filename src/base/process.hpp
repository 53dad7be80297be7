#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace sluice {

/// An open file descriptor that is closed when this ends. -1: none.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept;
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle() { close(); }
  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  void close();

 private:
  int descriptor_ = -1;
};

struct ProcessOptions {
  std::filesystem::path program;                   ///< run as it stands: PATH is not searched
  std::vector<std::string> arguments;              ///< without the program's own name
  std::map<std::string, std::string> environment;  ///< all of it: nothing is inherited
  std::filesystem::path folder;                    ///< where it starts; empty: where we are
  bool merge_errors = false;  ///< stderr goes into the pipe of stdout, so that their order is kept
};

struct ProcessExit {
  int code = 0;    ///< where it ended by itself
  int signal = 0;  ///< what ended it, or 0
  /// From the kernel's accounting. Never less than our own size at the start, because the child
  /// shares our memory until it has become the new program; `Process::peak_memory` is exact.
  std::size_t peak_memory = 0;

  bool success() const { return code == 0 && signal == 0; }
  /// "exit status 3", "signal: killed".
  std::string text() const;
};

/// A child in a process group of its own, with no input and no open file but its output pipes. Ends
/// the group and waits for the child when it is destroyed, so that neither runs on or stays a
/// zombie. One thread at a time.
class Process {
 public:
  /// not_found, denied or invalid_input where the program is missing, may not or cannot be run.
  static Result<Process> start(ProcessOptions const& options);
  Process(Process&&) noexcept = default;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t id() const { return id_; }
  /// Read ends, non-blocking. `errors` is -1 where the two are merged.
  int output() const { return output_.get(); }
  int errors() const { return errors_.get(); }
  /// Becomes readable when the child has ended (pidfd_open).
  int exit_signal() const { return pidfd_.get(); }
  void close_output() { output_.close(); }

  /// Sends `signal` to the whole group; nothing after the child was reaped.
  void signal_group(int signal = SIGKILL);
  /// The most memory the child itself ever held, in bytes; 0 once it has ended.
  std::size_t peak_memory() const;
  /// Takes the exit status where the child has ended; the rest of its group is killed first.
  std::optional<ProcessExit> reap();
  /// Waits for the end. The caller has arranged that it comes.
  ProcessExit wait();

 private:
  Process() = default;
  pid_t id_ = -1;
  std::optional<ProcessExit> exit_;
  FileHandle output_, errors_, pidfd_;
};

struct ProcessLimits {
  Duration timeout = std::chrono::minutes(1);
  Duration grace = std::chrono::seconds(5);  ///< between SIGTERM and SIGKILL after time-out or stop
  std::size_t output_bytes = 1 << 20;  ///< kept of stdout, and of stderr; the rest is read away
};

struct ProcessResult {
  ProcessExit exit;
  std::string output, errors;
  bool output_cut = false;  ///< something was longer than `output_bytes`
  bool timed_out = false;
  bool stopped = false;  ///< by the stop token
};

/// Runs a program to its end and collects what it prints. An Error only where it cannot be started.
Result<ProcessResult> run_process(ProcessOptions const& options, ProcessLimits const& limits = {},
                                  std::stop_token stop = {});

/// The program of that name along `search_path` ("/usr/bin:/bin"), as the shell would find it.
std::optional<std::filesystem::path> find_program(std::string_view name,
                                                  std::string_view search_path);

}  // namespace sluice
