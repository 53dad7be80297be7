#include "startup/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "workplace.hpp"

namespace sluice::bench {
namespace {

std::vector<char*> pointers(std::vector<std::string> const& texts) {
  std::vector<char*> result;
  for (auto const& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(std::vector<std::string> variables) {
  auto const ours = variables.size();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string const text = *entry;
    auto const name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (std::size_t i = 0; i < ours; ++i) replaced = replaced || variables[i].starts_with(name);
    if (!replaced) variables.push_back(text);
  }
  return variables;
}

double seconds(timeval time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

pid_t start_child(std::vector<std::string> const& command,
                  std::vector<std::string> const& variables, std::string const& output) {
  auto const environment = environment_with(variables);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  char const* out = output.empty() ? "/dev/null" : output.c_str();
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t child = 0;
  int const failed = ::posix_spawn(&child, command.front().c_str(), &files, nullptr,
                                   pointers(command).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  if (failed != 0) give_up("start " + command.front(), std::strerror(failed));
  return child;
}

ChildEnd wait_for_child(pid_t child) {
  ChildEnd end;
  rusage usage{};
  if (::wait4(child, &end.status, 0, &usage) != child) give_up("wait for a child", "it is gone");
  end.peak_kilobytes = usage.ru_maxrss;
  end.seconds_cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return end;
}

double time_child(std::vector<std::string> const& command) {
  auto const begun = instant();
  auto const end = wait_for_child(start_child(command));
  auto const taken = milliseconds(instant() - begun);
  if (end.status != 0) give_up(command.front(), "it failed");
  return taken;
}

}  // namespace sluice::bench
