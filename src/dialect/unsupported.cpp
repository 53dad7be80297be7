#include "dialect/unsupported.hpp"

#include "plan/steps.hpp"

namespace sluice::dialect {
namespace {

using plan::Node;

class Needs {
 public:
  std::vector<std::string> of(plan::Plan const& plan) {
    look(plan.root, "");
    return std::move(found_);
  }

 private:
  void look(Node const& node, std::string const& path) {
    if (node.step) look_at_step(*node.step, "step '" + path + "'");
    for (auto const& child : node.children) look(child, plan::child_path(path, child.name));
    for (auto const& guard : node.guards) look(guard, plan::child_path(path, "!" + guard.name));
    for (auto const& undo : node.compensation) look(undo, plan::child_path(path, "~" + undo.name));
  }

  void look_at_step(plan::Step const& step, std::string const& where) {
    if (step.kind == "analysis")
      found_.push_back(where + " judges metrics by queries, which cannot be run yet");
    if (step.kind == "webhook" && step.input["callback"].as_bool())
      found_.push_back(where + " waits for the callback of webhook '" +
                       step.input["name"].as_string() +
                       "', which cannot be received yet; with `disableCallback: true` it is sent "
                       "and not waited for");
    if (step.kind == "webhook" && step.input.contains("agent"))
      found_.push_back(where + " sends webhook '" + step.input["name"].as_string() +
                       "' through the remote network agent '" + step.input["agent"].as_string() +
                       "', which is not possible yet");
    if (step.kind == "approval" && !step.input["roles"].items().empty())
      found_.push_back(where +
                       " takes an approval only from certain roles, which cannot be "
                       "checked yet");
  }

  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> unsupported(plan::Plan const& plan) { return Needs().of(plan); }

}  // namespace sluice::dialect
