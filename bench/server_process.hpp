#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/process.hpp"

namespace sluice::bench {

/// Processor time, in seconds, since the process began.
struct CpuTime {
  double own = 0;
  double children = 0;  ///< of child processes that run now
};

/// A server in a process of its own that prints its URL as its first line and ends on SIGTERM.
class ServerProcess {
 public:
  /// `program` with `arguments`; it gets PATH and TMPDIR of this process and nothing else.
  ServerProcess(std::filesystem::path const& program, std::vector<std::string> arguments);
  ~ServerProcess();

  std::string const& url() const { return url_; }
  std::uint16_t port() const;
  CpuTime cpu() const;

 private:
  Process process_;
  std::string url_;
};

/// Seconds in which all processors together worked, since the machine started.
double machine_cpu();

/// This program's own file.
std::filesystem::path own_program();

}  // namespace sluice::bench
