#include "cli/render/tree.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

using engine::NodeStatus;

std::string_view symbol(NodeStatus status, bool ascii) {
  switch (status) {
    case NodeStatus::pending: return ascii ? "." : "·";
    case NodeStatus::running: return ascii ? ">" : "●";
    case NodeStatus::parked: return ascii ? "~" : "◌";
    case NodeStatus::asking: return "?";
    case NodeStatus::succeeded: return ascii ? "+" : "✓";
    case NodeStatus::ignored: return "!";
    case NodeStatus::failed: return ascii ? "x" : "✗";
    case NodeStatus::skipped: return "-";
    case NodeStatus::cancelled: return "/";
    case NodeStatus::rolled_back: return ascii ? "<" : "↩";
  }
  return " ";
}

std::string coloured(NodeStatus status, std::string const& text, Style const& style) {
  switch (status) {
    case NodeStatus::succeeded: return style.green(text);
    case NodeStatus::failed: return style.red(text);
    case NodeStatus::rolled_back:
    case NodeStatus::asking:
    case NodeStatus::ignored: return style.yellow(text);
    case NodeStatus::running:
    case NodeStatus::parked: return style.cyan(text);
    default: return style.dim(text);
  }
}

enum class Fold { nothing, done, to_come };

class Tree {
 public:
  Tree(RunView const& view, Look const& look, Fold fold) : view_(view), look_(look), fold_(fold) {}

  std::vector<std::string> lines() {
    head();
    for (auto const& child : view_.plan->root.children) node(child, child.name, 0);
    extras("", view_.plan->root, 0);
    if (view_.plan->root.kind == plan::NodeKind::step) row("", view_.plan->root.shown(), 0);
    for (auto const& [id, state] : view_.state.releases) release(id, state);
    if (view_.state.queued)
      lines_.push_back(cut(queued_words(*view_.state.queued), width(), look_.ascii));
    return std::move(lines_);
  }

 private:
  void head() {
    auto const& state = view_.state;
    Time end = state.ended.value_or(look_.now);
    std::string status = state.over() ? state_words(state.end_state) : "running";
    if (state.paused && !state.over()) status = "paused";
    if (state.queued) status = "queued";
    std::string text = view_.id + "  " + printable(view_.plan->name) + "  " + status + "  " +
                       short_duration(end - state.created);
    lines_.push_back(Style{look_.colour}.bold(cut(text, width(), look_.ascii)));
  }

  void node(plan::Node const& declared, std::string const& path, int depth) {
    auto const& state = view_.state.node(path);
    bool scope = declared.kind != plan::NodeKind::step;
    // A target with nothing but its release reads better without the level between.
    bool silent =
        scope && declared.name == "release" && depth > 0 && state.status != NodeStatus::failed;
    if (!silent) row(path, declared.shown(), depth);
    int below = silent ? depth : depth + 1;
    bool done = state.status == NodeStatus::succeeded || state.status == NodeStatus::skipped;
    if (scope && fold_ >= Fold::done && done) return;
    if (scope && fold_ >= Fold::to_come && state.status == NodeStatus::pending) return;
    if (declared.kind == plan::NodeKind::loop) {
      for (auto const& item : state.items)
        node(declared.children.front(), plan::child_path(path, "[" + item + "]"), below);
    } else {
      for (auto const& child : declared.children)
        node(child, plan::child_path(path, child.name), below);
    }
    extras(path, declared, below);
  }

  /// Guards and compensations: shown as soon as they were touched.
  void extras(std::string const& path, plan::Node const& declared, int depth) {
    auto show = [&](plan::Node const& extra, std::string const& mark) {
      std::string at = plan::child_path(path, mark + extra.name);
      if (view_.state.nodes.contains(at)) node(extra, at, depth);
    };
    for (auto const& guard : declared.guards) show(guard, "!");
    for (auto const& compensation : declared.compensation) show(compensation, "~");
  }

  void row(std::string const& path, std::string const& title, int depth) {
    auto const& state = view_.state.node(path);
    if (fold_ == Fold::to_come && state.status == NodeStatus::pending) {
      if (!std::exchange(said_more_, true))
        lines_.push_back(cut("  and what is to come", width(), look_.ascii));
      return;
    }
    said_more_ = false;
    Style style{look_.colour, look_.ascii};
    std::string mark = std::string(2 * static_cast<std::size_t>(depth), ' ') +
                       std::string(symbol(state.status, look_.ascii)) + " ";
    std::string text = mark + printable(title);
    if (state.status == NodeStatus::pending) {
      lines_.push_back(style.dim(cut(text, width(), look_.ascii)));
      return;
    }
    std::string detail = std::string(word_of(state.status));
    auto more = detail_of(view_, path, look_.now);
    if (!more.empty()) detail += (state.status == NodeStatus::parked ? " " : ": ") + more;
    std::string time = time_of(state);
    std::size_t room = width() - std::min(width(), time.size() + 1);
    std::string left = cut(text + "  " + detail, room, look_.ascii);
    std::string line = left + std::string(width() - columns_of(left) - time.size(), ' ') + time;
    while (line.ends_with(' ')) line.pop_back();
    lines_.push_back(coloured(state.status, line, style));
  }

  std::string time_of(engine::NodeState const& state) const {
    if (!state.started) return {};
    Duration took = state.ended.value_or(look_.now) - *state.started;
    return took < Duration(100) && state.ended ? std::string() : short_duration(took);
  }

  void release(std::string const& id, json::Value const& state) {
    auto known = engine::release_state(state);
    if (!known.prepared && known.alias_now.version.empty() && !view_.state.over()) return;
    std::string text = release_name(*view_.plan, id, state) + "  ";
    bool shows_alias = !view_.state.over() && !known.alias_now.version.empty();
    text += shows_alias ? engine::in_words(known.alias_now) : place_words(known);
    lines_.push_back(cut(printable(text), width(), look_.ascii));
  }

  std::size_t width() const { return static_cast<std::size_t>(std::max(look_.width, 20)) - 1; }

  RunView const& view_;
  Look const& look_;
  Fold fold_;
  bool said_more_ = false;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> tree_lines(RunView const& view, Look const& look) {
  std::vector<std::string> lines;
  auto room = static_cast<std::size_t>(std::max(look.height - 1, 3));
  for (auto fold : {Fold::nothing, Fold::done, Fold::to_come}) {
    lines = Tree(view, look, fold).lines();
    if (lines.size() <= room) return lines;
  }
  std::size_t hidden = lines.size() - room + 1;
  lines.erase(lines.begin() + 1, lines.begin() + 1 + static_cast<std::ptrdiff_t>(hidden));
  std::string text = "(" + std::to_string(hidden) + " lines more: the terminal is too low)";
  auto columns = static_cast<std::size_t>(std::max(look.width, 20)) - 1;
  lines.insert(lines.begin() + 1, cut(text, columns, look.ascii));
  return lines;
}

std::string Redraw::draw(std::vector<std::string> const& lines, int width) {
  std::size_t rows = 0;
  auto columns = static_cast<std::size_t>(std::max(width, 1));
  for (auto drawn : drawn_) rows += std::max<std::size_t>(1, (drawn + columns - 1) / columns);
  std::string out;
  if (rows > 0) out += "\033[" + std::to_string(rows) + "A\r\033[J";
  drawn_.clear();
  for (auto const& line : lines) {
    out += line + "\n";
    drawn_.push_back(columns_of(line));
  }
  return out;
}

}  // namespace sluice::cli
