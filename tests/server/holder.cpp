// A process that holds a store until it is killed: `holder STATE-FOLDER`.
#include <unistd.h>

#include <cstdio>

#include "server/host.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  sluice::server::HostOptions options;
  options.state_folder = arguments[1];
  options.command = "holder";
  auto opened = sluice::server::Host::open(std::move(options));
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().text().c_str());
    return 1;
  }
  if (write(STDOUT_FILENO, "!", 1) != 1) return 1;
  while (true) pause();
}
