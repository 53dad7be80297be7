#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>

#include "base/guarded.hpp"
#include "engine/engine.hpp"
#include "server/router.hpp"

namespace sluice::server {

/// A request that is carried out: for the first time, or once more after its answer was lost.
struct Attempt {
  std::string request;  ///< names it in the journal (engine::Signal::request); empty: without a key
  std::string run;      ///< the id of the run that it may start; empty: any
  bool again = false;   ///< it may have been carried out already: look first
};

/// Requests with effects that are carried out once, however often they are sent (operability C4).
///
/// A request with an Idempotency-Key is reserved as a record of kind "request" before it is carried
/// out, together with the id of the run that it may start, and its answer is kept there for 24
/// hours. A crash in between leaves the reservation: a repetition finds it, and what the journal
/// says under that id decides whether anything is left to do. So no commit has to span both.
///
/// An answer is kept where the request had its effect (2xx). What was refused (4xx) did nothing and
/// may be tried again under the same key. Thread-safe.
class Requests {
 public:
  /// The references must outlive it. `random` is used on the engine's thread.
  Requests(engine::Engine& engine, Clock& clock, Random& random);

  using Work = std::function<net::Response(Attempt const&)>;
  /// `key_required`: without one the request is refused. Never for answers that hold a secret.
  net::Response once(Call const& call, bool key_required, Work const& work);

 private:
  struct Reserved {
    store::Record record;
    Attempt attempt;
  };
  /// The answer, where there is nothing to carry out.
  using Reservation = std::variant<net::Response, Reserved>;

  Reservation reserve(std::string const& id, std::string const& digest);
  Reservation found(store::Record record, std::string const& digest);
  Result<std::int64_t> put(store::Record const& record);
  void settle(store::Record record, net::Response const& response);

  engine::Engine& engine_;
  Clock& clock_;
  Random& random_;
  std::string const self_;  ///< tells this process's reservations from those of others
  Guarded<std::map<std::string, std::string>> at_work_;  ///< id → digest
};

}  // namespace sluice::server
