#include "cli/render/view.hpp"

#include <algorithm>
#include <cmath>

#include "base/strings.hpp"
#include "cli/render/steps.hpp"
#include "engine/events.hpp"

namespace sluice::cli {

using engine::NodeStatus;

void RunView::apply(engine::Event const& event) {
  engine::apply(state, *plan, event);
  if (event.type != engine::event::note) return;
  Note note{event.body["node"].as_string(), event.body["text"].as_string()};
  bool known =
      std::ranges::any_of(notes, [&](Note const& other) { return other.text == note.text; });
  if (!known && notes.size() < 200) notes.push_back(std::move(note));
}

std::string title_of(plan::Plan const& plan, std::string_view path, bool ascii) {
  std::string out;
  std::string_view separator = ascii ? " > " : " · ";
  std::string at;
  bool only_target = plan.targets.size() == 1 && plan.root.children.size() == 1;
  for (auto const& part : split(path, '/')) {
    bool first = at.empty();
    at = plan::child_path(at, part);
    // Where there is one target its name says nothing.
    if (first && only_target && at != path && part == plan.targets.front().name) continue;
    auto const* node = plan::find(plan, at);
    bool scope = node && node->kind != plan::NodeKind::step;
    bool silent = scope && (part == "release" || part == "before" || part == "after") && at != path;
    if (part.empty() || silent) continue;
    std::string text = part.starts_with('[') ? part.substr(1, part.size() - 2) : "";
    if (text.empty()) text = node ? node->shown() : part;
    out += (out.empty() ? "" : std::string(separator)) + text;
  }
  return out.empty() ? plan.name : out;
}

std::string_view word_of(NodeStatus status) {
  switch (status) {
    case NodeStatus::pending: return "to come";
    case NodeStatus::running: return "running";
    case NodeStatus::parked: return "waits";
    case NodeStatus::asking: return "asks";
    case NodeStatus::succeeded: return "done";
    case NodeStatus::ignored: return "failed, ignored";
    case NodeStatus::failed: return "failed";
    case NodeStatus::skipped: return "skipped";
    case NodeStatus::cancelled: return "cancelled";
    case NodeStatus::rolled_back: return "rolled back";
  }
  return "";
}

std::string detail_of(RunView const& view, std::string_view path, Time now) {
  auto const& node = view.state.node(path);
  std::string detail;
  if (node.status == NodeStatus::parked) {
    detail = "for " + node.waiting_for;
    if (node.due && *node.due > now) detail += ", " + short_duration(*node.due - now) + " left";
  } else if (node.status == NodeStatus::asking) {
    detail = node.reason;
  } else if (node.over()) {
    detail = node.succeeded() && node.reason.empty() ? step_detail(view, path) : node.reason;
  }
  return printable(replace_all(detail, "\n", " "));
}

std::string state_words(std::string_view state) {
  return state == "needs_person" ? "needs a person" : replace_all(state, "_", " ");
}

std::string queued_words(engine::Queued const& queued) {
  return printable("queued behind " + queued.behind + " (lock " + queued.lock + ")");
}

std::string release_name(plan::Plan const& plan, std::string const& id, json::Value const& state) {
  auto release = engine::release_state(state);
  auto const* declared = plan.release(id);
  std::string function =
      release.function.empty() && declared ? declared->function : release.function;
  std::string alias = release.alias.empty() && declared ? declared->alias : release.alias;
  std::string out = declared && plan.targets.size() > 1 ? declared->target + ": " : "";
  out += function.empty() ? id : function;
  return alias.empty() ? out : out + ":" + alias;
}

namespace {

std::string version_words(std::string const& version) {
  return version.empty() ? "" : ", version " + version;
}

}  // namespace

std::string place_words(engine::ReleaseState const& release) {
  using engine::Place;
  switch (release.place) {
    case Place::unchanged:
      if (release.unchanged) return "nothing to do: everything declared is live already";
      return "unchanged" + version_words(release.baseline_version);
    case Place::on_candidate: return "on the candidate" + version_words(release.candidate_version);
    case Place::on_baseline: {
      bool republished = !release.restored_version.empty();
      return "back on the baseline" +
             version_words(republished ? release.restored_version : release.baseline_version) +
             (republished ? ", a copy of version " + release.baseline_version : "");
    }
    case Place::moving: return "between the two: " + engine::in_words(release.alias_now);
    case Place::left_split:
      return "left split, as the plan says: " + engine::in_words(release.alias_now);
    case Place::changed_by_others: return "changed by others: look before you release again";
    case Place::unknown: return "not known: a person must look";
  }
  return "";
}

std::string short_duration(Duration duration) {
  if (duration < Duration(0)) duration = Duration(0);
  if (duration >= std::chrono::seconds(10))
    return text_of(std::chrono::floor<std::chrono::seconds>(duration));
  auto tenths = duration.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
}

std::size_t columns_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      while (i < text.size() && text[i] != 'm') ++i;
      continue;
    }
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ++count;
  }
  return count;
}

std::string cut(std::string_view text, std::size_t columns, bool ascii) {
  if (columns_of(text) <= columns) return std::string(text);
  std::string_view mark = ascii ? "..." : "…";
  std::size_t keep = columns - std::min(columns, ascii ? std::size_t{3} : std::size_t{1});
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at) {
    bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && count++ == keep) break;
  }
  return std::string(text.substr(0, at)) + std::string(mark);
}

}  // namespace sluice::cli
