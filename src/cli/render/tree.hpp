#pragma once

#include <string>
#include <vector>

#include "cli/render/view.hpp"

namespace sluice::cli {

/// The run as a tree for a terminal, every line within `look.width`, at most `look.height` lines:
/// where they do not fit, what is done is folded first, then what is still to come. Pure.
std::vector<std::string> tree_lines(RunView const& view, Look const& look);

/// Draws lines in place: remembers what it drew, goes back over it, also after a resize.
class Redraw {
 public:
  /// What to write so that `lines` replace those of the last call.
  std::string draw(std::vector<std::string> const& lines, int width);
  /// Leaves what is drawn where it is.
  void leave() { drawn_.clear(); }

 private:
  std::vector<std::size_t> drawn_;  ///< columns of each line
};

}  // namespace sluice::cli
