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
    for (auto const& approval : before(view.plan(), path)) {
      auto const& node = view.state.node(approval);
      bool given = node.status == engine::NodeStatus::succeeded &&
                   node.outputs["decision"].as_string() == "approve";
      if (!given)
        violated("'" + path + "' started although '" + approval + "' was not approved: it is " +
                 std::string(engine::name_of(node.status)));
    }
  }

 private:
  /// People say in the reason which plan they have read.
  void names_this_plan(View const& view, engine::Event const& event) {
    if (event.body["kind"].as_string() != "approve") return;
    std::string const& read = event.body["reason"].as_string();
    if (!read.empty() && read != plan::digest(view.plan()))
      violated("an approval of another plan counts for '" + event.body["node"].as_string() + "'");
  }

  /// The approvals that stand before this node in a sequence it is part of, or that it needs.
  static std::vector<std::string> before(plan::Plan const& plan, std::string const& path) {
    std::vector<std::string> found;
    for (std::string_view at = path; !at.empty(); at = plan::parent_path(at)) {
      std::string parent(plan::parent_path(at));
      Node const* scope = plan::find(plan, parent);
      Node const* child = plan::find(plan, at);
      if (!scope || !child) continue;
      for (auto const& sibling : scope->children) {
        bool in_sequence = scope->kind == NodeKind::sequence;
        if (in_sequence && sibling.name == child->name) break;
        bool needed = std::ranges::find(child->needs, sibling.name) != child->needs.end();
        if (in_sequence || needed) collect(sibling, plan::child_path(parent, sibling.name), found);
      }
    }
    return found;
  }

  static void collect(Node const& node, std::string const& path, std::vector<std::string>& found) {
    if (node.step && node.step->kind == "approval") found.push_back(path);
    for (auto const& child : node.children)
      collect(child, plan::child_path(path, child.name), found);
  }
};

}  // namespace

std::unique_ptr<Invariant> approvals_invariant() { return std::make_unique<Approvals>(); }

}  // namespace sluice::sim
