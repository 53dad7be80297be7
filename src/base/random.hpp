#pragma once

#include <cstdint>
#include <string>

namespace sluice {

/// The port through which everything draws chance. The simulator's is seeded.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  /// Even in [0, 1).
  double fraction();
  /// Even in [0, bound); 0 for bound 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The operating system's generator; good for secrets.
Random& system_random();

/// xoshiro256++ from one seed: the same seed always gives the same numbers.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::uint64_t state_[4];
};

/// "d-" and nine of A-Z0-9: a run's id, also valid as a CodeDeploy deployment id.
std::string new_run_id(Random& random);
/// Version 4, lower case.
std::string new_uuid(Random& random);

}  // namespace sluice
