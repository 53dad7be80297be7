#include "engine/events.hpp"
#include "sim/invariant.hpp"

namespace sluice::sim {
namespace {

using plan::Node;
using plan::NodeKind;

class Approvals final : public Invariant {
 public:
  void event(View const& view, engine::Event const& event) override {
    if (event.type == engine::event::signal) names_this_plan(view, event);
    if (event.type != engine::event::node_started) return;
    std::string const& path = event.body["node"].as_string();
    if (engine::in_compensation(path)) return;
    for (std::string_view at = path; !at.empty(); at = plan::parent_path(at))
      if (auto open = open_gate(view, at); !open.empty())
        violated("'" + path + "' started although '" + open + "' was not approved: it is " +
                 std::string(engine::name_of(view.state.node(open).status)));
  }

 private:
  /// People say in the reason which plan they have read.
  void names_this_plan(View const& view, engine::Event const& event) {
    if (event.body["kind"].as_string() != "approve") return;
    std::string const& read = event.body["reason"].as_string();
    if (!read.empty() && read != plan::digest(view.plan()))
      violated("an approval of another plan counts for '" + event.body["node"].as_string() + "'");
  }

  /// An approval that stands before this node in its sequence, or that it needs, and that neither a
  /// person has given nor the plan has waived. Empty: there is none.
  static std::string open_gate(View const& view, std::string_view path) {
    std::string parent(plan::parent_path(path));
    Node const* scope = plan::find(view.plan(), parent);
    Node const* child = plan::find(view.plan(), path);
    bool guard = path.substr(parent.empty() ? 0 : parent.size() + 1).starts_with('!');
    // What has a condition of its own may start whatever came of the others.
    if (!scope || !child || guard || !child->when.is_null()) return {};
    bool in_sequence = scope->kind == NodeKind::sequence;
    if (in_sequence && scope->on_child_failure == plan::OnChildFailure::carry_on) return {};
    for (auto const& sibling : scope->children) {
      if (in_sequence && sibling.name == child->name) break;
      bool needed = std::ranges::find(child->needs, sibling.name) != child->needs.end();
      if (!in_sequence && !needed) continue;
      if (auto open = not_given(view, sibling, plan::child_path(parent, sibling.name));
          !open.empty())
        return open;
    }
    return {};
  }

  static std::string not_given(View const& view, Node const& node, std::string const& path) {
    auto const& state = view.state.node(path);
    using engine::NodeStatus;
    // A rule or a person has said that its failure does not count.
    bool waived = state.status == NodeStatus::ignored ||
                  (state.status == NodeStatus::succeeded && state.decided);
    if (waived || state.status == NodeStatus::skipped) return {};
    if (node.step) {
      bool given = state.status == NodeStatus::succeeded &&
                   state.outputs["decision"].as_string() == "approve";
      return node.step->kind == "approval" && !given ? path : std::string();
    }
    for (auto const& child : node.children) {
      if (node.kind != NodeKind::loop) {
        auto open = not_given(view, child, plan::child_path(path, child.name));
        if (!open.empty()) return open;
        continue;
      }
      for (auto const& item : state.items)
        if (auto open = not_given(view, child, plan::child_path(path, "[" + item + "]"));
            !open.empty())
          return open;
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Invariant> approvals_invariant() { return std::make_unique<Approvals>(); }

}  // namespace sluice::sim
