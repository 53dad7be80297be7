#include "base/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/strings.hpp"

extern "C" {
#include <sys/pidfd.h>  // lacks C linkage of its own in glibc 2.36
}

namespace sluice {
namespace {

struct Pipe {
  FileHandle read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorCode::unavailable, std::string("cannot make a pipe: ") + std::strerror(errno));
  Pipe pipe{FileHandle(ends[0]), FileHandle(ends[1])};
  fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

/// What posix_spawn is told; the C objects are released with it.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(SpawnPlan const&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void fill(std::filesystem::path const& folder, int output, int errors) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_adddup2(&actions_, errors, 2);
    // A library may have opened a file without O_CLOEXEC; the child gets none of them.
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }

  int spawn(pid_t& id, ProcessOptions const& options) {
    std::string program = options.program.string();
    std::vector<char*> arguments{program.data()};
    std::vector<std::string> texts = options.arguments;
    for (auto& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    std::vector<std::string> settings;
    for (auto const& [name, value] : options.environment) settings.push_back(name + "=" + value);
    std::vector<char*> environment;
    for (auto& setting : settings) environment.push_back(setting.data());
    environment.push_back(nullptr);
    return posix_spawn(&id, program.c_str(), &actions_, &attributes_, arguments.data(),
                       environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

ErrorCode code_of_start(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::not_found;
    case EACCES:
    case EPERM: return ErrorCode::denied;
    case ENOEXEC:
    case E2BIG: return ErrorCode::invalid_input;
    default: return ErrorCode::unavailable;
  }
}

ProcessExit exit_of(int status, rusage const& usage) {
  ProcessExit exit;
  if (WIFSIGNALED(status))
    exit.signal = WTERMSIG(status);
  else
    exit.code = WEXITSTATUS(status);
  exit.peak_memory = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
  return exit;
}

}  // namespace

FileHandle::FileHandle(FileHandle&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

void FileHandle::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::string ProcessExit::text() const {
  if (!signal) return "exit status " + std::to_string(code);
  char const* name = sigdescr_np(signal);
  return "signal: " + (name ? lower(name) : std::to_string(signal));
}

Result<Process> Process::start(ProcessOptions const& options) {
  Result<Pipe> output = make_pipe();
  if (!output) return std::unexpected(output.error());
  Pipe errors;
  if (!options.merge_errors) {
    Result<Pipe> made = make_pipe();
    if (!made) return std::unexpected(made.error());
    errors = std::move(*made);
  }
  SpawnPlan plan;
  plan.fill(options.folder, output->write.get(),
            options.merge_errors ? output->write.get() : errors.write.get());
  Process process;
  if (int error = plan.spawn(process.id_, options); error != 0) {
    process.id_ = -1;
    return fail(code_of_start(error),
                "cannot start " + options.program.string() + ": " + lower(std::strerror(error)));
  }
  process.output_ = std::move(output->read);
  process.errors_ = std::move(errors.read);
  process.pidfd_ = FileHandle(pidfd_open(process.id_, 0));
  if (!process.pidfd_) {
    std::string why = std::strerror(errno);
    process.signal_group();
    process.wait();
    return fail(ErrorCode::unavailable, "cannot watch " + options.program.string() + ": " + why);
  }
  fcntl(process.pidfd_.get(), F_SETFD, FD_CLOEXEC);
  return process;
}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    this->~Process();
    new (this) Process(std::move(other));
  }
  return *this;
}

Process::~Process() {
  // A moved-from process has lost its pipes' and pidfd's handles but not its id.
  if (!pidfd_ || exit_) return;
  signal_group();
  wait();
}

void Process::signal_group(int signal) {
  if (!exit_) ::kill(-id_, signal);
}

std::size_t Process::peak_memory() const {
  if (exit_) return 0;
  std::ifstream status("/proc/" + std::to_string(id_) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (!line.starts_with("VmHWM:")) continue;
    std::string_view number = trim(std::string_view(line).substr(6));
    return std::strtoull(std::string(number).c_str(), nullptr, 10) * 1024;
  }
  return 0;
}

std::optional<ProcessExit> Process::reap() {
  if (exit_) return exit_;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  return wait();
}

ProcessExit Process::wait() {
  if (exit_) return *exit_;
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  // Until the child is reaped its id, and with it the group's, cannot belong to anybody else.
  ::kill(-id_, SIGKILL);
  int status = 0;
  rusage usage{};
  while (wait4(id_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  exit_ = exit_of(status, usage);
  return *exit_;
}

}  // namespace sluice
