#include "base/random.hpp"

#include <sys/random.h>

#include "base/result.hpp"

namespace sluice {
namespace {

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    std::uint64_t value;
    ENSURE(getrandom(&value, sizeof value, 0) == static_cast<ssize_t>(sizeof value));
    return value;
  }
};

std::uint64_t rotate(std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

}  // namespace

double Random::fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) { return bound ? next() % bound : 0; }

Random& system_random() {
  static SystemRandom random;
  return random;
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (auto& word : state_) {  // splitmix64 spreads a small seed over all bits
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
  std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate(state_[3], 45);
  return result;
}

std::string new_run_id(Random& random) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  std::string id = "d-";
  for (int i = 0; i < 9; ++i) id += letters[random.below(36)];
  return id;
}

std::string new_uuid(Random& random) {
  static constexpr char hex[] = "0123456789abcdef";
  // Two draws, not one for each digit: the system's generator is a system call.
  std::uint64_t const bits[2] = {random.next(), random.next()};
  std::string id;
  for (int i = 0, digit = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      id += '-';
      continue;
    }
    auto const four = bits[digit / 16] >> (digit % 16 * 4) & 15;
    ++digit;
    if (i == 14)
      id += '4';
    else
      id += hex[i == 19 ? 8 + (four & 3) : four];
  }
  return id;
}

}  // namespace sluice
