#pragma once

#include <string>
#include <vector>

#include "releases/scenario.hpp"
#include "releases/sluice_client.hpp"
#include "releases/stand.hpp"

namespace sluice::bench {

/// Where everything is measured.
struct Place {
  Workplace workplace;
  Stand stand;
  SluiceHome home{workplace};
  Codes codes;

  Place();
  /// A name no function had yet.
  std::string new_function();

 private:
  int functions_ = 0;
};

/// One release or rollback, from the text of its file (or the signal) to its end.
struct Measured {
  double wall = 0;  ///< milliseconds, like everything here
  std::vector<SeenCall> calls;
  int commits = 0;  ///< of the journal
  double committing = 0;
};

/// Every wait of a release for the service: the calls that looked too early, and how long after the
/// service was ready the call came that saw it.
struct Waits {
  int early_looks = 0;
  std::vector<double> late;
};

Measured measure_sluice(Place& place, Scenario const& scenario, Duration settle_delay,
                        aws::Budget::Rates rates);
Measured measure_plain(Place& place, Scenario const& scenario, Duration settle_delay);

Waits waits_of(std::vector<SeenCall> const& calls, Duration settle_delay);
/// The time the endpoint worked on the calls.
double handling(std::vector<SeenCall> const& calls);

}  // namespace sluice::bench
