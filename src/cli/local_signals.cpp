#include "cli/local_signals.hpp"

#include <pthread.h>
#include <signal.h>

namespace sluice::cli {
namespace {

sigset_t stopping() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

struct StopSignals::Mask {
  sigset_t set;
};

StopSignals::StopSignals() : before_(new Mask) {
  auto const set = stopping();
  pthread_sigmask(SIG_BLOCK, &set, &before_->set);
}

StopSignals::~StopSignals() {
  // What came and was not waited for is taken here: it was meant for the work that has ended.
  while (wait(Duration::zero())) {
  }
  pthread_sigmask(SIG_SETMASK, &before_->set, nullptr);
  delete before_;
}

std::optional<int> StopSignals::wait(Duration patience) {
  auto const set = stopping();
  timespec const time{patience.count() / 1000, (patience.count() % 1000) * 1'000'000};
  int const signal = sigtimedwait(&set, nullptr, &time);
  if (signal > 0) return signal;
  return std::nullopt;
}

}  // namespace sluice::cli
