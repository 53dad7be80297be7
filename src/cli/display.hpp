#pragma once

#include <memory>

#include "cli/invocation.hpp"
#include "cli/render/view.hpp"

namespace sluice::cli {

/// Shows a run while it is followed. Used by one thread at a time.
class Display {
 public:
  virtual ~Display() = default;
  /// After `view.apply(event)`.
  virtual void show(RunView const& view, engine::Event const& event) = 0;
  /// Divides what was before this command from what happens now; a tree shows both at once.
  virtual void heading(std::string const&) {}
  /// Some time has passed.
  virtual void tick(RunView const& view) = 0;
  /// Leaves what was drawn alone from here on.
  virtual void rest(RunView const& view) = 0;
};

/// A tree redrawn in place on stderr where that is a terminal; else a line per change and at least
/// one every 30 s; with -o json one object per line on stdout; with -o name nothing. --progress
/// chooses otherwise.
std::unique_ptr<Display> make_display(Invocation& invocation);

/// The view's look on stdout and on stderr.
Look look_out(Invocation& invocation);
Look look_err(Invocation& invocation);

/// {"apiVersion": "sluice/v1", "kind": "Stream"}: what a stream of objects begins with.
std::string stream_record();
/// {"kind": "Event", "run": …, "seq": …}.
json::Value event_json(std::string const& run, engine::Event const& event);

}  // namespace sluice::cli
