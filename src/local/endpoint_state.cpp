#include "local/endpoint_state.hpp"

#include <chrono>

#include "base/log.hpp"
#include "local/endpoint_files.hpp"

namespace sluice::local {
namespace {
/// The least time between two writes, so that a burst of calls costs one.
constexpr std::chrono::milliseconds rest{200};
}  // namespace

StateWriter::StateWriter(std::filesystem::path file, std::function<std::string()> snapshot)
    : file_(std::move(file)), snapshot_(std::move(snapshot)), thread_([this] { run(); }) {}

StateWriter::~StateWriter() { stop(); }

void StateWriter::changed() {
  {
    std::lock_guard lock(mutex_);
    if (dirty_) return;
    dirty_ = true;
  }
  woken_.notify_all();
}

void StateWriter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StateWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    woken_.wait(lock, [this] { return dirty_ || stopping_; });
    if (!dirty_) return;
    dirty_ = false;
    lock.unlock();
    write();
    lock.lock();
    woken_.wait_for(lock, rest, [this] { return stopping_; });
  }
}

void StateWriter::write() {
  if (auto written = write_file(file_, snapshot_()); !written)
    log::error("local_state_not_saved", {{"reason", written.error().text()}});
}

}  // namespace sluice::local
