#include "server_process.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "net/http.hpp"
#include "workplace.hpp"

namespace sluice::bench {
namespace {

Process start(std::filesystem::path const& program, std::vector<std::string> arguments) {
  ProcessOptions options{.program = program, .arguments = std::move(arguments)};
  for (char const* name : {"PATH", "TMPDIR"})
    if (char const* value = std::getenv(name)) options.environment[name] = value;
  options.merge_errors = true;
  return must("start " + program.string(), Process::start(options));
}

std::string first_line(Process& process) {
  std::string line;
  std::array<char, 512> buffer;
  while (!line.contains('\n')) {
    pollfd wait{process.output(), POLLIN, 0};
    if (::poll(&wait, 1, 30'000) <= 0) give_up("start a server", "it did not say its address");
    auto const got = ::read(process.output(), buffer.data(), buffer.size());
    if (got <= 0) give_up("start a server", "it ended at once: " + line);
    line.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return line.substr(0, line.find('\n'));
}

struct Stat {
  pid_t parent = 0;
  double cpu = 0;
};

/// Of /proc/PID/stat; all zero where the process has gone.
Stat stat_of(std::string const& id) {
  std::string text;
  std::getline(std::ifstream("/proc/" + id + "/stat"), text);
  auto const name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 2));
  char state = 0;
  Stat stat;
  rest >> state >> stat.parent;
  std::string skipped;
  for (int field = 5; field <= 13; ++field) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  stat.cpu = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return stat;
}

}  // namespace

ServerProcess::ServerProcess(std::filesystem::path const& program,
                             std::vector<std::string> arguments)
    : process_(start(program, std::move(arguments))), url_(first_line(process_)) {}

ServerProcess::~ServerProcess() {
  process_.signal_group(SIGTERM);
  process_.wait();
}

std::uint16_t ServerProcess::port() const {
  return must("read the server's address", net::Url::parse(url_)).port;
}

CpuTime ServerProcess::cpu() const {
  CpuTime time;
  time.own = stat_of(std::to_string(process_.id())).cpu;
  for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
    auto const name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    auto const stat = stat_of(name);
    if (stat.parent == process_.id()) time.children += stat.cpu;
  }
  return time;
}

double machine_cpu() {
  std::ifstream file("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, hard = 0, soft = 0;
  file >> name >> user >> nice >> system >> idle >> waiting >> hard >> soft;
  return (user + nice + system + hard + soft) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::filesystem::path own_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

}  // namespace sluice::bench
