#pragma once

#include <functional>
#include <string_view>
#include <thread>

namespace sluice::cli {

/// "Ctrl-C", "SIGTERM", "SIGHUP": what people call it.
std::string_view name_of_signal(int signal);

/// While this lives, the first SIGINT, SIGTERM or SIGHUP calls `handler` on a thread of its own,
/// and a SIGINT or SIGTERM after it ends the process at once with 130: whatever was journalled is
/// safe, and `resume` goes on from there. One at a time per process.
class Interrupts {
 public:
  explicit Interrupts(std::function<void(int signal)> handler);
  ~Interrupts();
  Interrupts(Interrupts const&) = delete;

 private:
  std::thread waiting_;
};

}  // namespace sluice::cli
