#include "plan/plan.hpp"

#include "base/hash.hpp"

namespace sluice::plan {
namespace {

template <class Items>
auto const* named(Items const& items, std::string_view name, auto member) {
  auto found = std::ranges::find(items, name, member);
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

Target const* Plan::target(std::string_view wanted) const {
  return named(targets, wanted, &Target::name);
}
Release const* Plan::release(std::string_view id) const {
  return named(releases, id, &Release::id);
}

std::string digest(Plan const& plan) { return hex(sha256(to_json(plan).canonical())); }

std::string child_path(std::string_view parent, std::string_view name) {
  if (parent.empty()) return std::string(name);
  return std::string(parent) + "/" + std::string(name);
}

std::string_view parent_path(std::string_view path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Node const* find(Plan const& plan, std::string_view path) {
  Node const* node = &plan.root;
  while (node && !path.empty()) {
    std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (name.starts_with('!'))
      node = named(node->guards, name.substr(1), &Node::name);
    else if (name.starts_with('~'))
      node = named(node->compensation, name.substr(1), &Node::name);
    else if (name.starts_with('['))
      node = node->loop && !node->children.empty() ? &node->children[0] : nullptr;
    else
      node = named(node->children, name, &Node::name);
  }
  return node;
}

}  // namespace sluice::plan
