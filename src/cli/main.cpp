#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "cli/program.hpp"

int main(int count, char** words) {
  using namespace sluice::cli;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an answer of write, not an end
  std::signal(SIGXFSZ, SIG_IGN);  // so is a limit on the size of files
  Variables environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text(*entry);
    auto equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  ::unsetenv("SLUICE_TOKEN");  // no program that is started from here has a use for it
  ProcessTerminal terminal;
  std::vector<std::string> line(words + (count > 0 ? 1 : 0), words + count);
  int code = run_program(line, terminal, ProcessTerminal::streams(), environment, attach_runs);
  if (terminal.out_failed() && code == exit_success) code = exit_failed;
  return code;
}
