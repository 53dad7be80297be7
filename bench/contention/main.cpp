#include <cstdio>
#include <string_view>

#include "contention/measures.hpp"

int main(int count, char** arguments) {
  using namespace sluice;
  std::string_view what;
  std::size_t releases = 0;
  bool quick = false;
  for (int i = 1; i < count; ++i) {
    std::string_view const argument = arguments[i];
    if (argument == "order" || argument == "rollback") what = argument;
    if (argument == "--quick") quick = true;
    if (argument == "--releases" && i + 1 < count) releases = std::stoul(arguments[++i]);
  }
  if (what.empty()) {
    std::fputs("usage: bench_contention order|rollback [--quick] [--releases N]\n", stderr);
    return 2;
  }
  auto const figures = what == "order" ? bench::measure_order(releases ? releases
                                                              : quick  ? 60
                                                                       : 300,
                                                              quick ? 1 : 3)
                                       : bench::measure_rollback(releases ? releases
                                                                 : quick  ? 300
                                                                          : 1'000,
                                                                 quick ? 10 : 50);
  std::puts(figures.dump().c_str());
  return 0;
}
