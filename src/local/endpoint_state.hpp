#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"

namespace sluice::local {

/// Keeps a file up to date in the background: many changes in a row become one write. The file is
/// always whole (written beside, then renamed).
class StateWriter {
 public:
  /// `snapshot` gives the text to write; it is called on the writer's thread.
  StateWriter(std::filesystem::path file, std::function<std::string()> snapshot);
  ~StateWriter();
  StateWriter(StateWriter const&) = delete;
  StateWriter& operator=(StateWriter const&) = delete;

  /// Says that what was written is out of date. Cheap; any thread.
  void changed();
  /// Writes what is outstanding and ends the thread. Idempotent.
  void stop();

 private:
  void run();
  void write();

  std::filesystem::path file_;
  std::function<std::string()> snapshot_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool dirty_ = false;     ///< under mutex_
  bool stopping_ = false;  ///< under mutex_
  std::thread thread_;
};

}  // namespace sluice::local
