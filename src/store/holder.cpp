#include "store/holder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/hash.hpp"
#include "base/json.hpp"

namespace sluice::store {
namespace {

constexpr std::size_t longest_socket_path = sizeof(sockaddr_un::sun_path) - 1;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::string information_of(HeldBy const& holder) {
  return json::Value{{"pid", holder.pid},
                     {"host", holder.host},
                     {"socket", holder.socket},
                     {"command", holder.command},
                     {"since", rfc3339(holder.since)}}
             .pretty() +
         "\n";
}

/// What the file says. Nothing where it cannot be read, or speaks of a process of this machine that
/// is gone: a new holder has the lock and has not yet written who it is.
std::optional<HeldBy> read_information(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  auto value = json::parse(content.str());
  if (!value) return std::nullopt;
  HeldBy holder;
  holder.pid = (*value)["pid"].as_int();
  holder.host = (*value)["host"].as_string();
  holder.socket = (*value)["socket"].as_string();
  holder.command = (*value)["command"].as_string();
  auto since = parse_rfc3339((*value)["since"].as_string());
  if (!since || holder.pid <= 0) return std::nullopt;
  holder.since = *since;
  bool is_gone = holder.host == host_name() && ::kill(static_cast<pid_t>(holder.pid), 0) != 0 &&
                 errno == ESRCH;
  if (is_gone) return std::nullopt;
  return holder;
}

}  // namespace

std::string HeldBy::text() const {
  if (pid == 0) return "another process that has just started";
  return fmt::format("{} (process {} on {}, since {})", command, pid, host, local_text(since));
}

Held::~Held() {
  if (!lock_) return;
  // Before the lock is given up: behind it, the file may be the next holder's.
  std::error_code ignored;
  std::filesystem::remove(information_, ignored);
}

std::string socket_path(std::filesystem::path const& folder,
                        std::filesystem::path const& runtime_dir) {
  std::error_code failure;
  auto place = std::filesystem::weakly_canonical(folder, failure);
  if (failure) place = folder.lexically_normal();
  if (runtime_dir.is_absolute()) {
    auto name = fmt::format("sluice-{}.sock", hex(sha256(place.native())).substr(0, 16));
    auto path = (runtime_dir / name).native();
    if (path.size() <= longest_socket_path) return path;
  }
  auto path = (place / "sluice.sock").native();
  return path.size() <= longest_socket_path ? path : std::string();
}

Result<std::variant<Held, HeldBy>> Holder::acquire(HolderOptions const& options, Clock& clock) {
  std::error_code failure;
  auto folder = std::filesystem::absolute(options.folder, failure);
  if (options.folder.empty() || failure) {
    return fail(ErrorCode::invalid_input,
                fmt::format("'{}' is no folder for a store", options.folder.native()));
  }
  auto ready = make_private_folder(folder);
  if (ready) ready = refuse_network_file_system(folder);
  if (!ready) return fail(ready.error(), "open the store");

  auto lock_file = folder / "holder.lock";
  auto information = folder / "holder.json";
  auto socket = socket_path(folder, options.runtime_dir);
  Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return std::unexpected(system_error("open", lock_file, errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return std::unexpected(system_error("lock", lock_file, errno));
    if (auto holder = read_information(information)) return *holder;
    HeldBy unknown;
    unknown.socket = socket;
    return unknown;
  }
  auto self = information_of({::getpid(), host_name(), socket, options.command, clock.now()});
  Held held(std::move(lock), information, std::move(socket));
  if (auto written = replace_file(information, self); !written) {
    return fail(written.error(), "open the store");
  }
  return held;
}

}  // namespace sluice::store
