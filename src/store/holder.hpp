#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/file_system.hpp"

namespace sluice::store {

/// Who holds a store, as it said itself. For people and for finding its socket; never a proof.
struct HeldBy {
  std::int64_t pid = 0;  ///< 0: not known yet, the holder has only just started
  std::string host;
  std::string socket;   ///< where it serves; empty where no path is short enough for a socket
  std::string command;  ///< as in "sluice deploy shop.yaml"
  Time since{};

  /// "sluice deploy shop.yaml (process 4711 on build-3, since 2026-01-02 04:04:05 +0100)".
  std::string text() const;
};

/// The right to use a store, for as long as this lives. The kernel takes it back when the process
/// ends, however it ends. Open the store after it and close the store before it.
class Held {
 public:
  Held(Held&&) noexcept = default;
  Held& operator=(Held&&) = delete;
  ~Held();

  /// Where this process should serve other commands (design E10).
  std::string const& socket() const { return socket_; }

 private:
  friend class Holder;
  Held(Descriptor lock, std::filesystem::path information, std::string socket)
      : lock_(std::move(lock)), information_(std::move(information)), socket_(std::move(socket)) {}

  Descriptor lock_;
  std::filesystem::path information_;
  std::string socket_;
};

/// What a process says about itself when it takes a store.
struct HolderOptions {
  std::filesystem::path folder;       ///< the store's
  std::filesystem::path runtime_dir;  ///< $XDG_RUNTIME_DIR; may be empty
  std::string command;
};

/// Decides which process holds a store (design E10). The lock is an flock on `holder.lock`, a file
/// that is never deleted or replaced; `holder.json` beside it says who has it and is only ever
/// replaced as a whole.
class Holder {
 public:
  /// Returns at once, with the lock or with who has it. Makes the folder where it is missing; the
  /// errors of open_sqlite about folders apply.
  static Result<std::variant<Held, HeldBy>> acquire(HolderOptions const& options, Clock& clock);
};

/// RUNTIME_DIR/sluice-HASH.sock, where HASH stands for the folder; FOLDER/sluice.sock where there
/// is no such directory or the path is too long for a socket (107 bytes, unix(7)); empty where both
/// are.
std::string socket_path(std::filesystem::path const& folder,
                        std::filesystem::path const& runtime_dir);

}  // namespace sluice::store
