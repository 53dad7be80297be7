#include "server/lease_status.hpp"

namespace sluice::server {
namespace {

constexpr Duration reported_skew = std::chrono::seconds(2);
constexpr Duration most_skew = std::chrono::seconds(5);

std::string skew_text(Duration skew) {
  bool const behind = skew > Duration{};
  return "this machine's clock is " + text_of(behind ? skew : -skew) +
         (behind ? " behind" : " ahead of") + " the database's";
}

}  // namespace

std::vector<ReadyCheck> lease_checks(engine::LeaseState const& lease) {
  Duration const away = std::chrono::abs(lease.clock_skew);
  return {{"lease", lease.trusted,
           lease.trusted ? ""
                         : "this server has no lease on the shared store; it asks for one again "
                           "and again"},
          {"clock", away <= most_skew, away > reported_skew ? skew_text(lease.clock_skew) : ""}};
}

std::string lease_metrics(engine::LeaseState const& lease) {
  std::string out;
  write_gauge(
      out, {"sluice_lease_trusted", "1 while this server may act on its lease of the store.", {}},
      {}, lease.trusted ? 1 : 0);
  write_gauge(out, {"sluice_clock_skew_seconds", "The database's clock minus this machine's.", {}},
              {}, static_cast<double>(lease.clock_skew.count()) / 1000);
  write_gauge(out, {"sluice_runs_held", "Runs of this server that it cannot go on with.", {}}, {},
              static_cast<double>(lease.held));
  return out;
}

}  // namespace sluice::server
