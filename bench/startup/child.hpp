#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "samples.hpp"

namespace sluice::bench {

struct ChildEnd {
  int status = 0;           ///< as wait4 gives it
  long peak_kilobytes = 0;  ///< ru_maxrss; never less than this program's own size
  double seconds_cpu = 0;
};

/// Starts the program, without input and with its output thrown away, or kept in a file where one
/// is named. It inherits the environment, with `variables` ("NAME=value") in front of it.
pid_t start_child(std::vector<std::string> const& command,
                  std::vector<std::string> const& variables = {}, std::string const& output = {});

ChildEnd wait_for_child(pid_t child);

/// Starts it and waits; milliseconds.
double time_child(std::vector<std::string> const& command);

}  // namespace sluice::bench
