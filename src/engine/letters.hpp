#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/core.hpp"

/// Signals for runs that another server executes (design E9). One is a record of the shared store:
/// whoever executes the run obeys it and writes the answer beside it, and the sender waits for
/// that. A sender that does not want to wait any longer takes the letter back; from the moment in
/// which somebody has begun to obey it that is refused. So each is obeyed once or not at all, and
/// its sender knows which.
namespace sluice::engine {

struct Letter {
  std::string id;
  std::string run;
  Signal signal;
  bool wants_answer = true;
  std::string taken_by;                ///< who began to obey it; empty: nobody
  std::optional<Result<void>> answer;  ///< what came of it
  std::int64_t version = 0;
};

/// How long a sender waits: longer than a take-over after a crash takes.
inline constexpr Duration letter_patience = std::chrono::seconds(30);

/// Sends it; answers its id. The other one is for a letter that is sent once under its id, and for
/// whose answer nobody waits: sending it again changes nothing.
Result<std::string> send_letter(store::Store& store, Random& random, Time now,
                                std::string const& run, Signal const& signal);
Result<void> send_once(store::Store& store, Time now, std::string const& id, std::string const& run,
                       Signal const& signal);

/// The answer, once: it is removed. None: there is none yet. not_found: the letter is gone.
Result<std::optional<Result<void>>> take_answer(store::Store& store, std::string const& id);
/// Takes back what nobody obeys. False: somebody has begun to, or it is answered.
Result<bool> take_back(store::Store& store, std::string const& id);

/// Those that are not answered yet.
Result<std::vector<Letter>> open_letters(store::Store& store);
/// Obeys one for a run of this core. `node` is this server's name. conflict: it was taken back, or
/// somebody else was first.
Result<void> obey(Letter letter, Core& core, store::Store& store, Time now,
                  std::string const& node);

}  // namespace sluice::engine
